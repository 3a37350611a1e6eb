use super::{Done, Force, Undone, Work};
use crate::{
    erp::OutgoingDocument,
    error::SyncError,
    model::{AttemptOutcome, Snapshot, differences},
    service::{Metakocka, access::Company, calls::Kind},
};

impl Metakocka {
    /// Replaces the document that Metakocka has, if it is as it was when both were the same.
    pub(super) async fn update(
        &self,
        work: &mut Work,
        company: &Company,
        sent: &OutgoingDocument,
        (id, force): (&str, Force),
    ) -> Result<Done, Undone> {
        let Some(remote) = self.get(work, company, id).await? else {
            if force == Force::Nothing {
                return Err(Undone::Conflict(None));
            }
            // A person wants it back.
            work.mapping.metakocka_id = None;
            work.mapping.metakocka_number = None;
            work.mapping.base = None;
            return self.create_once(work, company, sent, force).await;
        };
        work.found(&remote);
        if differences(&work.document.content, &remote).is_empty() {
            let outcome = AttemptOutcome::Unchanged;
            return Ok(Done { outcome, remote });
        }
        let is_ours = work.is_as_sent(&remote);
        if !is_ours && !work.is_as_known(&remote) && force == Force::Nothing {
            return Err(Undone::Conflict(Some(Box::new(remote))));
        }
        if !is_ours {
            // An older replacement that is still on its way would overwrite a newer one.
            self.wait_until_settled(work)?;
        }
        work.mapping.base = Some(Snapshot::of_remote(&remote));
        self.replace(work, company, sent, id).await
    }

    /// Replaces a document. Twice the same has the effect of once, so a lost answer needs no care but a look.
    pub(super) async fn replace(
        &self,
        work: &mut Work,
        company: &Company,
        sent: &OutgoingDocument,
        id: &str,
    ) -> Result<Done, Undone> {
        let (access, document, remote_id) = (company.access.clone(), sent.clone(), id.to_owned());
        let noted = self.note_sent(work);
        let answer = self
            .0
            .calls
            .make_after(noted, company, (Kind::Call, "replace"), |erp| async move {
                erp.replace(&access, &remote_id, &document).await
            })
            .await;
        if let Err(error) = answer {
            self.forget_unsent(work, &error);
            return Err(error.into());
        }
        // It must not have become another document.
        if let Ok(saved) = &answer
            && saved.id != id
        {
            return Err(SyncError::Several(format!("{id}, {}", saved.id)).into());
        }
        self.read_back(work, company, (id, AttemptOutcome::Updated))
            .await
    }
}
