//! From Metakocka to the CRM. What was pulled before is not made again, and newer work here is not overwritten.

use std::time::Duration;

use validation::Text;

use super::{Metakocka, access::Company, documents::later, pause, trouble};
use crate::{
    erp::RemoteDocument,
    error::SyncError,
    model::{
        Attempt, AttemptOutcome, Content, Direction, DocumentId, DocumentType, Mapping, MergeError,
        Mode, SalesDocument, Snapshot, SyncKey, SyncStatus, buyer_order, content_of, differences,
    },
    repository::{Import, Imported, Scope},
};

/// How often it is decided anew when somebody else was faster, or is at work.
const ATTEMPTS: u32 = 100;
const LOOK: Duration = Duration::from_millis(50);

/// A document of Metakocka's in the CRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// The document here.
    pub document: DocumentId,
    /// What was done.
    pub outcome: AttemptOutcome,
}

/// Whether somebody asked for just this document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// By its id: one that was deleted here comes back.
    ByName,
    /// With all others: one that was deleted here stays away.
    InBulk,
}

/// Whose version wins where both changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Winner {
    Nobody,
    Metakocka,
}

/// What is to be written, or why there is nothing to write.
enum Plan {
    Write(Box<Import>),
    Nothing(Pulled),
    /// Somebody works on the document.
    Wait,
}

impl Metakocka {
    /// Brings one document of Metakocka's here. Again gives the same document.
    pub async fn pull(
        &self,
        scope: &Scope,
        metakocka_id: &str,
        document_type: Option<DocumentType>,
    ) -> Result<Pulled, SyncError> {
        let company = self.ready_company(scope).await?;
        let known = self
            .parts()
            .books
            .find_by_remote(scope, metakocka_id)
            .await?;
        let known = known.map(|mapping| mapping.document_type);
        // Metakocka finds a document by its type and its id only.
        let types: Vec<_> = match document_type.or(known) {
            Some(one) => vec![one],
            None => [DocumentType::Order]
                .into_iter()
                .chain(
                    DocumentType::ALL
                        .into_iter()
                        .filter(|one| *one != DocumentType::Order),
                )
                .collect(),
        };
        for document_type in types {
            let found = self
                .get_remote(&company, document_type, metakocka_id)
                .await?;
            if let Some(remote) = found {
                return self
                    .take_over(scope, &remote, (Asked::ByName, Winner::Nobody))
                    .await;
            }
        }
        Err(SyncError::RemoteNotFound(metakocka_id.to_owned()))
    }

    pub(super) async fn pull_again(
        &self,
        company: &Company,
        mapping: &Mapping,
        winner: Winner,
    ) -> Result<Option<Pulled>, SyncError> {
        let id = mapping.metakocka_id.clone().unwrap_or_default();
        let found = self.get_remote(company, mapping.document_type, &id).await?;
        match found {
            None => Ok(None),
            Some(remote) => {
                let how = (Asked::ByName, winner);
                self.take_over(&company.scope, &remote, how).await.map(Some)
            }
        }
    }

    /// Keeps a document as Metakocka shows it.
    pub(super) async fn take_over(
        &self,
        scope: &Scope,
        remote: &RemoteDocument,
        how: (Asked, Winner),
    ) -> Result<Pulled, SyncError> {
        for _ in 0..ATTEMPTS {
            match self.plan(scope, remote, how).await {
                Ok(Plan::Nothing(pulled)) => return Ok(pulled),
                Ok(Plan::Wait) => pause(LOOK).await,
                Ok(Plan::Write(import)) => {
                    let written = self.parts().books.import(&import, self.now()).await?;
                    if written == Imported::Done {
                        trouble::log(&import.attempt);
                        let document = import.document.id;
                        return match import.attempt.outcome {
                            AttemptOutcome::Conflict => Err(SyncError::Conflict),
                            outcome => Ok(Pulled { document, outcome }),
                        };
                    }
                    pause(LOOK).await;
                }
                Err(error) => {
                    trouble::log_other(scope, "pull", &error);
                    return Err(error);
                }
            }
        }
        Err(SyncError::Busy)
    }

    async fn plan(
        &self,
        scope: &Scope,
        remote: &RemoteDocument,
        how: (Asked, Winner),
    ) -> Result<Plan, SyncError> {
        let parts = self.parts();
        if let Some(mapping) = parts.books.find_by_remote(scope, &remote.id).await? {
            return self.plan_known(remote, mapping, how).await;
        }
        // Ours, sent a moment ago: the attempt that sent it, or the next one, takes it over.
        let order = remote.buyer_order.as_deref().unwrap_or_default();
        if let Some(mapping) = parts.books.find_by_order(scope, order).await? {
            let pulled = Pulled {
                document: mapping.key.document.clone(),
                outcome: AttemptOutcome::Unchanged,
            };
            let is_here = parts.documents.find(&mapping.key).await?.is_some();
            if is_here {
                return Ok(Plan::Nothing(pulled));
            }
        }
        let id = DocumentId::generate();
        let document = self.new_document(scope, remote, id)?;
        let mapping = self.mapping_of(scope.mode, &document, remote);
        Ok(self.write(document, mapping, (None, AttemptOutcome::Created)))
    }

    fn new_document(
        &self,
        scope: &Scope,
        remote: &RemoteDocument,
        id: DocumentId,
    ) -> Result<SalesDocument, SyncError> {
        let now = self.now();
        Ok(SalesDocument {
            organization: scope.organization.clone(),
            id,
            mode: scope.mode,
            content: mapped(remote, None)?,
            status: status_of(remote)?,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    async fn plan_known(
        &self,
        remote: &RemoteDocument,
        mapping: Mapping,
        (asked, winner): (Asked, Winner),
    ) -> Result<Plan, SyncError> {
        let pulled = |outcome| Pulled {
            document: mapping.key.document.clone(),
            outcome,
        };
        let Some((document, _)) = self.parts().documents.find(&mapping.key).await? else {
            if asked == Asked::InBulk {
                return Ok(Plan::Nothing(pulled(AttemptOutcome::Unchanged)));
            }
            let id = mapping.key.document.clone();
            let document = self.new_document(&mapping.key.scope(), remote, id)?;
            let mapping = self.mapping_of(mapping.key.mode, &document, remote);
            return Ok(self.write(document, mapping, (None, AttemptOutcome::Created)));
        };
        let theirs = Snapshot::of_remote(remote);
        let has_news = mapping.base.as_ref() != Some(&theirs);
        let is_changed_here = mapping.synced_version != Some(document.version);
        if !has_news && winner == Winner::Nobody {
            return Ok(Plan::Nothing(pulled(AttemptOutcome::Unchanged)));
        }
        // Our own work, whose answer has not come yet, is no change of theirs.
        if mapping.sent.is_some() && winner == Winner::Nobody {
            return Ok(Plan::Wait);
        }
        let is_same = differences(&document.content, remote).is_empty();
        let is_foreign = mapping.key.mode == Mode::Test && document.mode == Mode::Live;
        let version = document.version;
        if is_same && (is_changed_here || is_foreign) {
            let mapping = self.mapping_of(mapping.key.mode, &document, remote);
            let outcome = AttemptOutcome::Unchanged;
            return Ok(self.write(document, mapping, (Some(version), outcome)));
        }
        if is_foreign || is_changed_here && winner == Winner::Nobody {
            let outcome = AttemptOutcome::Conflict;
            let mapping = in_conflict(mapping, theirs);
            return Ok(self.write(document, mapping, (Some(version), outcome)));
        }
        let changed = SalesDocument {
            content: mapped(remote, Some(&document.content))?,
            status: match &remote.status {
                Some(_) => status_of(remote)?,
                None => document.status.clone(),
            },
            updated_at: later(document.updated_at, self.now()),
            version: version + 1,
            ..document
        };
        let mapping = self.mapping_of(mapping.key.mode, &changed, remote);
        Ok(self.write(changed, mapping, (Some(version), AttemptOutcome::Updated)))
    }

    /// Both are the same now.
    fn mapping_of(&self, mode: Mode, document: &SalesDocument, remote: &RemoteDocument) -> Mapping {
        let key = SyncKey {
            organization: document.organization.clone(),
            mode,
            document: document.id.clone(),
        };
        Mapping {
            document_type: document.content.document_type,
            buyer_order: buyer_order(&key, document.created_at),
            key,
            metakocka_id: Some(remote.id.clone()),
            metakocka_number: remote.number.clone(),
            status: SyncStatus::Synced,
            error: None,
            remote_code: None,
            last_synced_at: Some(self.now()),
            direction: Direction::Pull,
            attempts: 0,
            next_attempt_at: None,
            synced_version: Some(document.version),
            base: Some(Snapshot::of_remote(remote)),
            sent: None,
            conflict: None,
        }
    }

    fn write(
        &self,
        document: SalesDocument,
        mapping: Mapping,
        (before, outcome): (Option<i64>, AttemptOutcome),
    ) -> Plan {
        let is_conflict = outcome == AttemptOutcome::Conflict;
        let error = is_conflict.then_some(SyncError::Conflict);
        let attempt = Attempt {
            key: mapping.key.clone(),
            metakocka_id: mapping.metakocka_id.clone(),
            direction: Direction::Pull,
            outcome,
            duration_ms: 0,
            error: error.as_ref().map(ToString::to_string),
            category: error.as_ref().map(SyncError::category),
            remote_code: None,
            at: self.now(),
        };
        Plan::Write(Box::new(Import {
            document,
            mapping,
            before,
            attempt,
        }))
    }
}

fn mapped(remote: &RemoteDocument, ours: Option<&Content>) -> Result<Content, SyncError> {
    content_of(remote, ours).map_err(|reason| SyncError::Unmappable {
        id: remote.id.clone(),
        reason,
    })
}

fn status_of(remote: &RemoteDocument) -> Result<Text<50>, SyncError> {
    let status: String = remote
        .status
        .as_deref()
        .unwrap_or("draft")
        .chars()
        .take(50)
        .collect();
    Text::parse(&status).map_err(|_| SyncError::Unmappable {
        id: remote.id.clone(),
        reason: MergeError::Unfit("status"),
    })
}

/// Both sides changed, and somebody is to decide.
fn in_conflict(mapping: Mapping, theirs: Snapshot) -> Mapping {
    Mapping {
        status: SyncStatus::Conflict,
        conflict: Some(theirs),
        error: Some(SyncError::Conflict.to_string()),
        next_attempt_at: None,
        ..mapping
    }
}
