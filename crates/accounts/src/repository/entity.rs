//! The tables, row by row.

pub(super) mod account;
pub(super) mod member;
pub(super) mod organization;
pub(super) mod refresh_token;
pub(super) mod service_token;

use std::fmt::Display;

use chrono::{DateTime, Utc};
use database::StorageError;
use validation::{Id, Text};

/// A value as the model has it; another program may have written anything.
fn stored<T, E: Display>(column: &str, parsed: Result<T, E>) -> Result<T, StorageError> {
    parsed.map_err(|error| StorageError::Corrupt(format!("{column} {error}")))
}

fn id<K>(column: &str, value: &str) -> Result<Id<K>, StorageError> {
    stored(column, Id::parse(value))
}

fn text<const MAX: usize>(column: &str, value: &str) -> Result<Text<MAX>, StorageError> {
    stored(column, Text::parse(value))
}

fn time(column: &str, milliseconds: i64) -> Result<DateTime<Utc>, StorageError> {
    stored(
        column,
        DateTime::from_timestamp_millis(milliseconds).ok_or("is no time"),
    )
}
