//! What works on the queue, the runs and the schedules beside the requests.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{error::SyncError, service::Metakocka};

/// How often somebody looks when there was nothing to do.
const PERIOD: Duration = Duration::from_millis(500);

/// Works for an organization's documents beside the requests. Every node does; a lease keeps two from doing the same.
#[derive(Clone, Debug)]
pub struct SyncWorker(Metakocka);

impl SyncWorker {
    /// A worker on the documents of `metakocka`.
    pub fn new(metakocka: Metakocka) -> Self {
        Self(metakocka)
    }

    /// Tries again what is due, and says whether there was anything to do.
    pub async fn run_queue_once(&self) -> Result<bool, SyncError> {
        Ok(self.0.work_on_the_queue().await? > 0)
    }

    /// Starts imports that are due and works on one run, and says whether there was anything to do.
    pub async fn run_runs_once(&self) -> Result<bool, SyncError> {
        let started = self.0.start_due_imports().await? > 0;
        Ok(self.0.work_on_a_run().await? || started)
    }

    /// Tries again what is due, until `stop`.
    pub async fn run_queue(&self, stop: CancellationToken) {
        run(&stop, "queue", || self.run_queue_once()).await;
    }

    /// Works on imports and runs, until `stop`.
    pub async fn run_runs(&self, stop: CancellationToken) {
        run(&stop, "runs", || self.run_runs_once()).await;
    }
}

async fn run<F: Future<Output = Result<bool, SyncError>>>(
    stop: &CancellationToken,
    name: &'static str,
    work: impl Fn() -> F,
) {
    let mut period = tokio::time::interval(PERIOD);
    period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = period.tick() => {}
        }
        loop {
            // What is under way when the node stops is what a lease is for.
            match stop.run_until_cancelled(work()).await {
                None => return,
                Some(Ok(true)) => {}
                Some(Ok(false)) => break,
                Some(Err(error)) => {
                    tracing::warn!(%error, work = name, "work for Metakocka could not be done");
                    break;
                }
            }
        }
    }
}
