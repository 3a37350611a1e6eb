//! What admins do: one method each.

mod bulk;
mod execute;
mod locations;
mod preview;
mod runs;
mod schedule;
mod users;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use auth::Actor;
use chrono::TimeDelta;
use clock::Clock;
use credentials::Vault;
use outbound::Reach;
use tokio::sync::mpsc;

pub(crate) use self::schedule::ends;
pub use self::{
    bulk::BulkRun,
    execute::{Begun, Execute},
    locations::LocationDraft,
    preview::Preview,
    users::{UserDraft, UserEdit},
};
use crate::{
    model::{Credentials, LocationId, Phase, RunId, Trigger},
    progress::{Progress, ProgressReport, Subject},
    remote::RemoteUsers,
    repository::{LocationRepository, NewRun, SyncRepository, UserRepository},
    worker::Job,
};

/// How long a run is left alone after its node was last heard of.
pub(crate) const LEASE: TimeDelta = TimeDelta::seconds(15);

/// What user sync is made of.
pub struct UserSyncParts {
    /// The locations.
    pub locations: Arc<dyn LocationRepository>,
    /// Their users.
    pub users: Arc<dyn UserRepository>,
    /// Plans and runs.
    pub sync: Arc<dyn SyncRepository>,
    /// The servers.
    pub remote: RemoteUsers,
    /// Seals the locations' credentials.
    pub vault: Vault,
    /// Which addresses may be called.
    pub reach: Reach,
    /// For locations without credentials of their own.
    pub common: Option<Credentials>,
    /// Who tells admins how far it is.
    pub progress: Arc<dyn Progress>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// User sync. Clones share everything.
#[derive(Clone)]
pub struct UserSync(Arc<Shared>);

struct Shared {
    parts: UserSyncParts,
    jobs: mpsc::Sender<Job>,
}

impl std::fmt::Debug for UserSync {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserSync").finish_non_exhaustive()
    }
}

/// How many runs may wait.
const QUEUE: usize = 256;

impl UserSync {
    /// The service, and what carries out its runs.
    pub fn new(parts: UserSyncParts) -> (Self, crate::worker::Runner) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let service = Self(Arc::new(Shared { parts, jobs }));
        let runner = crate::worker::Runner::new(service.clone(), queue);
        (service, runner)
    }

    pub(crate) fn parts(&self) -> &UserSyncParts {
        &self.0.parts
    }

    pub(crate) fn jobs(&self) -> &mpsc::Sender<Job> {
        &self.0.jobs
    }

    pub(crate) fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.0.parts.clock.now()
    }

    /// A run that begins now.
    fn new_run(&self, location_id: LocationId, trigger: Trigger, actor: &Actor) -> NewRun {
        let now = self.now();
        NewRun {
            id: RunId::generate(),
            location_id,
            trigger,
            actor: actor.clone(),
            now,
            lease_until: now + LEASE,
            allow_large_deletion: false,
        }
    }

    fn tell(&self, subject: Subject, phase: Phase, done: u64, total: u64) {
        self.0.parts.progress.tell(&ProgressReport {
            subject,
            phase,
            done,
            total,
        });
    }
}

/// How far a run is: what its lease is renewed with.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    done: AtomicU64,
    total: AtomicU64,
    is_executing: AtomicBool,
    holds_row: AtomicBool,
}

impl Pulse {
    /// Notes how many rows were read, of how many.
    pub(crate) fn note(&self, done: u64, total: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    /// From now on it changes users, so many.
    pub(crate) fn execute(&self, total: u64) {
        self.note(0, total);
        self.is_executing.store(true, Ordering::Relaxed);
    }

    /// From now on a transaction holds the run's row, which says that it is alive better than any lease.
    pub(crate) fn hold_row(&self) {
        self.holds_row.store(true, Ordering::Relaxed);
    }

    /// What to renew the lease with, if that is needed.
    pub(crate) fn read(&self) -> Option<(Phase, u64, u64)> {
        let phase = if self.is_executing.load(Ordering::Relaxed) {
            Phase::Executing
        } else {
            Phase::Fetching
        };
        let numbers = (
            self.done.load(Ordering::Relaxed),
            self.total.load(Ordering::Relaxed),
        );
        let is_held = self.holds_row.load(Ordering::Relaxed);
        (!is_held).then_some((phase, numbers.0, numbers.1))
    }
}
