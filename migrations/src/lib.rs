#![doc = include_str!("../README.md")]

mod list;
mod run;
mod sql_migration;

pub use run::{MigrateError, MigrationState, check, down, status, up};
