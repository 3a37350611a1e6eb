//! Statements, and the pieces of them that differ between the two databases.

use database::Backend;
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

/// A table of the texts in the JSON array that is parameter `parameter`, in the column `value`.
pub(super) fn texts_of(backend: Backend, parameter: &str) -> String {
    match backend {
        Backend::Sqlite => format!("(SELECT value FROM json_each({parameter}))"),
        Backend::Postgres => format!(
            "(SELECT value COLLATE \"C\" AS value FROM jsonb_array_elements_text(CAST({parameter} AS jsonb)) AS value)"
        ),
    }
}

/// A JSON array of texts.
pub(super) fn array(texts: impl IntoIterator<Item = impl Into<String>>) -> String {
    let texts: Vec<String> = texts.into_iter().map(Into::into).collect();
    serde_json::Value::from(texts).to_string()
}

/// What makes a `SELECT` lock the rows of `table`; SQLite's transactions hold the one lock anyway.
pub(super) fn for_update(backend: Backend, table: &str) -> String {
    match backend {
        Backend::Sqlite => String::new(),
        Backend::Postgres => format!(" FOR UPDATE OF {table}"),
    }
}

/// A pattern that finds `text` anywhere, for `LIKE … ESCAPE '!'`.
pub(super) fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
