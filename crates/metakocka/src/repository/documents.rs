use async_trait::async_trait;
use auth::OrganizationId;
use chrono::NaiveDate;
use database::{Database, StorageError, is_unique_violation};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use validation::Page;

use super::{
    DocumentFilter, DocumentRepository, DocumentTotal, Inserted, Scope, Window,
    json::content_to_json,
    rows::{DOCUMENT, all, corrupt, document},
    sql::{count, execute, pattern, query},
};
use crate::model::{DocumentId, SalesDocument, SyncKey, SyncStatus};

/// Sales documents in the database.
#[derive(Clone, Debug)]
pub struct SeaDocumentRepository {
    database: Database,
}

impl SeaDocumentRepository {
    /// The documents of `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

/// Documents of organization `$1` that show in mode `$2`, with their mappings.
const SHOWN: &str = "FROM sales_documents d LEFT JOIN metakocka_mappings m \
     ON m.organization_id = d.organization_id AND m.document_id = d.id AND m.mode = $2 \
     WHERE d.organization_id = $1 AND d.mode IN ('live', $2)";

type Shown = (SalesDocument, Option<SyncStatus>);

fn shown(row: &QueryResult) -> Result<Shown, StorageError> {
    let status: Option<String> = row.try_get("", "sync_status")?;
    let status = status.map(|status| status.parse()).transpose();
    let status = status.map_err(|_| corrupt("metakocka_mappings")("sync_status"))?;
    Ok((document(row)?, status))
}

/// The total in minor units. Amounts beyond what a number holds are beyond every limit of a line.
fn total_minor(document: &SalesDocument) -> i64 {
    let content = &document.content;
    let factor = Decimal::from(10_u64.pow(content.currency.decimals()));
    content
        .total()
        .checked_mul(factor)
        .and_then(|minor| minor.to_i64())
        .unwrap_or(i64::MAX)
}

fn search(document: &SalesDocument) -> String {
    let content = &document.content;
    let notes = content.notes.as_ref().map_or("", |notes| notes.as_str());
    let whole = format!(
        "{}\n{}\n{notes}",
        content.number.as_str(),
        content.customer.name
    );
    whole.to_lowercase()
}

const INSERT: &str = "INSERT INTO sales_documents (organization_id, id, mode, document_type, number, content, status, \
     document_date, currency, total_minor, search, created_at, updated_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

const UPDATE: &str = "UPDATE sales_documents SET document_type = $3, number = $4, content = $5, status = $6, \
     document_date = $7, currency = $8, total_minor = $9, search = $10, updated_at = $11, version = $12 \
     WHERE organization_id = $1 AND id = $2 AND version = $13";

/// Writes a document that is not there.
pub(super) async fn insert(
    connection: &impl ConnectionTrait,
    document: &SalesDocument,
) -> Result<(), DbErr> {
    let content = &document.content;
    let values: [Value; 14] = [
        document.organization.as_str().into(),
        document.id.as_str().into(),
        document.mode.as_str().into(),
        content.document_type.as_str().into(),
        content.number.as_str().into(),
        content_to_json(content).into(),
        document.status.as_str().into(),
        content.document_date.to_string().into(),
        content.currency.code().into(),
        total_minor(document).into(),
        search(document).into(),
        document.created_at.timestamp_millis().into(),
        document.updated_at.timestamp_millis().into(),
        document.version.into(),
    ];
    execute(connection, INSERT, values).await.map(drop)
}

/// Writes a document over its version `before`; `false` where it is at another one.
pub(super) async fn update(
    connection: &impl ConnectionTrait,
    document: &SalesDocument,
    before: i64,
) -> Result<bool, DbErr> {
    let content = &document.content;
    let values: [Value; 13] = [
        document.organization.as_str().into(),
        document.id.as_str().into(),
        content.document_type.as_str().into(),
        content.number.as_str().into(),
        content_to_json(content).into(),
        document.status.as_str().into(),
        content.document_date.to_string().into(),
        content.currency.code().into(),
        total_minor(document).into(),
        search(document).into(),
        document.updated_at.timestamp_millis().into(),
        document.version.into(),
        before.into(),
    ];
    let written = execute(connection, UPDATE, values).await?;
    Ok(written.rows_affected() > 0)
}

#[derive(Debug, thiserror::Error)]
enum InsertError {
    #[error("the id is taken")]
    Taken,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<DbErr> for InsertError {
    fn from(error: DbErr) -> Self {
        if is_unique_violation(&error) {
            Self::Taken
        } else {
            Self::Storage(error.into())
        }
    }
}

/// The condition of a filter, and its values from `$3` on.
fn condition(filter: &DocumentFilter) -> (String, Vec<Value>) {
    let (mut sql, mut values) = (String::new(), Vec::<Value>::new());
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        sql.push_str(&condition.replace('?', &format!("${}", values.len() + 2)));
    };
    if let Some(document_type) = filter.document_type {
        add(" AND d.document_type = ?", document_type.as_str().into());
    }
    if let Some(status) = &filter.status {
        add(" AND d.status = ?", status.as_str().into());
    }
    if let Some(status) = filter.sync_status {
        add(
            " AND COALESCE(m.sync_status, 'pending') = ?",
            status.as_str().into(),
        );
    }
    if let Some(text) = &filter.text {
        add(" AND d.search LIKE ? ESCAPE '!'", pattern(text).into());
    }
    (sql, values)
}

fn total(row: &QueryResult) -> Result<DocumentTotal, StorageError> {
    let corrupt = corrupt("sales_documents");
    let text = |column: &str| row.try_get::<String>("", column);
    Ok(DocumentTotal {
        id: DocumentId::parse(&text("id")?).map_err(|_| corrupt("id"))?,
        number: text("number")?,
        document_type: text("document_type")?
            .parse()
            .map_err(|_| corrupt("document_type"))?,
        document_date: text("document_date")?
            .parse()
            .map_err(|_| corrupt("document_date"))?,
        currency: text("currency")?,
        total_minor: row.try_get("", "total_minor")?,
        metakocka_id: row.try_get("", "metakocka_id")?,
    })
}

#[async_trait]
impl DocumentRepository for SeaDocumentRepository {
    async fn find(&self, key: &SyncKey) -> Result<Option<Shown>, StorageError> {
        let sql = &format!("SELECT {DOCUMENT}, m.sync_status {SHOWN} AND d.id = $3");
        let rows = self.database.read(|connection| async move {
            let values: [Value; 3] = [
                key.organization.as_str().into(),
                key.mode.as_str().into(),
                key.document.as_str().into(),
            ];
            Ok::<_, StorageError>(query(connection, sql, values).await?)
        });
        rows.await?.first().map(shown).transpose()
    }

    async fn list(
        &self,
        scope: &Scope,
        filter: &DocumentFilter,
        page: Page,
    ) -> Result<Window<Shown>, StorageError> {
        let (condition, values) = &condition(filter);
        let mut all_values: Vec<Value> = vec![
            scope.organization.as_str().into(),
            scope.mode.as_str().into(),
        ];
        all_values.extend(values.iter().cloned());
        let values = &all_values;
        let total = &format!("SELECT COUNT(*) {SHOWN}{condition}");
        let (limit, offset) = (page.size(), page.offset());
        let list = &format!(
            "SELECT {DOCUMENT}, m.sync_status {SHOWN}{condition} ORDER BY d.created_at DESC, d.id DESC \
             LIMIT {limit} OFFSET {offset}"
        );
        let read = self.database.read(|connection| async move {
            let total = count(connection, total, values.clone()).await?;
            let rows = query(connection, list, values.clone()).await?;
            Ok::<_, StorageError>((rows, total))
        });
        let (rows, total) = read.await?;
        Ok((all(&rows, shown)?, total))
    }

    async fn next_number(&self, organization: &OrganizationId) -> Result<u64, StorageError> {
        let next = "INSERT INTO sales_document_numbers (organization_id, last) VALUES ($1, 1) \
                    ON CONFLICT (organization_id) DO UPDATE SET last = sales_document_numbers.last + 1 RETURNING last";
        self.database
            .write(|transaction| async move {
                Ok(count(&*transaction, next, [organization.as_str().into()]).await?)
            })
            .await
    }

    async fn insert(&self, document: &SalesDocument) -> Result<Inserted, StorageError> {
        let forget =
            "DELETE FROM metakocka_mappings WHERE organization_id = $1 AND document_id = $2";
        let inserted = self.database.write(|transaction| async move {
            insert(&*transaction, document).await?;
            let key = [
                document.organization.as_str().into(),
                document.id.as_str().into(),
            ];
            execute(&*transaction, forget, key).await?;
            Ok::<_, InsertError>(())
        });
        match inserted.await {
            Ok(()) => Ok(Inserted::Done),
            Err(InsertError::Taken) => Ok(Inserted::IdTaken),
            Err(InsertError::Storage(error)) => Err(error),
        }
    }

    async fn save(&self, document: &SalesDocument, before: i64) -> Result<bool, StorageError> {
        // What was refused for good waits for just this; what was synced waits until somebody asks.
        let touch = "UPDATE metakocka_mappings SET next_attempt_at = CASE WHEN sync_status = 'failed' AND \
             lease_holder IS NULL THEN $3 ELSE next_attempt_at END, attempts = CASE WHEN sync_status = 'failed' THEN 0 \
             ELSE attempts END, sync_status = 'pending', document_type = $4, updated_at = $3 \
             WHERE organization_id = $1 AND document_id = $2 AND sync_status IN ('synced', 'failed')";
        self.database
            .write(|transaction| async move {
                if !update(&*transaction, document, before).await? {
                    return Ok(false);
                }
                let values: [Value; 4] = [
                    document.organization.as_str().into(),
                    document.id.as_str().into(),
                    document.updated_at.timestamp_millis().into(),
                    document.content.document_type.as_str().into(),
                ];
                execute(&*transaction, touch, values).await?;
                Ok(true)
            })
            .await
    }

    async fn delete(&self, key: &SyncKey) -> Result<bool, StorageError> {
        let delete = "DELETE FROM sales_documents WHERE organization_id = $1 AND id = $2 AND mode IN ('live', $3)";
        self.database
            .write(|transaction| async move {
                let values: [Value; 3] = [
                    key.organization.as_str().into(),
                    key.document.as_str().into(),
                    key.mode.as_str().into(),
                ];
                let deleted = execute(&*transaction, delete, values).await?;
                Ok(deleted.rows_affected() > 0)
            })
            .await
    }

    async fn totals(
        &self,
        scope: &Scope,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<DocumentTotal>, StorageError> {
        let sql = &format!(
            "SELECT d.id, d.number, d.document_type, d.document_date, d.currency, d.total_minor, m.metakocka_id {SHOWN} \
             AND d.document_date BETWEEN $3 AND $4 ORDER BY d.document_date, d.id"
        );
        let rows = self.database.read(|connection| async move {
            let values: [Value; 4] = [
                scope.organization.as_str().into(),
                scope.mode.as_str().into(),
                from.to_string().into(),
                to.to_string().into(),
            ];
            Ok::<_, StorageError>(query(connection, sql, values).await?)
        });
        all(&rows.await?, total)
    }
}
