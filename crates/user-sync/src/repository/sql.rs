//! Statements, and the pieces of them that differ between the two databases.

use chrono::{DateTime, Utc};
use database::{Backend, StorageError};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, TryGetable, Value};

/// Runs a statement and says how many rows it touched.
pub(super) async fn execute(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<u64, DbErr> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let result = connection.execute_raw(statement).await?;
    Ok(result.rows_affected())
}

/// The rows that a query gives.
pub(super) async fn query(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<QueryResult>, DbErr> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.query_all_raw(statement).await
}

/// The first row that a query gives.
pub(super) async fn first(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Option<QueryResult>, DbErr> {
    Ok(query(connection, sql, values).await?.into_iter().next())
}

/// The one number that a query gives; 0 where it gives none.
pub(super) async fn count(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<u64, DbErr> {
    let row = first(connection, sql, values).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(count.unsigned_abs())
}

/// What makes a `SELECT` lock its rows; SQLite's transactions hold the one lock anyway.
pub(super) fn for_update(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "",
        Backend::Postgres => " FOR UPDATE",
    }
}

/// The same, leaving out rows that somebody else holds.
pub(super) fn for_update_of_idle(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "",
        Backend::Postgres => " FOR UPDATE SKIP LOCKED",
    }
}

/// A moment as it is kept.
pub(super) fn at(moment: DateTime<Utc>) -> Value {
    moment.timestamp_millis().into()
}

/// A moment that may be missing.
pub(super) fn maybe_at(moment: Option<DateTime<Utc>>) -> Value {
    moment.map(|moment| moment.timestamp_millis()).into()
}

/// A column.
pub(super) fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, StorageError> {
    Ok(row.try_get("", column)?)
}

/// A column that holds a count.
pub(super) fn natural(row: &QueryResult, column: &str) -> Result<u64, StorageError> {
    get::<i64>(row, column).map(i64::unsigned_abs)
}

/// A column that holds a moment.
pub(super) fn moment(row: &QueryResult, column: &str) -> Result<DateTime<Utc>, StorageError> {
    let moment = maybe_moment(row, column)?;
    moment.ok_or_else(|| corrupt(column))
}

/// A column that may hold a moment.
pub(super) fn maybe_moment(
    row: &QueryResult,
    column: &str,
) -> Result<Option<DateTime<Utc>>, StorageError> {
    let millis: Option<i64> = get(row, column)?;
    let moment = millis.map(DateTime::from_timestamp_millis);
    match moment {
        Some(None) => Err(corrupt(column)),
        moment => Ok(moment.flatten()),
    }
}

/// A row that the model refuses.
pub(super) fn corrupt(column: &str) -> StorageError {
    StorageError::Corrupt(column.to_owned())
}

/// A column as the model has it.
pub(super) fn parsed<T, E>(
    column: &str,
    parsed: impl Into<Result<T, E>>,
) -> Result<T, StorageError> {
    parsed.into().map_err(|_| corrupt(column))
}
