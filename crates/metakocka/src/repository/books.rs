use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use validation::Page;

use super::{
    Claimed, Import, Imported, Lease, Scope, SyncBooks, Window,
    books_write::{key_values, note_change_meanwhile, write_held, write_history},
    imports,
    json::content_to_json,
    rows::{self, DOCUMENT, MAPPING, STANDING, all, corrupt},
    sql::{array, count, execute, query, texts_of},
};
use crate::model::{Attempt, DocumentId, HistoryEntry, Mapping, Mode, SyncKey, buyer_order};

/// The books in the database.
#[derive(Clone, Debug)]
pub struct SeaSyncBooks {
    database: Database,
}

impl SeaSyncBooks {
    /// The books in `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    async fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, StorageError> {
        let values = &values;
        self.database
            .read(|connection| async move { Ok(query(connection, sql, values.clone()).await?) })
            .await
    }

    /// The mappings of the documents `ids` that are here, with these columns.
    async fn mappings_with(
        &self,
        columns: &str,
        scope: &Scope,
        ids: &[DocumentId],
    ) -> Result<Vec<Mapping>, StorageError> {
        let texts = texts_of(self.database.backend(), "$3");
        let sql = format!(
            "SELECT {columns} FROM metakocka_mappings m JOIN sales_documents d ON d.organization_id = m.organization_id \
             AND d.id = m.document_id AND d.mode IN ('live', $2) WHERE m.organization_id = $1 AND m.mode = $2 \
             AND m.document_id IN (SELECT value FROM {texts} AS wanted) ORDER BY m.document_id"
        );
        let ids = array(ids.iter().map(DocumentId::as_str));
        let rows = self.rows(&sql, scoped(scope, [ids.into()])).await?;
        all(&rows, rows::mapping)
    }

    async fn one(
        &self,
        condition: &str,
        values: Vec<Value>,
    ) -> Result<Option<Mapping>, StorageError> {
        let sql = format!(
            "SELECT {MAPPING} FROM metakocka_mappings m WHERE m.organization_id = $1 AND m.mode = $2 AND {condition}"
        );
        let rows = self.rows(&sql, values).await?;
        rows.first().map(rows::mapping).transpose()
    }
}

fn scoped(scope: &Scope, more: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut values: Vec<Value> = vec![
        scope.organization.as_str().into(),
        scope.mode.as_str().into(),
    ];
    values.extend(more);
    values
}

const FIND: &str =
    "FROM sales_documents d WHERE d.organization_id = $1 AND d.id = $3 AND d.mode IN ('live', $2)";

const MAKE: &str = "INSERT INTO metakocka_mappings (organization_id, mode, document_id, document_type, buyer_order, \
     sync_status, direction, attempts, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, 'pending', 'crm_to_metakocka', 0, $6, $6) \
     ON CONFLICT (organization_id, mode, document_id) DO NOTHING";

const TAKE: &str = "UPDATE metakocka_mappings SET lease_holder = $4, lease_until = $5, next_attempt_at = $5, \
     updated_at = $6 WHERE organization_id = $1 AND mode = $2 AND document_id = $3 \
     AND (lease_until IS NULL OR lease_until <= $6)";

async fn claim(
    transaction: &impl ConnectionTrait,
    key: &SyncKey,
    lease: &Lease,
    now: DateTime<Utc>,
) -> Result<Claimed, StorageError> {
    let find = format!("SELECT {DOCUMENT} {FIND}");
    let found = query(transaction, &find, key_values(key)).await?;
    let Some(document) = found.first().map(rows::document).transpose()? else {
        return Ok(Claimed::NoDocument);
    };
    let mut values: Vec<Value> = key_values(key).into();
    values.push(document.content.document_type.as_str().into());
    values.push(buyer_order(key, document.created_at).into());
    values.push(now.timestamp_millis().into());
    execute(transaction, MAKE, values).await?;
    let mut values: Vec<Value> = key_values(key).into();
    values.push(lease.holder.as_str().into());
    values.push(lease.until.timestamp_millis().into());
    values.push(now.timestamp_millis().into());
    if execute(transaction, TAKE, values).await?.rows_affected() == 0 {
        return Ok(Claimed::Busy);
    }
    // Read again: what was committed while this waited for the row counts.
    let find = format!(
        "SELECT {DOCUMENT}, {MAPPING} FROM sales_documents d JOIN metakocka_mappings m \
         ON m.organization_id = d.organization_id AND m.document_id = d.id AND m.mode = $2 \
         WHERE d.organization_id = $1 AND d.id = $3"
    );
    let found = query(transaction, &find, key_values(key)).await?;
    match found.first() {
        None => Ok(Claimed::NoDocument),
        Some(row) => Ok(Claimed::Taken(Box::new((
            rows::document(row)?,
            rows::mapping(row)?,
        )))),
    }
}

/// Keeps the lease of `$4` until `$5`, if it has not ended before `$6`.
const KEEP: &str = "lease_until = $5, next_attempt_at = $5 WHERE organization_id = $1 AND mode = $2 \
     AND document_id = $3 AND lease_holder = $4 AND lease_until > $6";

fn keeping(key: &SyncKey, lease: &Lease, now: DateTime<Utc>) -> Vec<Value> {
    let mut values: Vec<Value> = key_values(key).into();
    values.push(lease.holder.as_str().into());
    values.push(lease.until.timestamp_millis().into());
    values.push(now.timestamp_millis().into());
    values
}

const DUE: &str = "SELECT m.organization_id, m.mode, m.document_id FROM metakocka_mappings m \
     JOIN sales_documents d ON d.organization_id = m.organization_id AND d.id = m.document_id \
     LEFT JOIN metakocka_queues q ON q.organization_id = m.organization_id AND q.mode = m.mode \
     WHERE m.next_attempt_at <= $1 AND (m.lease_until IS NULL OR m.lease_until <= $1) \
     AND m.sync_status IN ('pending', 'failed') AND COALESCE(q.paused, 0) = 0 AND COALESCE(q.slow_until, 0) <= $1 \
     ORDER BY m.next_attempt_at, m.document_id LIMIT $2";

fn due_key(row: &QueryResult) -> Result<SyncKey, StorageError> {
    let corrupt = corrupt("metakocka_mappings");
    let text = |column: &str| row.try_get::<String>("", column);
    let parsed = (
        auth::OrganizationId::parse(&text("organization_id")?),
        Mode::parse(&text("mode")?),
        DocumentId::parse(&text("document_id")?),
    );
    match parsed {
        (Ok(organization), Some(mode), Ok(document)) => Ok(SyncKey {
            organization,
            mode,
            document,
        }),
        _ => Err(corrupt("key")),
    }
}

const FAILED: &str = "FROM metakocka_mappings m JOIN sales_documents d ON d.organization_id = m.organization_id \
     AND d.id = m.document_id WHERE m.organization_id = $1 AND m.mode = $2 AND (m.sync_status IN ('failed', 'conflict') \
     OR (m.sync_status = 'pending' AND m.error IS NOT NULL))";

#[async_trait]
impl SyncBooks for SeaSyncBooks {
    async fn mappings(
        &self,
        scope: &Scope,
        ids: &[DocumentId],
    ) -> Result<Vec<Mapping>, StorageError> {
        self.mappings_with(MAPPING, scope, ids).await
    }

    async fn standings(
        &self,
        scope: &Scope,
        ids: &[DocumentId],
    ) -> Result<Vec<Mapping>, StorageError> {
        self.mappings_with(STANDING, scope, ids).await
    }

    async fn find_by_remote(
        &self,
        scope: &Scope,
        metakocka_id: &str,
    ) -> Result<Option<Mapping>, StorageError> {
        let values = scoped(scope, [metakocka_id.into()]);
        self.one("m.metakocka_id = $3", values).await
    }

    async fn known_remotes(
        &self,
        scope: &Scope,
        ids: &[String],
    ) -> Result<HashMap<String, DocumentId>, StorageError> {
        let texts = texts_of(self.database.backend(), "$3");
        let sql = format!(
            "SELECT m.metakocka_id, m.document_id FROM metakocka_mappings m JOIN sales_documents d \
             ON d.organization_id = m.organization_id AND d.id = m.document_id \
             WHERE m.organization_id = $1 AND m.mode = $2 AND m.metakocka_id IN (SELECT value FROM {texts} AS wanted)"
        );
        let values = scoped(scope, [array(ids).into()]);
        let rows = self.rows(&sql, values).await?;
        let known = all(&rows, |row| {
            let document: String = row.try_get("", "document_id")?;
            let document = DocumentId::parse(&document)
                .map_err(|_| corrupt("metakocka_mappings")("document_id"))?;
            Ok((row.try_get("", "metakocka_id")?, document))
        });
        Ok(known?.into_iter().collect())
    }

    async fn find_by_order(
        &self,
        scope: &Scope,
        buyer_order: &str,
    ) -> Result<Option<Mapping>, StorageError> {
        let values = scoped(scope, [buyer_order.into()]);
        self.one("m.buyer_order = $3 AND m.metakocka_id IS NULL", values)
            .await
    }

    async fn claim(
        &self,
        key: &SyncKey,
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<Claimed, StorageError> {
        self.database
            .write(|transaction| async move { claim(&*transaction, key, lease, now).await })
            .await
    }

    async fn note_sent(
        &self,
        mapping: &Mapping,
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let sql = &format!(
            "UPDATE metakocka_mappings SET sent = $7, settles_at = $8, metakocka_id = $9, base = COALESCE($10, base), {KEEP}"
        );
        let Some(sent) = &mapping.sent else {
            return Ok(false);
        };
        self.database
            .write(|transaction| async move {
                let mut values = keeping(&mapping.key, lease, now);
                values.push(content_to_json(&sent.content).into());
                values.push(sent.settles_at.timestamp_millis().into());
                values.push(mapping.metakocka_id.clone().into());
                let base = mapping.base.as_ref().map(super::json::snapshot_to_json);
                values.push(base.into());
                let written = execute(&*transaction, sql, values).await?;
                Ok(written.rows_affected() > 0)
            })
            .await
    }

    async fn renew(
        &self,
        key: &SyncKey,
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let sql = &format!("UPDATE metakocka_mappings SET {KEEP}");
        self.database
            .write(|transaction| async move {
                let written = execute(&*transaction, sql, keeping(key, lease, now)).await?;
                Ok(written.rows_affected() > 0)
            })
            .await
    }

    async fn finish(
        &self,
        mapping: &Mapping,
        holder: &str,
        version: i64,
        attempt: &Attempt,
    ) -> Result<bool, StorageError> {
        self.database
            .write(|transaction| async move {
                if !write_held(&*transaction, mapping, holder, attempt.at).await? {
                    return Ok(false);
                }
                note_change_meanwhile(&*transaction, mapping, version, attempt.at).await?;
                write_history(&*transaction, attempt).await?;
                Ok(true)
            })
            .await
    }

    async fn due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<SyncKey>, StorageError> {
        let values = vec![now.timestamp_millis().into(), i64::from(limit).into()];
        all(&self.rows(DUE, values).await?, due_key)
    }

    async fn unsynced(&self, scope: &Scope) -> Result<Vec<DocumentId>, StorageError> {
        let sql = "SELECT d.id FROM sales_documents d LEFT JOIN metakocka_mappings m \
             ON m.organization_id = d.organization_id AND m.document_id = d.id AND m.mode = $2 \
             WHERE d.organization_id = $1 AND d.mode IN ('live', $2) AND COALESCE(m.sync_status, 'pending') \
             IN ('pending', 'failed') ORDER BY d.created_at, d.id";
        all(&self.rows(sql, scoped(scope, [])).await?, |row| {
            let id: String = row.try_get("", "id")?;
            DocumentId::parse(&id).map_err(|_| corrupt("sales_documents")("id"))
        })
    }

    async fn import(&self, import: &Import, now: DateTime<Utc>) -> Result<Imported, StorageError> {
        imports::import(&self.database, import, now).await
    }

    async fn errors(&self, scope: &Scope, page: Page) -> Result<Window<Mapping>, StorageError> {
        let total = &format!("SELECT COUNT(*) {FAILED}");
        let (limit, offset) = (page.size(), page.offset());
        let list = format!(
            "SELECT {MAPPING} {FAILED} ORDER BY m.updated_at DESC, m.document_id LIMIT {limit} OFFSET {offset}"
        );
        let rows = self.rows(&list, scoped(scope, [])).await?;
        let values = &scoped(scope, []);
        let total = self.database.read(|connection| async move {
            Ok::<_, StorageError>(count(connection, total, values.clone()).await?)
        });
        Ok((all(&rows, rows::mapping)?, total.await?))
    }

    async fn retry(
        &self,
        scope: &Scope,
        ids: Option<Vec<DocumentId>>,
        now: DateTime<Utc>,
    ) -> Result<u64, StorageError> {
        let texts = texts_of(self.database.backend(), "$4");
        let named = ids
            .as_ref()
            .map(|_| format!(" AND document_id IN (SELECT value FROM {texts} AS wanted)"));
        let sql = &format!(
            "UPDATE metakocka_mappings SET next_attempt_at = $3, attempts = 0, updated_at = $3 \
             WHERE organization_id = $1 AND mode = $2 AND (sync_status = 'failed' OR (sync_status = 'pending' AND \
             error IS NOT NULL)) AND lease_holder IS NULL{}",
            named.unwrap_or_default()
        );
        let mut values = scoped(scope, [now.timestamp_millis().into()]);
        values.extend(ids.map(|ids| array(ids.iter().map(DocumentId::as_str)).into()));
        let values = &values;
        self.database
            .write(|transaction| async move {
                let written = execute(&*transaction, sql, values.clone()).await?;
                Ok(written.rows_affected())
            })
            .await
    }

    async fn history(
        &self,
        scope: &Scope,
        document: Option<DocumentId>,
        page: Page,
    ) -> Result<Window<HistoryEntry>, StorageError> {
        let named = document.as_ref().map_or("", |_| " AND document_id = $3");
        let from =
            format!("FROM metakocka_history WHERE organization_id = $1 AND mode = $2{named}");
        let values = &scoped(scope, document.map(|id| id.as_str().into()));
        let (limit, offset) = (page.size(), page.offset());
        let list = format!("SELECT * {from} ORDER BY id DESC LIMIT {limit} OFFSET {offset}");
        let rows = self.rows(&list, values.clone()).await?;
        let total = &format!("SELECT COUNT(*) {from}");
        let total = self.database.read(|connection| async move {
            Ok::<_, StorageError>(count(connection, total, values.clone()).await?)
        });
        Ok((all(&rows, |row| rows::history(row, scope))?, total.await?))
    }

    async fn note(&self, attempt: &Attempt) -> Result<(), StorageError> {
        self.database
            .write(|transaction| async move { Ok(write_history(&*transaction, attempt).await?) })
            .await
    }
}
