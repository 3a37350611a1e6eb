//! How what was pulled is written.

use chrono::{DateTime, Utc};
use database::{Database, StorageError, is_unique_violation};
use sea_orm::DbErr;

use super::{
    Import, Imported,
    books_write::{write_free, write_history},
    documents,
};

#[derive(Debug, thiserror::Error)]
enum ImportError {
    /// Something is not as it was when this was decided; all is rolled back.
    #[error("it changed meanwhile")]
    Stale,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<DbErr> for ImportError {
    fn from(error: DbErr) -> Self {
        // Another node pulled the same document.
        if is_unique_violation(&error) {
            Self::Stale
        } else {
            Self::Storage(error.into())
        }
    }
}

pub(super) async fn import(
    database: &Database,
    import: &Import,
    now: DateTime<Utc>,
) -> Result<Imported, StorageError> {
    let written = database.write(|transaction| async move {
        let is_written = match import.before {
            None => documents::insert(&*transaction, &import.document)
                .await
                .map(|()| true)?,
            // Nothing of the document changes: only how it stands.
            Some(before) if before == import.document.version => true,
            Some(before) => documents::update(&*transaction, &import.document, before).await?,
        };
        if !is_written || !write_free(&*transaction, &import.mapping, now).await? {
            return Err(ImportError::Stale);
        }
        write_history(&*transaction, &import.attempt).await?;
        Ok(())
    });
    match written.await {
        Ok(()) => Ok(Imported::Done),
        Err(ImportError::Stale) => Ok(Imported::Stale),
        Err(ImportError::Storage(error)) => Err(error),
    }
}
