//! The rows as they lie in the tables, and how they become models.

use auth::OrganizationId;
use chrono::{DateTime, Utc};
use database::StorageError;
use sea_orm::QueryResult;
use validation::{Id, Text};

use super::{
    Scope,
    json::{content_from_json, snapshot_from_json},
};
use crate::model::{
    Attempt, AttemptOutcome, Category, Direction, DocumentId, HistoryEntry, Mapping, Mode,
    SalesDocument, Sent, SyncKey,
};

/// The columns of a document, as [`document`] reads them.
pub(super) const DOCUMENT: &str = "d.organization_id, d.id, d.mode AS document_mode, d.content, d.status, \
     d.created_at AS document_created_at, d.updated_at AS document_updated_at, d.version";

/// The columns of a mapping, as [`mapping`] reads them.
pub(super) const MAPPING: &str = "m.organization_id AS of_organization, m.mode, m.document_id, m.document_type, \
     m.buyer_order, m.metakocka_id, m.metakocka_number, m.sync_status, m.error, m.remote_code, m.last_synced_at, \
     m.direction, m.attempts, m.next_attempt_at, m.synced_version, m.base, m.sent, m.settles_at, m.conflict";

/// The same without the versions of either side, which are far larger than all the rest.
pub(super) const STANDING: &str = "m.organization_id AS of_organization, m.mode, m.document_id, m.document_type, \
     m.buyer_order, m.metakocka_id, m.metakocka_number, m.sync_status, m.error, m.remote_code, m.last_synced_at, \
     m.direction, m.attempts, m.next_attempt_at, m.synced_version, CAST(NULL AS TEXT) AS base, \
     CAST(NULL AS TEXT) AS sent, CAST(NULL AS BIGINT) AS settles_at, CAST(NULL AS TEXT) AS conflict";

pub(super) fn moment(millis: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis)
}

pub(super) fn corrupt(table: &'static str) -> impl Fn(&str) -> StorageError {
    move |column| StorageError::Corrupt(format!("{column} in {table}"))
}

pub(super) fn document(row: &QueryResult) -> Result<SalesDocument, StorageError> {
    let corrupt = corrupt("sales_documents");
    let text = |column: &str| row.try_get::<String>("", column);
    let time = |column: &str| {
        let millis = row.try_get::<i64>("", column)?;
        moment(millis).ok_or_else(|| corrupt(column))
    };
    Ok(SalesDocument {
        organization: Id::parse(&text("organization_id")?)
            .map_err(|_| corrupt("organization_id"))?,
        id: Id::parse(&text("id")?).map_err(|_| corrupt("id"))?,
        mode: Mode::parse(&text("document_mode")?).ok_or_else(|| corrupt("mode"))?,
        content: content_from_json(&text("content")?).ok_or_else(|| corrupt("content"))?,
        status: Text::parse(&text("status")?).map_err(|_| corrupt("status"))?,
        created_at: time("document_created_at")?,
        updated_at: time("document_updated_at")?,
        version: row.try_get("", "version")?,
    })
}

pub(super) fn mapping(row: &QueryResult) -> Result<Mapping, StorageError> {
    let corrupt = corrupt("metakocka_mappings");
    let text = |column: &str| row.try_get::<String>("", column);
    let optional = |column: &str| row.try_get::<Option<String>>("", column);
    let time = |column: &str| -> Result<Option<DateTime<Utc>>, StorageError> {
        Ok(row.try_get::<Option<i64>>("", column)?.and_then(moment))
    };
    let snapshot = |column: &str| -> Result<_, StorageError> {
        let json = optional(column)?;
        json.map(|json| snapshot_from_json(&json).ok_or_else(|| corrupt(column)))
            .transpose()
    };
    let sent = match (optional("sent")?, time("settles_at")?) {
        (Some(json), Some(settles_at)) => Some(Sent {
            content: content_from_json(&json).ok_or_else(|| corrupt("sent"))?,
            settles_at,
        }),
        _ => None,
    };
    let key = SyncKey {
        organization: OrganizationId::parse(&text("of_organization")?)
            .map_err(|_| corrupt("organization_id"))?,
        mode: Mode::parse(&text("mode")?).ok_or_else(|| corrupt("mode"))?,
        document: DocumentId::parse(&text("document_id")?).map_err(|_| corrupt("document_id"))?,
    };
    Ok(Mapping {
        key,
        document_type: text("document_type")?
            .parse()
            .map_err(|_| corrupt("document_type"))?,
        buyer_order: text("buyer_order")?,
        metakocka_id: optional("metakocka_id")?,
        metakocka_number: optional("metakocka_number")?,
        status: text("sync_status")?
            .parse()
            .map_err(|_| corrupt("sync_status"))?,
        error: optional("error")?,
        remote_code: optional("remote_code")?,
        last_synced_at: time("last_synced_at")?,
        direction: Direction::parse(&text("direction")?).ok_or_else(|| corrupt("direction"))?,
        attempts: u32::try_from(row.try_get::<i64>("", "attempts")?).unwrap_or(u32::MAX),
        next_attempt_at: time("next_attempt_at")?,
        synced_version: row.try_get("", "synced_version")?,
        base: snapshot("base")?,
        sent,
        conflict: snapshot("conflict")?,
    })
}

pub(super) fn history(row: &QueryResult, scope: &Scope) -> Result<HistoryEntry, StorageError> {
    let corrupt = corrupt("metakocka_history");
    let text = |column: &str| row.try_get::<String>("", column);
    let document = DocumentId::parse(&text("document_id")?).map_err(|_| corrupt("document_id"))?;
    let category = row.try_get::<Option<String>>("", "category")?;
    let at = row.try_get::<i64>("", "created_at")?;
    Ok(HistoryEntry {
        id: row.try_get("", "id")?,
        attempt: Attempt {
            key: scope.key(&document),
            metakocka_id: row.try_get("", "metakocka_id")?,
            direction: Direction::parse(&text("direction")?).ok_or_else(|| corrupt("direction"))?,
            outcome: AttemptOutcome::parse(&text("outcome")?).ok_or_else(|| corrupt("outcome"))?,
            duration_ms: row.try_get("", "duration_ms")?,
            error: row.try_get("", "error")?,
            category: category.as_deref().and_then(Category::parse),
            remote_code: row.try_get("", "remote_code")?,
            at: moment(at).ok_or_else(|| corrupt("created_at"))?,
        },
    })
}

/// Reads all rows.
pub(super) fn all<T>(
    rows: &[QueryResult],
    read: impl Fn(&QueryResult) -> Result<T, StorageError>,
) -> Result<Vec<T>, StorageError> {
    rows.iter().map(read).collect()
}
