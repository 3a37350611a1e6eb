//! How mappings and the history are written.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, Value};

use super::{
    json::{content_to_json, snapshot_to_json},
    sql::execute,
};
use crate::model::{Attempt, Category, Mapping, SyncKey, SyncStatus};

pub(super) fn key_values(key: &SyncKey) -> [Value; 3] {
    [
        key.organization.as_str().into(),
        key.mode.as_str().into(),
        key.document.as_str().into(),
    ]
}

fn millis(moment: Option<DateTime<Utc>>) -> Value {
    moment.map(|moment| moment.timestamp_millis()).into()
}

/// The columns that an attempt decides, from `$4` on; `$1` to `$3` are the key.
const DECIDED: [&str; 17] = [
    "document_type",
    "metakocka_id",
    "metakocka_number",
    "sync_status",
    "error",
    "remote_code",
    "last_synced_at",
    "direction",
    "attempts",
    "next_attempt_at",
    "synced_version",
    "base",
    "sent",
    "settles_at",
    "conflict",
    "updated_at",
    "buyer_order",
];

fn decided(mapping: &Mapping, now: DateTime<Utc>) -> Vec<Value> {
    let snapshot = |snapshot: &Option<_>| snapshot.as_ref().map(snapshot_to_json);
    let sent = mapping.sent.as_ref();
    vec![
        mapping.document_type.as_str().into(),
        mapping.metakocka_id.clone().into(),
        mapping.metakocka_number.clone().into(),
        mapping.status.as_str().into(),
        mapping.error.clone().into(),
        mapping.remote_code.clone().into(),
        millis(mapping.last_synced_at),
        mapping.direction.as_str().into(),
        i64::from(mapping.attempts).into(),
        millis(mapping.next_attempt_at),
        mapping.synced_version.into(),
        snapshot(&mapping.base).into(),
        sent.map(|sent| content_to_json(&sent.content)).into(),
        millis(sent.map(|sent| sent.settles_at)),
        snapshot(&mapping.conflict).into(),
        now.timestamp_millis().into(),
        mapping.buyer_order.as_str().into(),
    ]
}

fn with_key(mapping: &Mapping, now: DateTime<Utc>) -> Vec<Value> {
    let mut values: Vec<Value> = key_values(&mapping.key).into();
    values.extend(decided(mapping, now));
    values
}

/// Writes what was decided and gives the lease back; `false` where `holder` has not got it.
pub(super) async fn write_held(
    connection: &impl ConnectionTrait,
    mapping: &Mapping,
    holder: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let set: Vec<_> = (4..)
        .zip(DECIDED)
        .map(|(n, column)| format!("{column} = ${n}"))
        .collect();
    let holder_at = DECIDED.len() + 4;
    let sql = format!(
        "UPDATE metakocka_mappings SET {}, lease_holder = NULL, lease_until = NULL \
         WHERE organization_id = $1 AND mode = $2 AND document_id = $3 AND lease_holder = ${holder_at}",
        set.join(", ")
    );
    let mut values = with_key(mapping, now);
    values.push(holder.into());
    let written = execute(connection, &sql, values).await?;
    Ok(written.rows_affected() > 0)
}

/// Writes a mapping that nobody works on, or that is not there; `false` where somebody does.
pub(super) async fn write_free(
    connection: &impl ConnectionTrait,
    mapping: &Mapping,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let places: Vec<_> = (4..DECIDED.len() + 4).map(|n| format!("${n}")).collect();
    let set: Vec<_> = DECIDED
        .iter()
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    let now_at = DECIDED.len() + 4;
    let sql = format!(
        "INSERT INTO metakocka_mappings (organization_id, mode, document_id, {}, created_at) \
         VALUES ($1, $2, $3, {}, ${now_at}) ON CONFLICT (organization_id, mode, document_id) DO UPDATE SET {} \
         WHERE metakocka_mappings.lease_until IS NULL OR metakocka_mappings.lease_until <= ${now_at}",
        DECIDED.join(", "),
        places.join(", "),
        set.join(", ")
    );
    let mut values = with_key(mapping, now);
    values.push(now.timestamp_millis().into());
    let written = execute(connection, &sql, values).await?;
    Ok(written.rows_affected() > 0)
}

/// A document that changed during an attempt on its version `$4` is not synced, and what was refused of it is to be tried
/// again, at `$5`.
const CHANGED_MEANWHILE: &str = "UPDATE metakocka_mappings SET next_attempt_at = CASE WHEN sync_status = 'failed' \
     THEN $5 ELSE next_attempt_at END, sync_status = 'pending' \
     WHERE organization_id = $1 AND mode = $2 AND document_id = $3 AND sync_status IN ('synced', 'failed') \
     AND EXISTS (SELECT 1 FROM sales_documents d WHERE d.organization_id = $1 AND d.id = $3 AND d.version > $4)";

pub(super) async fn note_change_meanwhile(
    connection: &impl ConnectionTrait,
    mapping: &Mapping,
    version: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if !matches!(mapping.status, SyncStatus::Synced | SyncStatus::Failed) {
        return Ok(());
    }
    let mut values: Vec<Value> = key_values(&mapping.key).into();
    values.push(version.into());
    values.push(now.timestamp_millis().into());
    execute(connection, CHANGED_MEANWHILE, values)
        .await
        .map(drop)
}

const INSERT_HISTORY: &str = "INSERT INTO metakocka_history (organization_id, mode, document_id, metakocka_id, direction, \
     outcome, duration_ms, error, category, remote_code, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

pub(super) async fn write_history(
    connection: &impl ConnectionTrait,
    attempt: &Attempt,
) -> Result<(), DbErr> {
    let mut values: Vec<Value> = key_values(&attempt.key).into();
    let rest: [Value; 8] = [
        attempt.metakocka_id.clone().into(),
        attempt.direction.as_str().into(),
        attempt.outcome.as_str().into(),
        attempt.duration_ms.into(),
        attempt.error.clone().into(),
        attempt.category.map(Category::as_str).into(),
        attempt.remote_code.clone().into(),
        attempt.at.timestamp_millis().into(),
    ];
    values.extend(rest);
    execute(connection, INSERT_HISTORY, values).await.map(drop)
}
