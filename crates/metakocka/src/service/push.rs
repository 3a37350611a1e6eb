//! From the CRM to Metakocka: one document there for one here, whatever becomes of answers, processes and nodes.

mod create;
mod lookup;
mod record;
mod update;

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, Utc};

use super::{Metakocka, access::Company, calls::Kind, pause};
use crate::{
    erp::{ErpError, OutgoingDocument, RemoteDocument},
    error::SyncError,
    model::{
        AttemptOutcome, Mapping, NotSendable, SalesDocument, Snapshot, SyncKey, SyncStatus,
        differences, outgoing,
    },
    repository::{Claimed, Lease},
};

/// How long somebody waits for another attempt at the same document.
const PATIENCE: Duration = Duration::from_secs(20);
/// How soon they look again; it doubles, up to the longest.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LONGEST_LOOK: Duration = Duration::from_millis(400);

/// How an attempt ended, and how the document stands since.
#[derive(Debug)]
pub struct PushReport {
    /// How it stands.
    pub mapping: Mapping,
    /// What was done, or why it was not.
    pub outcome: Result<AttemptOutcome, SyncError>,
}

/// One attempt at one document.
struct Work {
    document: SalesDocument,
    mapping: Mapping,
    lease: Lease,
    started: DateTime<Utc>,
}

/// Both sides are the same.
struct Done {
    outcome: AttemptOutcome,
    remote: RemoteDocument,
}

/// Why they are not. A conflict brings what the other side has; `None` where it has nothing any more.
enum Undone {
    Error(SyncError),
    Conflict(Option<Box<RemoteDocument>>),
    Mismatch(Box<RemoteDocument>),
}

impl<E: Into<SyncError>> From<E> for Undone {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// Whose version wins where both changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Force {
    /// Nobody's: it is a conflict.
    Nothing,
    /// Ours.
    Ours,
}

impl Metakocka {
    /// Brings a document to Metakocka. What is the same already is not sent, and nothing is called.
    pub async fn push(&self, key: &SyncKey) -> Result<PushReport, SyncError> {
        self.push_with(key, Force::Nothing).await
    }

    pub(super) async fn push_with(
        &self,
        key: &SyncKey,
        force: Force,
    ) -> Result<PushReport, SyncError> {
        let give_up = tokio::time::Instant::now() + PATIENCE;
        let mut look = FIRST_LOOK;
        loop {
            if let Some(report) = self.without_a_call(key, force).await? {
                return Ok(report);
            }
            let company = self.ready_company(&key.scope()).await?;
            let lease = self.new_lease();
            let claimed = self.parts().books.claim(key, &lease, self.now()).await?;
            match claimed {
                Claimed::NoDocument => return Err(SyncError::DocumentNotFound),
                Claimed::Taken(taken) => {
                    let (document, mapping) = *taken;
                    let work = Work {
                        document,
                        mapping,
                        lease,
                        started: self.now(),
                    };
                    return self.attempt(work, &company, force).await;
                }
                Claimed::Busy if tokio::time::Instant::now() >= give_up => {
                    return Err(SyncError::Busy);
                }
                Claimed::Busy => pause(look).await,
            }
            look = (look * 2).min(LONGEST_LOOK);
        }
    }

    pub(super) fn new_lease(&self) -> Lease {
        let attempt = uuid::Uuid::now_v7().simple();
        Lease {
            holder: format!("{}:{attempt}", self.0.node),
            until: self.now() + self.parts().policy.lease(),
        }
    }

    /// What can be said without asking Metakocka.
    async fn without_a_call(
        &self,
        key: &SyncKey,
        force: Force,
    ) -> Result<Option<PushReport>, SyncError> {
        let parts = self.parts();
        let Some((document, _)) = parts.documents.find(key).await? else {
            return Err(SyncError::DocumentNotFound);
        };
        let ids = std::slice::from_ref(&key.document);
        let mappings = parts.books.standings(&key.scope(), ids).await?;
        let Some(mapping) = mappings.into_iter().next() else {
            return Ok(None);
        };
        let outcome = match mapping.status {
            SyncStatus::Synced if mapping.synced_version == Some(document.version) => {
                Ok(AttemptOutcome::Unchanged)
            }
            SyncStatus::Conflict if force == Force::Nothing => Err(SyncError::Conflict),
            _ => return Ok(None),
        };
        Ok(Some(PushReport { mapping, outcome }))
    }

    async fn attempt(
        &self,
        mut work: Work,
        company: &Company,
        force: Force,
    ) -> Result<PushReport, SyncError> {
        let outcome = self.try_once(&mut work, company, force).await;
        self.record(work, outcome).await
    }

    async fn try_once(
        &self,
        work: &mut Work,
        company: &Company,
        force: Force,
    ) -> Result<Done, Undone> {
        if work.mapping.status == SyncStatus::Conflict && force == Force::Nothing {
            // Another attempt found it while this one waited.
            return Err(SyncError::Conflict.into());
        }
        let content = &work.document.content;
        let sent = outgoing(content, &work.mapping.buyer_order, &company.tax_codes)
            .map_err(SyncError::from)?;
        self.refuse_unknown_warehouse(work, company, &sent).await?;
        match work.mapping.metakocka_id.clone() {
            Some(id) => self.update(work, company, &sent, (&id, force)).await,
            None => self.create_once(work, company, &sent, force).await,
        }
    }

    /// Metakocka takes its default instead of a warehouse that it does not know, and says that all is well.
    async fn refuse_unknown_warehouse(
        &self,
        work: &mut Work,
        company: &Company,
        sent: &OutgoingDocument,
    ) -> Result<(), Undone> {
        let Some(warehouse) = sent.warehouse.clone() else {
            return Ok(());
        };
        self.keep_lease(work).await?;
        let access = company.access.clone();
        let known = self
            .0
            .calls
            .make(company, Kind::Call, "warehouses", |erp| async move {
                erp.warehouses(&access).await
            })
            .await?;
        let known: HashSet<_> = known.into_iter().collect();
        if known.contains(&warehouse) {
            return Ok(());
        }
        Err(SyncError::from(NotSendable::UnknownWarehouse(warehouse)).into())
    }

    /// Makes sure that nobody else works on the document while the next call lasts. A lease that was taken a moment ago
    /// does so already.
    async fn keep_lease(&self, work: &mut Work) -> Result<(), SyncError> {
        let now = self.now();
        if work.lease.until >= now + self.parts().policy.long_enough() {
            return Ok(());
        }
        work.lease.until = now + self.parts().policy.lease();
        let kept = self
            .parts()
            .books
            .renew(&work.mapping.key, &work.lease, now)
            .await?;
        if kept { Ok(()) } else { Err(SyncError::Busy) }
    }

    async fn get(
        &self,
        work: &mut Work,
        company: &Company,
        id: &str,
    ) -> Result<Option<RemoteDocument>, SyncError> {
        self.keep_lease(work).await?;
        self.get_remote(company, work.mapping.document_type, id)
            .await
    }

    pub(super) async fn get_remote(
        &self,
        company: &Company,
        document_type: crate::model::DocumentType,
        id: &str,
    ) -> Result<Option<RemoteDocument>, SyncError> {
        let (access, id) = (company.access.clone(), id.to_owned());
        self.0
            .calls
            .make(company, Kind::Call, "get", |erp| async move {
                erp.get(&access, document_type, &id).await
            })
            .await
    }

    /// Reads what was saved: Metakocka says that all is well also where it saved something else.
    async fn read_back(
        &self,
        work: &mut Work,
        company: &Company,
        (id, outcome): (&str, AttemptOutcome),
    ) -> Result<Done, Undone> {
        match self.get(work, company, id).await? {
            None => {
                let reason = format!("it saved the document {id} and cannot find it");
                Err(SyncError::from(ErpError::Unclear { code: None, reason }).into())
            }
            Some(remote) if differences(&work.document.content, &remote).is_empty() => {
                Ok(Done { outcome, remote })
            }
            Some(remote) => Err(Undone::Mismatch(Box::new(remote))),
        }
    }
}

impl Work {
    /// Whether what Metakocka has is what was sent before, by an attempt whose answer was lost.
    fn is_as_sent(&self, remote: &RemoteDocument) -> bool {
        let sent = self.mapping.sent.as_ref();
        sent.is_some_and(|sent| differences(&sent.content, remote).is_empty())
    }

    /// Whether Metakocka's document is as it was when both were the same.
    fn is_as_known(&self, remote: &RemoteDocument) -> bool {
        self.mapping.base.as_ref() == Some(&Snapshot::of_remote(remote))
    }

    fn found(&mut self, remote: &RemoteDocument) {
        self.mapping.metakocka_id = Some(remote.id.clone());
        self.mapping.metakocka_number.clone_from(&remote.number);
    }
}
