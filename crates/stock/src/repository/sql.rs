//! Statements, and the pieces of them that differ between the two databases.

use database::Backend;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, Value};

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

/// The one number that a query gives; 0 where it gives none.
pub(super) async fn count(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<u64, DbErr> {
    let rows = query(connection, sql, values).await?;
    let count: i64 = rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(count.unsigned_abs())
}

/// What the plans of a transaction may be on Postgres, see [`find_by_index`].
const BY_INDEX: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; \
     SET LOCAL plan_cache_mode = force_generic_plan";

/// Has what follows in this transaction find its rows by an index, whatever their number, by a plan that is made once.
///
/// Postgres keeps the plan of a statement. One that was made while a table was nearly empty reads all of it, also when
/// it has grown by a million rows since, until the table is analyzed. And where it is given arrays, it takes a plan for
/// just these for cheaper every time, and makes one every time.
pub(super) async fn find_by_index(transaction: &impl ConnectionTrait) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared(BY_INDEX).await?;
    }
    Ok(())
}

/// What makes a `SELECT` lock its rows; SQLite's transactions hold the one lock anyway.
pub(super) fn for_update(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "",
        Backend::Postgres => " FOR UPDATE",
    }
}

/// The greater of two numbers.
pub(super) fn greatest(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "MAX",
        Backend::Postgres => "GREATEST",
    }
}

/// What moves the times of a changed row: never back, whatever the clock of this node says. `{now}` is the time.
pub(super) fn touched(backend: Backend, table: &str, now: &str) -> String {
    let greatest = greatest(backend);
    format!(
        "previous_at = {table}.updated_at, updated_at = {greatest}({table}.updated_at, CAST({now} AS BIGINT))"
    )
}
