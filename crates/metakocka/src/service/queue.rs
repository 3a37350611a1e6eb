//! What is tried again by itself: documents whose last attempt failed, or was cut short with its node.

use futures_util::{StreamExt as _, stream};
use validation::Page;

use super::Metakocka;
use crate::{
    error::SyncError,
    model::{DocumentId, HistoryEntry, Mapping, SyncKey},
    repository::{Scope, Window},
};

/// Documents that are tried again at a time.
const AT_ONCE: usize = 8;
/// Documents of one look.
const BATCH: u32 = 64;

impl Metakocka {
    /// Tries each document again that is due, and says how many could be tried.
    pub async fn work_on_the_queue(&self) -> Result<usize, SyncError> {
        let due = self.parts().books.due(self.now(), BATCH).await?;
        let attempts = stream::iter(due).map(|key| async move { self.push(&key).await });
        let outcomes: Vec<_> = attempts.buffer_unordered(AT_ONCE).collect().await;
        let mut tried = 0;
        for outcome in outcomes {
            // What an attempt met is in the history; only what kept it from being made is told.
            match outcome {
                Ok(_) => tried += 1,
                Err(SyncError::Storage(error)) => return Err(error.into()),
                Err(_) => {}
            }
        }
        Ok(tried)
    }

    /// How documents stand, without the versions of either side; those that were never sent or pulled are left out.
    pub async fn mappings(
        &self,
        scope: &Scope,
        ids: &[DocumentId],
    ) -> Result<Vec<Mapping>, SyncError> {
        Ok(self.parts().books.standings(scope, ids).await?)
    }

    /// What failed or stands in a conflict, the latest first.
    pub async fn errors(&self, scope: &Scope, page: Page) -> Result<Window<Mapping>, SyncError> {
        Ok(self.parts().books.errors(scope, page).await?)
    }

    /// Has a document that failed tried again at once.
    pub async fn retry_one(&self, key: &SyncKey) -> Result<u64, SyncError> {
        if self.parts().documents.find(key).await?.is_none() {
            return Err(SyncError::DocumentNotFound);
        }
        self.retry_many(&key.scope(), Some(vec![key.document.clone()]))
            .await
    }

    /// Has documents that failed tried again at once: those named, or all. How many there were.
    pub async fn retry_many(
        &self,
        scope: &Scope,
        ids: Option<Vec<DocumentId>>,
    ) -> Result<u64, SyncError> {
        Ok(self.parts().books.retry(scope, ids, self.now()).await?)
    }

    /// What was tried, the latest first.
    pub async fn history(
        &self,
        scope: &Scope,
        document: Option<DocumentId>,
        page: Page,
    ) -> Result<Window<HistoryEntry>, SyncError> {
        Ok(self.parts().books.history(scope, document, page).await?)
    }
}
