//! Bookings and mirrors that are out of step: finding them, and bringing them back.

use std::collections::HashMap;

use database::{Backend, Database, StorageError};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Value,
};
use validation::Page;

use super::{
    ReconcileBatch, Window,
    entity::{booking, mirror},
    sql,
};
use crate::model::{Booking, DriftItem, DriftKind, Mirror, Reconciliation, SyncedBy};

/// A place where the two are out of step, by its keys.
struct Found {
    kind: DriftKind,
    booking_id: String,
    customer_id: Option<String>,
    user_id: Option<String>,
}

/// All drift among the bookings and mirrors whose booking id meets `range`, written with `{id}` for it.
///
/// Postgres reads each side once and compares them by a hash. SQLite has no such join: it looks each row up.
fn drift(backend: Backend, range: &str) -> String {
    match backend {
        Backend::Sqlite => drift_by_key(range),
        Backend::Postgres => drift_by_hash(range),
    }
}

fn drift_by_key(range: &str) -> String {
    let (of_booking, of_mirror) = (
        range.replace("{id}", "b.id"),
        range.replace("{id}", "m.booking_id"),
    );
    let differs = sql::differs();
    format!(
        "SELECT 'missing' AS kind, b.id AS booking_id, b.customer_id AS customer_id, b.customer_id AS user_id \
         FROM bookings b WHERE {of_booking} \
         AND NOT EXISTS (SELECT 1 FROM booking_mirrors m WHERE m.booking_id = b.id) \
         UNION ALL \
         SELECT CASE WHEN b.id IS NULL THEN 'orphan' WHEN m.user_id <> b.customer_id THEN 'wrong_user' ELSE 'stale' END, \
         m.booking_id, COALESCE(b.customer_id, m.customer_id), m.user_id \
         FROM booking_mirrors m LEFT JOIN bookings b ON b.id = m.booking_id \
         WHERE {of_mirror} AND (b.id IS NULL OR m.user_id <> b.customer_id OR {differs})"
    )
}

fn drift_by_hash(range: &str) -> String {
    let (of_booking, of_mirror) = (
        range.replace("{id}", "id"),
        range.replace("{id}", "booking_id"),
    );
    let differs = sql::differs();
    format!(
        "SELECT CASE WHEN m.booking_id IS NULL THEN 'missing' WHEN b.id IS NULL THEN 'orphan' \
         WHEN m.user_id <> b.customer_id THEN 'wrong_user' ELSE 'stale' END AS kind, \
         COALESCE(b.id, m.booking_id) AS booking_id, COALESCE(b.customer_id, m.customer_id) AS customer_id, \
         COALESCE(m.user_id, b.customer_id) AS user_id \
         FROM (SELECT * FROM bookings WHERE {of_booking}) AS b \
         FULL JOIN (SELECT * FROM booking_mirrors WHERE {of_mirror}) AS m ON m.booking_id = b.id \
         WHERE b.id IS NULL OR m.booking_id IS NULL OR m.user_id <> b.customer_id OR {differs}"
    )
}

/// See [`BookingRepository::drift`](super::BookingRepository::drift).
pub(super) async fn list(
    database: &Database,
    page: Page,
) -> Result<Window<DriftItem>, StorageError> {
    let all = drift(database.backend(), "1 = 1");
    let select =
        &format!("SELECT * FROM ({all}) AS drift ORDER BY booking_id, user_id LIMIT $1 OFFSET $2");
    let count = &format!("SELECT COUNT(*) FROM ({all}) AS drift");
    database
        .read(|connection| async move {
            let window = [u64::from(page.size()).into(), page.offset().into()];
            let total = sql::count(connection, count, []).await?;
            let found = found(&sql::query(connection, select, window).await?)?;
            Ok((with_both_sides(connection, found).await?, total))
        })
        .await
}

async fn with_both_sides(
    connection: &impl ConnectionTrait,
    found: Vec<Found>,
) -> Result<Vec<DriftItem>, StorageError> {
    let ids: Vec<&str> = found
        .iter()
        .map(|found| found.booking_id.as_str())
        .collect();
    let bookings = booking::Entity::find()
        .filter(booking::Column::Id.is_in(ids.clone()))
        .all(connection)
        .await?;
    let bookings: HashMap<_, _> = bookings
        .into_iter()
        .map(|row| (row.id.clone(), row))
        .collect();
    let mirrors = mirror::Entity::find()
        .filter(mirror::Column::BookingId.is_in(ids))
        .all(connection)
        .await?;
    let key = |row: &mirror::Model| (row.booking_id.clone(), row.user_id.clone());
    let mirrors: HashMap<_, _> = mirrors.into_iter().map(|row| (key(&row), row)).collect();
    let item = |found: Found| {
        let main = bookings
            .get(&found.booking_id)
            .cloned()
            .map(Booking::try_from)
            .transpose()?;
        let mirror_key = found
            .user_id
            .clone()
            .map(|user_id| (found.booking_id.clone(), user_id));
        let mirror = mirror_key
            .and_then(|key| mirrors.get(&key).cloned())
            .map(Mirror::from);
        let Found {
            kind,
            booking_id,
            customer_id,
            user_id,
        } = found;
        Ok(DriftItem {
            booking_id,
            customer_id,
            user_id,
            kind,
            main,
            mirror,
        })
    };
    found.into_iter().map(item).collect()
}

/// See [`BookingRepository::reconcile`](super::BookingRepository::reconcile).
pub(super) async fn reconcile(
    database: &Database,
    batch: &ReconcileBatch,
) -> Result<(Reconciliation, Option<String>), StorageError> {
    let backend = database.backend();
    let until = end_of(database, batch).await?;
    let (range, values) = range(batch.after.as_deref(), until.as_deref());
    let count_bookings = &format!(
        "SELECT COUNT(*) FROM bookings WHERE {}",
        range.replace("{id}", "id")
    );
    let (drift, values) = (&drift(backend, &range), &values);
    let looked = database.read(|connection| async move {
        let checked = sql::count(connection, count_bookings, values.clone()).await?;
        let found = found(&sql::query(connection, drift, values.clone()).await?)?;
        Ok::<_, StorageError>((checked, found))
    });
    let (checked, found) = looked.await?;
    let mut result = Reconciliation {
        checked,
        ..Reconciliation::default()
    };
    if batch.dry_run || found.is_empty() {
        count(&mut result, &found);
        return Ok((result, until));
    }
    let ids: Vec<&str> = found
        .iter()
        .map(|found| found.booking_id.as_str())
        .collect();
    let ids = &serde_json::json!(ids).to_string();
    let healed = database.write(|transaction| async move {
        Ok::<_, StorageError>(heal(&transaction, backend, ids, batch).await?)
    });
    let healed = healed.await?;
    count(&mut result, &healed);
    result.healed = healed.len() as u64;
    Ok((result, until))
}

/// The id of the last booking of the batch; `None` where it reaches the end. Mirrors count too, or many of them that
/// have no booking would come at once.
async fn end_of(
    database: &Database,
    batch: &ReconcileBatch,
) -> Result<Option<String>, StorageError> {
    let behind = if batch.after.is_some() { ">" } else { ">=" };
    let last = |table: &str, id: &str| {
        format!(
            "SELECT id FROM (SELECT {id} AS id FROM {table} WHERE {id} {behind} $1 ORDER BY {id} LIMIT 1 OFFSET $2) \
             AS last_of_{table}"
        )
    };
    let select = &format!(
        "SELECT MIN(id) FROM ({} UNION ALL {}) AS either",
        last("bookings", "id"),
        last("booking_mirrors", "booking_id")
    );
    let after = batch.after.as_deref().unwrap_or_default();
    let before_last = i64::from(batch.limit.saturating_sub(1));
    let values: &[Value; 2] = &[after.into(), before_last.into()];
    let read = database.read(|connection| async move {
        let rows = sql::query(connection, select, values.clone()).await?;
        let end = rows.first().map(|row| row.try_get_by_index(0));
        Ok::<_, StorageError>(end.transpose()?.flatten())
    });
    read.await
}

fn range(after: Option<&str>, until: Option<&str>) -> (String, Vec<Value>) {
    let values = || after.into_iter().chain(until).map(Value::from).collect();
    let range = match (after, until) {
        (Some(_), Some(_)) => "{id} > $1 AND {id} <= $2",
        (Some(_), None) => "{id} > $1",
        (None, Some(_)) => "{id} <= $1",
        (None, None) => "1 = 1",
    };
    (range.to_owned(), values())
}

/// Heals what is out of step among the bookings `ids`, a JSON array, as it is found now: since it was looked for, live
/// traffic may have healed or changed it.
async fn heal(
    transaction: &DatabaseTransaction,
    backend: Backend,
    ids: &str,
    batch: &ReconcileBatch,
) -> Result<Vec<Found>, DbErr> {
    let ids_table = sql::texts_of(backend, "$1");
    let lock = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM bookings WHERE id IN {ids_table} ORDER BY id {}) AS locked",
        sql::for_update(backend)
    );
    sql::count(transaction, &lock, [ids.into()]).await?;
    let still = drift(backend, &format!("{{id}} IN {ids_table}"));
    let found = found(&sql::query(transaction, &still, [ids.into()]).await?)?;
    note_history(transaction, backend, &found, batch).await?;
    let strays = format!(
        "DELETE FROM booking_mirrors WHERE booking_id IN {ids_table} AND NOT EXISTS (SELECT 1 FROM bookings b \
         WHERE b.id = booking_mirrors.booking_id AND b.customer_id = booking_mirrors.user_id)"
    );
    sql::execute(transaction, &strays, [ids.into()]).await?;
    let condition = format!(
        "b.id IN {} AND NOT EXISTS (SELECT 1 FROM booking_mirrors m \
         WHERE m.user_id = b.customer_id AND m.booking_id = b.id AND NOT ({}))",
        sql::texts_of(backend, "$4"),
        sql::differs()
    );
    let at = batch.at.timestamp_millis();
    let values = [
        at.into(),
        SyncedBy::Reconcile.as_str().into(),
        None::<i64>.into(),
        ids.into(),
    ];
    sql::execute(transaction, &sql::write_mirrors(&condition), values).await?;
    Ok(found)
}

/// One line for each place, with what was wrong.
async fn note_history(
    transaction: &DatabaseTransaction,
    backend: Backend,
    found: &[Found],
    batch: &ReconcileBatch,
) -> Result<(), DbErr> {
    let lines: Vec<_> = found
        .iter()
        .map(|found| {
            let changes = serde_json::json!([{"field": "mirror", "from": found.kind.as_str(), "to": "in_sync"}]);
            let customer = found.customer_id.as_ref().or(found.user_id.as_ref());
            serde_json::json!([found.booking_id, customer, changes.to_string()])
        })
        .collect();
    let (source, field) = match backend {
        Backend::Sqlite => (
            "json_each($1)",
            [
                "json_extract(value, '$[0]')",
                "json_extract(value, '$[1]')",
                "json_extract(value, '$[2]')",
            ],
        ),
        Backend::Postgres => (
            "jsonb_array_elements(CAST($1 AS jsonb)) AS value",
            ["value ->> 0", "value ->> 1", "value ->> 2"],
        ),
    };
    let [id, customer, changes] = field;
    let insert = format!(
        "INSERT INTO booking_history (booking_id, customer_id, call, actor_id, actor_kind, changes, outcome, created_at) \
         SELECT {id}, COALESCE({customer}, ''), $2, $3, $4, {changes}, 'done', CAST($5 AS BIGINT) FROM {source}"
    );
    let values: [Value; 5] = [
        serde_json::Value::Array(lines).to_string().into(),
        SyncedBy::Reconcile.as_str().into(),
        batch.actor.id.as_str().into(),
        batch.actor.kind.into(),
        batch.at.timestamp_millis().into(),
    ];
    sql::execute(transaction, &insert, values).await.map(drop)
}

fn found(rows: &[sea_orm::QueryResult]) -> Result<Vec<Found>, DbErr> {
    let read = |row: &sea_orm::QueryResult| {
        let kind: String = row.try_get("", "kind")?;
        Ok(Found {
            kind: kind
                .parse()
                .map_err(|e| DbErr::Custom(format!("{e}: {kind}")))?,
            booking_id: row.try_get("", "booking_id")?,
            customer_id: row.try_get("", "customer_id")?,
            user_id: row.try_get("", "user_id")?,
        })
    };
    rows.iter().map(read).collect()
}

fn count(result: &mut Reconciliation, found: &[Found]) {
    for found in found {
        result.count(found.kind, 1);
    }
}
