use super::{
    Metakocka,
    pull::Winner,
    push::{Force, PushReport},
};
use crate::{
    error::{DocumentError, SyncError},
    model::{AttemptOutcome, Difference, Mapping, SalesDocument, Snapshot, SyncKey, SyncStatus},
};

/// Which version of a document that changed on both sides stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Ours.
    Crm,
    /// Theirs.
    Metakocka,
}

/// A document that changed on both sides: the fields in which they differ, and whether Metakocka's is gone.
pub(crate) fn sides(document: &SalesDocument, theirs: &Snapshot) -> (Vec<Difference>, bool) {
    let ours = Snapshot::of_content(&document.content);
    (ours.side_by_side(theirs), theirs.0.is_empty())
}

impl Metakocka {
    /// How a document stands; `None` where it was never sent or pulled.
    pub async fn mapping(&self, key: &SyncKey) -> Result<Option<Mapping>, SyncError> {
        if self.parts().documents.find(key).await?.is_none() {
            return Err(SyncError::DocumentNotFound);
        }
        let ids = std::slice::from_ref(&key.document);
        let mappings = self.parts().books.mappings(&key.scope(), ids).await?;
        Ok(mappings.into_iter().next())
    }

    /// A document in a conflict, its fields side by side, and whether Metakocka's is gone.
    pub async fn conflict(&self, key: &SyncKey) -> Result<(Vec<Difference>, bool), SyncError> {
        let mapping = self.conflicted(key).await?;
        let found = self.parts().documents.find(key).await?;
        let (document, _) = found.ok_or(SyncError::DocumentNotFound)?;
        Ok(sides(&document, &mapping.conflict.unwrap_or_default()))
    }

    async fn conflicted(&self, key: &SyncKey) -> Result<Mapping, SyncError> {
        let mapping = self.mapping(key).await?;
        mapping
            .filter(|mapping| mapping.status == SyncStatus::Conflict)
            .ok_or(SyncError::NoConflict)
    }

    /// Ends a conflict: one version is written over the other.
    pub async fn resolve(&self, key: &SyncKey, keep: Keep) -> Result<PushReport, SyncError> {
        let mapping = self.conflicted(key).await?;
        if keep == Keep::Crm {
            return self.push_with(key, Force::Ours).await;
        }
        let company = self.ready_company(&key.scope()).await?;
        let pulled = self.pull_again(&company, &mapping, Winner::Metakocka);
        if let Some(pulled) = pulled.await? {
            let mapping = self.mapping(key).await?;
            let mapping = mapping.ok_or(SyncError::DocumentNotFound)?;
            let outcome = Ok(pulled.outcome);
            return Ok(PushReport { mapping, outcome });
        }
        // It was deleted there, and so it is here.
        match self.delete_document(key).await {
            Ok(()) | Err(DocumentError::NotFound) => {}
            Err(DocumentError::Storage(error)) => return Err(error.into()),
            Err(_) => return Err(SyncError::Busy),
        }
        let outcome = Ok(AttemptOutcome::Updated);
        Ok(PushReport { mapping, outcome })
    }
}
