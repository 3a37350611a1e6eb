use chrono::TimeDelta;
use rand::RngExt as _;

use super::{Done, PushReport, Undone, Work};
use crate::{
    erp::ErpError,
    error::SyncError,
    model::{Attempt, AttemptOutcome, Direction, Mapping, Snapshot, SyncStatus, differences},
    service::{Metakocka, trouble},
};

impl Metakocka {
    /// Writes how the document stands now, gives the lease back, and says how it went.
    pub(super) async fn record(
        &self,
        mut work: Work,
        outcome: Result<Done, Undone>,
    ) -> Result<PushReport, SyncError> {
        let outcome = match outcome {
            Ok(done) => Ok(self.note_done(&mut work, &done)),
            Err(undone) => Err(self.note_undone(&mut work, undone)),
        };
        let now = self.now();
        let error = outcome.as_ref().err();
        let attempt = Attempt {
            key: work.mapping.key.clone(),
            metakocka_id: work.mapping.metakocka_id.clone(),
            direction: Direction::Push,
            outcome: match &outcome {
                Ok(outcome) => *outcome,
                Err(SyncError::Conflict) => AttemptOutcome::Conflict,
                Err(_) if work.mapping.status == SyncStatus::Pending => AttemptOutcome::Unknown,
                Err(_) => AttemptOutcome::Failed,
            },
            duration_ms: (now - work.started).num_milliseconds(),
            error: error.map(ToString::to_string),
            category: error.map(SyncError::category),
            remote_code: error.and_then(|e| e.remote_code().map(str::to_owned)),
            at: now,
        };
        trouble::log(&attempt);
        let finished = self.parts().books.finish(
            &work.mapping,
            &work.lease.holder,
            work.document.version,
            &attempt,
        );
        match finished.await {
            Ok(true) => {}
            // Somebody else has taken over: what they find is what counts.
            Ok(false) => return Err(SyncError::Busy),
            Err(error) => return Err(error.into()),
        }
        let mapping = work.mapping;
        Ok(PushReport { mapping, outcome })
    }

    fn note_done(&self, work: &mut Work, done: &Done) -> AttemptOutcome {
        work.found(&done.remote);
        let version = work.document.version;
        let mapping = &mut work.mapping;
        mapping.status = SyncStatus::Synced;
        mapping.direction = Direction::Push;
        mapping.last_synced_at = Some(self.now());
        mapping.synced_version = Some(version);
        mapping.base = Some(Snapshot::of_remote(&done.remote));
        mapping.sent = None;
        mapping.conflict = None;
        mapping.attempts = 0;
        mapping.next_attempt_at = None;
        mapping.error = None;
        mapping.remote_code = None;
        done.outcome
    }

    fn note_undone(&self, work: &mut Work, undone: Undone) -> SyncError {
        let mapping = &mut work.mapping;
        mapping.next_attempt_at = None;
        mapping.direction = Direction::Push;
        let error = match undone {
            Undone::Conflict(remote) => {
                mapping.status = SyncStatus::Conflict;
                let theirs = remote.as_deref().map(Snapshot::of_remote);
                mapping.conflict = Some(theirs.unwrap_or_default());
                SyncError::Conflict
            }
            Undone::Mismatch(remote) => {
                mapping.status = SyncStatus::Failed;
                mapping.base = Some(Snapshot::of_remote(&remote));
                mapping.sent = None;
                SyncError::Mismatch(differences(&work.document.content, &remote))
            }
            Undone::Error(SyncError::Conflict) => SyncError::Conflict,
            Undone::Error(error) => {
                self.plan_next(mapping, &error);
                error
            }
        };
        mapping.error = Some(error.to_string());
        mapping.remote_code = error.remote_code().map(str::to_owned);
        error
    }

    /// When it is tried again, and what the document is called until then.
    fn plan_next(&self, mapping: &mut Mapping, error: &SyncError) {
        let (now, policy) = (self.now(), &self.parts().policy);
        mapping.status = if mapping.sent.is_some() {
            SyncStatus::Pending
        } else {
            SyncStatus::Failed
        };
        match error {
            SyncError::Unsettled => {
                mapping.next_attempt_at = mapping.sent.as_ref().map(|sent| sent.settles_at);
            }
            // The queue holds it back, and it is first when that ends.
            SyncError::Paused(_)
            | SyncError::Erp(ErpError::Credentials { .. } | ErpError::Quota { .. }) => {
                mapping.next_attempt_at = Some(now);
            }
            error if error.is_transient() => {
                mapping.attempts = mapping.attempts.saturating_add(1);
                let jitter = rand::rng().random_range(0.0..1.0);
                let wait = policy.retry.wait(mapping.attempts, jitter);
                mapping.next_attempt_at = wait.map(|wait: TimeDelta| now + wait);
                if wait.is_none() {
                    mapping.status = SyncStatus::Failed;
                }
            }
            _ => mapping.status = SyncStatus::Failed,
        }
    }
}
