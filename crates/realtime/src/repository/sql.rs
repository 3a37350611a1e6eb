//! Small helpers over the statements that both databases share.

use chrono::{DateTime, Utc};
use database::StorageError;
use sea_orm::{ConnectionTrait, DbErr, ExecResult, QueryResult, Statement, Value};

/// Runs a statement.
pub(super) async fn execute(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<ExecResult, DbErr> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.execute_raw(statement).await
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

/// The number in the first row, 0 where there is none.
pub(super) fn number(rows: &[QueryResult], column: &str) -> Result<u64, DbErr> {
    let number: i64 = rows.first().map_or(Ok(0), |row| row.try_get("", column))?;
    Ok(number.unsigned_abs())
}

/// A column of milliseconds.
pub(super) fn moment(row: &QueryResult, column: &str) -> Result<DateTime<Utc>, StorageError> {
    let millis: i64 = row.try_get("", column)?;
    DateTime::from_timestamp_millis(millis).ok_or_else(|| corrupt(column))
}

/// A column of milliseconds that may be null.
pub(super) fn moment_or_null(
    row: &QueryResult,
    column: &str,
) -> Result<Option<DateTime<Utc>>, StorageError> {
    let millis: Option<i64> = row.try_get("", column)?;
    Ok(millis.and_then(DateTime::from_timestamp_millis))
}

/// A column that the model refuses.
pub(super) fn corrupt(column: &str) -> StorageError {
    StorageError::Corrupt(format!("{column} of a row of real time"))
}
