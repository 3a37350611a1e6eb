use auth::OrganizationId;
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use validation::{Page, Text};

use super::Metakocka;
use crate::{
    error::DocumentError,
    model::{Content, DocumentId, DocumentNumber, SalesDocument, SyncKey, SyncStatus},
    repository::{DocumentFilter, Inserted, Scope, Window},
};

/// How often a change is decided anew when somebody else was faster.
const ATTEMPTS: u32 = 8;

/// A sales document as it is asked for.
#[derive(Clone, Debug)]
pub struct DocumentDraft {
    /// A given id.
    pub id: Option<DocumentId>,
    /// A given number; what `content` says of it does not count.
    pub number: Option<Text<30>>,
    /// What both sides keep of it.
    pub content: Content,
    /// What the CRM calls its state.
    pub status: Text<50>,
}

type Shown = (SalesDocument, Option<SyncStatus>);

impl Metakocka {
    /// Makes a sales document.
    pub async fn create_document(
        &self,
        scope: &Scope,
        draft: DocumentDraft,
    ) -> Result<Shown, DocumentError> {
        let now = self.now();
        let number = match draft.number {
            Some(number) => DocumentNumber::Given(number),
            None => self.made_number(&scope.organization).await?,
        };
        let id = draft.id.unwrap_or_else(DocumentId::generate);
        let document = SalesDocument {
            organization: scope.organization.clone(),
            mode: scope.mode,
            content: Content {
                number,
                ..draft.content
            },
            status: draft.status,
            created_at: now,
            updated_at: now,
            version: 1,
            id,
        };
        match self.parts().documents.insert(&document).await? {
            Inserted::Done => Ok((document, None)),
            Inserted::IdTaken => Err(DocumentError::IdTaken(document.id.to_string())),
        }
    }

    async fn made_number(
        &self,
        organization: &OrganizationId,
    ) -> Result<DocumentNumber, DocumentError> {
        let next = self.parts().documents.next_number(organization).await?;
        let number = Text::parse(&format!("SD-{next:06}"));
        // Thirty characters hold every number there is.
        number
            .map(DocumentNumber::Made)
            .map_err(|_| DocumentError::Contended)
    }

    /// A sales document and how it stands.
    pub async fn find_document(&self, key: &SyncKey) -> Result<Shown, DocumentError> {
        let found = self.parts().documents.find(key).await?;
        found.ok_or(DocumentError::NotFound)
    }

    /// A window of the sales documents, newest first.
    pub async fn list_documents(
        &self,
        scope: &Scope,
        filter: &DocumentFilter,
        page: Page,
    ) -> Result<Window<Shown>, DocumentError> {
        Ok(self.parts().documents.list(scope, filter, page).await?)
    }

    /// Changes a sales document into what `edit` makes of it.
    pub async fn change_document<E: From<DocumentError>>(
        &self,
        key: &SyncKey,
        edit: impl Fn(&SalesDocument) -> Result<SalesDocument, E>,
    ) -> Result<Shown, E> {
        for _ in 0..ATTEMPTS {
            let (before, _) = self.find_document(key).await?;
            let mut after = edit(&before)?;
            if after.content == before.content && after.status == before.status {
                return Ok(self.find_document(key).await?);
            }
            if after.content.document_type != before.content.document_type {
                self.refuse_fixed_type(key).await?;
            }
            after.version = before.version + 1;
            after.updated_at = later(before.updated_at, self.now());
            let saved = self.parts().documents.save(&after, before.version).await;
            if saved.map_err(DocumentError::from)? {
                return Ok(self.find_document(key).await?);
            }
        }
        Err(DocumentError::Contended.into())
    }

    async fn refuse_fixed_type(&self, key: &SyncKey) -> Result<(), DocumentError> {
        let ids = std::slice::from_ref(&key.document);
        let mappings = self.parts().books.mappings(&key.scope(), ids).await?;
        let is_there = |mapping: &crate::model::Mapping| {
            mapping.metakocka_id.is_some() || mapping.sent.is_some()
        };
        if mappings.iter().any(is_there) {
            return Err(DocumentError::TypeIsFixed);
        }
        Ok(())
    }

    /// Deletes a sales document here; its counterpart and the history stay.
    pub async fn delete_document(&self, key: &SyncKey) -> Result<(), DocumentError> {
        if self.parts().documents.delete(key).await? {
            Ok(())
        } else {
            Err(DocumentError::NotFound)
        }
    }
}

/// Now, but never before what was, whatever the clock of this node says.
pub(super) fn later(before: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now.max(before + TimeDelta::milliseconds(1))
        .trunc_subsecs(3)
}
