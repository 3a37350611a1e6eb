use super::{Done, Force, Undone, Work, lookup::LookUp};
use crate::{
    erp::{ErpError, OutgoingDocument, RemoteDocument, RemoteRef},
    error::SyncError,
    model::{AttemptOutcome, Sent, Snapshot, differences},
    service::{Metakocka, access::Company, calls::Kind},
};

impl Metakocka {
    /// Makes the document if Metakocka says clearly that it has none, and takes over what an earlier attempt made.
    pub(super) async fn create_once(
        &self,
        work: &mut Work,
        company: &Company,
        sent: &OutgoingDocument,
        force: Force,
    ) -> Result<Done, Undone> {
        match self.look_up(work, company).await? {
            LookUp::Several(ids) => Err(SyncError::Several(ids.join(", ")).into()),
            LookUp::One(remote) => self.adopt(work, company, sent, (*remote, force)).await,
            LookUp::Nothing => {
                self.wait_until_settled(work)?;
                self.create(work, company, sent).await
            }
        }
    }

    /// What was sent a moment ago may still arrive: what is not there yet may be there soon.
    pub(super) fn wait_until_settled(&self, work: &Work) -> Result<(), SyncError> {
        let now = self.now();
        match &work.mapping.sent {
            Some(sent) if now < sent.settles_at => Err(SyncError::Unsettled),
            _ => Ok(()),
        }
    }

    /// Takes over a document that has our key.
    pub(super) async fn adopt(
        &self,
        work: &mut Work,
        company: &Company,
        sent: &OutgoingDocument,
        (remote, force): (RemoteDocument, Force),
    ) -> Result<Done, Undone> {
        work.found(&remote);
        if differences(&work.document.content, &remote).is_empty() {
            let outcome = AttemptOutcome::Adopted;
            return Ok(Done { outcome, remote });
        }
        if !work.is_as_sent(&remote) && force == Force::Nothing {
            return Err(Undone::Conflict(Some(Box::new(remote))));
        }
        work.mapping.base = Some(Snapshot::of_remote(&remote));
        self.replace(work, company, sent, &remote.id).await
    }

    async fn create(
        &self,
        work: &mut Work,
        company: &Company,
        sent: &OutgoingDocument,
    ) -> Result<Done, Undone> {
        let (access, document) = (company.access.clone(), sent.clone());
        let noted = self.note_sent(work);
        let answer = self
            .0
            .calls
            .make_after(noted, company, (Kind::Call, "create"), |erp| async move {
                erp.create(&access, &document).await
            })
            .await;
        match answer {
            Ok(saved) => {
                work.mapping.metakocka_id = Some(saved.id.clone());
                work.mapping.metakocka_number = saved.number;
                self.read_back(work, company, (&saved.id, AttemptOutcome::Created))
                    .await
            }
            Err(SyncError::Erp(ErpError::Refused { duplicates, .. })) if !duplicates.is_empty() => {
                self.adopt_duplicate(work, company, sent, &duplicates).await
            }
            Err(error) => {
                self.forget_unsent(work, &error);
                Err(error.into())
            }
        }
    }

    /// Some companies refuse a second document of one order, and name the first.
    async fn adopt_duplicate(
        &self,
        work: &mut Work,
        company: &Company,
        sent: &OutgoingDocument,
        duplicates: &[RemoteRef],
    ) -> Result<Done, Undone> {
        let [one] = duplicates else {
            let ids: Vec<_> = duplicates.iter().map(|one| one.id.as_str()).collect();
            return Err(SyncError::Several(ids.join(", ")).into());
        };
        let remote = self.get(work, company, &one.id).await?;
        match remote {
            Some(remote) if remote.buyer_order.as_deref() == Some(&sent.buyer_order) => {
                let found = (remote, Force::Nothing);
                self.adopt(work, company, sent, found).await
            }
            _ => {
                let reason = "it named a document that is not the one that was sent".to_owned();
                Err(SyncError::from(ErpError::Unclear { code: None, reason }).into())
            }
        }
    }

    /// Notes what is about to be sent, so that whoever comes after a crash looks for it. Between this and the call nothing
    /// may be waited for: it says until when what is sent can arrive.
    pub(super) async fn note_sent(&self, work: &mut Work) -> Result<(), SyncError> {
        let (now, policy) = (self.now(), &self.parts().policy);
        work.lease.until = now + policy.lease();
        work.mapping.sent = Some(Sent {
            content: work.document.content.clone(),
            settles_at: now + policy.timeout + policy.settle(),
        });
        let noted = self
            .parts()
            .books
            .note_sent(&work.mapping, &work.lease, now)
            .await?;
        if noted { Ok(()) } else { Err(SyncError::Busy) }
    }

    /// After an error that leaves no doubt nothing is on its way; after any other it may be, for a while.
    pub(super) fn forget_unsent(&self, work: &mut Work, error: &SyncError) {
        let is_sure = match error {
            SyncError::Erp(error) => error.is_nothing_saved(),
            // Refused in front of the door.
            SyncError::Paused(_) => true,
            _ => false,
        };
        if is_sure {
            work.mapping.sent = None;
        } else if let Some(sent) = &mut work.mapping.sent {
            sent.settles_at = self.now() + self.parts().policy.settle();
        }
    }
}
