use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};
use serde_json::value::RawValue;

use crate::{Audience, Fact, RecordedEvent};

/// The head of a statement that records many events at once; a `SELECT` of the four columns follows, in order.
pub const INSERT: &str = "INSERT INTO outbox (audience, event, payload, created_at) ";

/// How many rows one statement writes: four parameters each, far below the limit of either database.
const ROWS: usize = 1_000;

/// Records `facts` in this order, in the transaction of the change that they tell of.
///
/// Call it after the rows of the change are locked or written: then ids follow the order of commits.
pub async fn append(
    transaction: &impl ConnectionTrait,
    facts: &[Fact],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    for facts in facts.chunks(ROWS) {
        let rows: Vec<_> = (0..facts.len())
            .map(|n| {
                format!(
                    "(${}, ${}, ${}, ${})",
                    4 * n + 1,
                    4 * n + 2,
                    4 * n + 3,
                    4 * n + 4
                )
            })
            .collect();
        let values = facts.iter().flat_map(|fact| {
            fact.texts()
                .map(Value::from)
                .into_iter()
                .chain([Value::from(now.timestamp_millis())])
        });
        let sql = format!("{INSERT}VALUES {}", rows.join(", "));
        let statement =
            Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
        transaction.execute_raw(statement).await?;
    }
    Ok(())
}

/// Events behind `after`, in order, at most `limit`. Those beyond [`Tail::position`](crate::Tail::position) may have
/// gaps that others are about to fill.
pub async fn read_after(
    database: &Database,
    after: i64,
    limit: u32,
) -> Result<Vec<RecordedEvent>, StorageError> {
    // Where the limit is a parameter, SQLite plans the statement anew each time.
    let sql = format!(
        "SELECT id, audience, event, payload, created_at FROM outbox WHERE id > $1 ORDER BY id LIMIT {limit}"
    );
    select(database, &sql, &[after.into()]).await
}

/// Events for any of `audience` behind `after` and up to `until`, in order, at most `limit`.
pub async fn read_own(
    database: &Database,
    audience: &[Audience],
    (after, until): (i64, i64),
    limit: u32,
) -> Result<Vec<RecordedEvent>, StorageError> {
    let places: Vec<_> = (0..audience.len()).map(|n| format!("${}", n + 4)).collect();
    let sql = format!(
        "SELECT id, audience, event, payload, created_at FROM outbox \
         WHERE id > $1 AND id <= $2 AND audience IN ({}) ORDER BY id LIMIT $3",
        places.join(", ")
    );
    let mut values: Vec<Value> = vec![after.into(), until.into(), i64::from(limit).into()];
    values.extend(
        audience
            .iter()
            .map(|audience| Value::from(audience.to_string())),
    );
    select(database, &sql, &values).await
}

/// The highest id that is visible now; 0 where there is none.
///
/// Dropped events count too: SQLite and Postgres remember how far they had counted.
pub async fn last_id(database: &Database) -> Result<i64, StorageError> {
    let sql = "SELECT COALESCE(MAX(id), 0) AS id FROM outbox";
    database
        .read(|connection| async move {
            let statement = Statement::from_string(connection.get_database_backend(), sql);
            let row = connection.query_one_raw(statement).await?;
            Ok(row.map_or(Ok(0), |row| row.try_get("", "id"))?)
        })
        .await
}

async fn select(
    database: &Database,
    sql: &str,
    values: &[Value],
) -> Result<Vec<RecordedEvent>, StorageError> {
    database
        .read(|connection| async move {
            let statement = Statement::from_sql_and_values(
                connection.get_database_backend(),
                sql,
                values.to_vec(),
            );
            connection
                .query_all_raw(statement)
                .await?
                .iter()
                .map(recorded)
                .collect()
        })
        .await
}

fn recorded(row: &QueryResult) -> Result<RecordedEvent, StorageError> {
    let event_id: i64 = row.try_get("", "id")?;
    let corrupt = |what: &str| StorageError::Corrupt(format!("{what} of event {event_id}"));
    let audience: String = row.try_get("", "audience")?;
    let payload: String = row.try_get("", "payload")?;
    let created_at: i64 = row.try_get("", "created_at")?;
    Ok(RecordedEvent {
        event_id,
        audience: Audience::parse(&audience).ok_or_else(|| corrupt("audience"))?,
        event: row.try_get("", "event")?,
        data: with_id(event_id, &payload).ok_or_else(|| corrupt("payload"))?,
        created_at: DateTime::from_timestamp_millis(created_at)
            .ok_or_else(|| corrupt("created_at"))?,
    })
}

/// Puts `eventId` in front of the fields of a JSON object, without reading them.
fn with_id(event_id: i64, payload: &str) -> Option<Box<RawValue>> {
    let fields = payload.trim().strip_prefix('{')?;
    let comma = if fields.trim_start().starts_with('}') {
        ""
    } else {
        ","
    };
    RawValue::from_string(format!("{{\"eventId\":{event_id}{comma}{fields}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_id_comes_first_and_the_rest_stays() {
        let data = |payload: &str| with_id(7, payload).map(|raw| raw.get().to_owned());
        assert_eq!(data("{}").as_deref(), Some(r#"{"eventId":7}"#));
        assert_eq!(
            data(r#"{"a":[1]}"#).as_deref(),
            Some(r#"{"eventId":7,"a":[1]}"#)
        );
        assert_eq!(data("[1]"), None);
        assert_eq!(data(r#"{"a":"#), None);
    }
}
