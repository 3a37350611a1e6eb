use std::collections::HashSet;

use database::{Backend, Database, StorageError};
use sea_orm::{ConnectionTrait, Statement};

/// The transactions that may still fill a gap below the ids that are visible now.
///
/// The key of the lock is that of `outbox_next_id()` in the schema.
pub(crate) async fn holders(database: &Database) -> Result<HashSet<String>, StorageError> {
    if database.backend() == Backend::Sqlite {
        return Ok(HashSet::new());
    }
    let sql = "SELECT virtualtransaction FROM pg_locks \
               WHERE locktype = 'advisory' AND classid = 1819239019 AND objid = 'outbox'::regclass::oid \
                 AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    database
        .read(|connection| async move {
            let statement = Statement::from_string(connection.get_database_backend(), sql);
            let rows = connection.query_all_raw(statement).await?;
            rows.iter()
                .map(|row| Ok(row.try_get("", "virtualtransaction")?))
                .collect()
        })
        .await
}
