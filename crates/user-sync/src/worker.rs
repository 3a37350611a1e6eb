//! What carries out runs, and what begins those that are due.

use std::time::Duration;

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::{
    sync::{Mutex, Semaphore, mpsc, oneshot},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::{
    error::SyncError,
    model::{Run, RunId},
    repository::NewRun,
    service::{LEASE, Pulse, UserSync},
};

/// How many runs a node carries out at once.
const AT_ONCE: usize = 4;
/// How often a run says that it is alive: a lease outlives a few that get lost.
const ALIVE: Duration = Duration::from_secs(3);
/// How often schedules and leases are looked at.
const PERIOD: Duration = Duration::from_secs(1);

/// A run to be carried out.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) run_id: RunId,
    pub(crate) work: Work,
    pub(crate) told: oneshot::Sender<Result<Run, SyncError>>,
}

/// What a run does.
#[derive(Debug)]
pub(crate) enum Work {
    /// Carries out its plan, which changes so many users.
    Apply(u64),
    /// Takes another run back.
    Undo,
    /// Fetches, plans and carries out.
    Sync(Box<NewRun>),
}

/// Carries out runs, apart from the requests that began them: who stops waiting stops nothing.
pub struct Runner {
    service: UserSync,
    queue: Mutex<mpsc::Receiver<Job>>,
    turns: Semaphore,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner").finish_non_exhaustive()
    }
}

impl Runner {
    pub(crate) fn new(service: UserSync, queue: mpsc::Receiver<Job>) -> Self {
        Self {
            service,
            queue: Mutex::new(queue),
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// Carries out runs until `stop`; those under way are finished.
    pub async fn run(&self, stop: CancellationToken) {
        let mut queue = self.queue.lock().await;
        let mut working = FuturesUnordered::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(()) = working.next() => {}
                job = queue.recv() => match job {
                    Some(job) => working.push(self.carry_out(job)),
                    None => break,
                },
            }
        }
        while working.next().await.is_some() {}
    }

    async fn carry_out(&self, job: Job) {
        let Job { run_id, work, told } = job;
        let pulse = Pulse::default();
        match &work {
            Work::Apply(changes) => pulse.execute(*changes),
            Work::Undo => pulse.execute(0),
            Work::Sync(_) => {}
        }
        let work = self.work(&run_id, work, &pulse);
        let outcome = match self.alive(&run_id, work, &pulse).await {
            Ok(()) => self.service.ended(&run_id).await,
            Err(error) => {
                tracing::info!(%error, run = %run_id, "a run failed");
                self.service.end_failed(&run_id, &error).await;
                Err(error)
            }
        };
        // Nobody waits for most runs.
        let _ = told.send(outcome);
    }

    async fn work(&self, run: &RunId, work: Work, pulse: &Pulse) -> Result<(), SyncError> {
        // Nobody closes it.
        let _turn = self.turns.acquire().await;
        match work {
            Work::Apply(changes) => self.service.apply(run, changes, pulse).await,
            Work::Undo => self.service.take_back(run, pulse).await,
            Work::Sync(new) => self.service.sync(&new, pulse).await,
        }
    }

    /// Does the work while saying that the run is alive, also while it waits for its turn.
    async fn alive(
        &self,
        run: &RunId,
        work: impl Future<Output = Result<(), SyncError>> + Send,
        pulse: &Pulse,
    ) -> Result<(), SyncError> {
        let mut work = std::pin::pin!(work);
        let mut ticks = interval(ALIVE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        loop {
            tokio::select! {
                outcome = &mut work => return outcome,
                _ = ticks.tick() => {}
            }
            let Some(progress) = pulse.read() else {
                continue;
            };
            let lease = self.service.now() + LEASE;
            let renew = self.service.parts().sync.renew(run, progress, lease);
            tokio::select! {
                outcome = &mut work => return outcome,
                renewed = renew => match renewed {
                    Ok(true) => {}
                    Ok(false) => return Err(SyncError::Interrupted),
                    Err(error) => tracing::warn!(%error, %run, "a run could not say that it is alive"),
                },
            }
        }
    }
}

/// Begins runs that are due and tidies up.
pub struct Schedules {
    service: UserSync,
}

impl std::fmt::Debug for Schedules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schedules").finish_non_exhaustive()
    }
}

impl Schedules {
    /// Those of `service`.
    pub fn new(service: UserSync) -> Self {
        Self { service }
    }

    /// Begins what is due now, waits until it has ended, and says how many runs that were.
    pub async fn run_once(&self) -> Result<usize, SyncError> {
        self.service.tidy().await?;
        let begun = self.service.begin_due().await?;
        Ok(crate::service::ends(begun).await.len())
    }

    /// Ends every run under way: of a database that only this process uses, which has just started.
    pub async fn interrupt_all(&self) {
        match self.service.interrupt_all().await {
            Ok(0) => {}
            Ok(interrupted) => tracing::warn!(interrupted, "runs were interrupted"),
            Err(error) => tracing::warn!(%error, "interrupted runs could not be ended"),
        }
    }

    /// Looks once a second until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let mut period = interval(PERIOD);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = period.tick() => {}
            }
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "schedules could not be looked at");
            }
        }
    }

    async fn look(&self) -> Result<(), SyncError> {
        self.service.tidy().await?;
        self.service.begin_due().await.map(drop)
    }
}
