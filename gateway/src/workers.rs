//! What runs beside the requests: the only place that spawns.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use outbox::Retention;
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    layers::{AnonymousLimit, panic_message},
    wiring::{Documents, Parts, Shop, UserDirectory},
};

/// How long a worker that panicked rests before it begins again.
const REST: Duration = Duration::from_secs(1);

/// How often addresses are forgotten that may call again.
const FORGET: Duration = Duration::from_secs(10);
/// How often samples of latencies are folded into their histograms.
const FOLD: Duration = Duration::from_secs(5);

/// Starts all workers.
pub(crate) fn start_all(
    workers: &Workers,
    parts: &Parts,
    retention: &Arc<Retention>,
    anonymous_limit: Option<Arc<AnonymousLimit>>,
) {
    let (tail, retention) = (Arc::clone(&parts.tail), Arc::clone(retention));
    workers.start("outbox tail", move |stop| {
        let tail = Arc::clone(&tail);
        async move { tail.run(stop).await }
    });
    workers.start("outbox retention", move |stop| {
        let retention = Arc::clone(&retention);
        async move { retention.run(stop).await }
    });
    let realtime = parts.realtime.clone();
    workers.start("real time", move |stop| {
        let realtime = realtime.clone();
        async move { realtime.run(stop).await }
    });
    start_stock(workers, &parts.shop);
    start_directory(workers, &parts.users);
    start_documents(workers, &parts.documents);
    let (profiles, accounts) = (parts.profiles.clone(), parts.accounts.clone());
    workers.start("partner profiles", move |stop| {
        let (profiles, accounts) = (profiles.clone(), accounts.clone());
        async move {
            if let Some(Err(error)) = stop.run_until_cancelled(profiles.catch_up(&accounts)).await {
                tracing::warn!(%error, "the profiles of partners did not catch up");
            }
        }
    });
    if let Some(limit) = anonymous_limit {
        workers.every(FORGET, "rate limit", move || limit.forget_idle());
    }
    let metrics = parts.health.metrics.clone();
    workers.every(FOLD, "metrics", move || metrics.run_upkeep());
}

/// Starts what writes orders, ends holds and tells of validations.
fn start_stock(workers: &Workers, shop: &Shop) {
    let combiner = Arc::clone(&shop.combiner);
    workers.start("stock orders", move |stop| {
        let combiner = Arc::clone(&combiner);
        async move { combiner.run(stop).await }
    });
    let expiry = Arc::clone(&shop.expiry);
    workers.start("stock holds", move |stop| {
        let expiry = Arc::clone(&expiry);
        async move { expiry.run(stop).await }
    });
    let news = shop.news.clone();
    workers.start("stock validations", move |stop| {
        let news = news.clone();
        async move { news.run(stop).await }
    });
}

/// Starts what syncs users.
fn start_directory(workers: &Workers, directory: &UserDirectory) {
    let runner = Arc::clone(&directory.runner);
    workers.start("user sync runs", move |stop| {
        let runner = Arc::clone(&runner);
        async move { runner.run(stop).await }
    });
    let schedules = Arc::clone(&directory.schedules);
    workers.start("user sync schedules", move |stop| {
        let schedules = Arc::clone(&schedules);
        async move { schedules.run(stop).await }
    });
}

/// Starts what tries failed syncs again, and what works on runs and imports.
fn start_documents(workers: &Workers, documents: &Documents) {
    let worker = documents.worker.clone();
    workers.start("metakocka queue", move |stop| {
        let worker = worker.clone();
        async move { worker.run_queue(stop).await }
    });
    let worker = documents.worker.clone();
    workers.start("metakocka runs", move |stop| {
        let worker = worker.clone();
        async move { worker.run_runs(stop).await }
    });
}

/// The tasks that run until the gateway stops.
#[derive(Debug)]
pub(crate) struct Workers {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Workers {
    /// No workers yet; they run until `stop`.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self {
            tasks: TaskTracker::new(),
            stop,
        }
    }

    /// Runs `work` until the stop, and again where it panics: an event that one reaction cannot bear must not end all
    /// that come after it.
    pub(crate) fn start<F>(
        &self,
        name: &'static str,
        work: impl Fn(CancellationToken) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send,
    {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            while let Err(panic) = AssertUnwindSafe(work(stop.clone())).catch_unwind().await {
                tracing::error!(
                    worker = name,
                    said = panic_message(panic.as_ref()),
                    "a worker panicked"
                );
                if timeout(REST, stop.cancelled()).await.is_ok() {
                    return;
                }
            }
        });
    }

    /// Runs `work` now and then every `period`.
    pub(crate) fn every(
        &self,
        period: Duration,
        name: &'static str,
        work: impl Fn() + Clone + Send + Sync + 'static,
    ) {
        self.start(name, move |stop| {
            let work = work.clone();
            async move {
                let mut ticks = tokio::time::interval(period);
                ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
                while !stop.is_cancelled() {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        _ = ticks.tick() => work(),
                    }
                }
            }
        });
    }

    /// Stops them all and waits until they have ended, `patience` at most.
    pub(crate) async fn stop(self, patience: Duration) {
        self.stop.cancel();
        self.tasks.close();
        if timeout(patience, self.tasks.wait()).await.is_err() {
            tracing::warn!(workers = self.tasks.len(), "workers did not end in time");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_worker_that_panics_begins_again() {
        let workers = Workers::new(CancellationToken::new());
        let runs = Arc::new(AtomicU32::new(0));
        let (seen, third) = tokio::sync::oneshot::channel();
        let seen = Arc::new(std::sync::Mutex::new(Some(seen)));
        let counted = Arc::clone(&runs);
        workers.start("test", move |stop| {
            let (runs, seen) = (Arc::clone(&counted), Arc::clone(&seen));
            async move {
                assert!(runs.fetch_add(1, Ordering::SeqCst) >= 2, "not yet");
                seen.lock().unwrap().take().unwrap().send(()).unwrap();
                stop.cancelled().await;
            }
        });
        third.await.unwrap();
        workers.stop(Duration::from_secs(5)).await;
        assert_eq!(runs.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn the_stop_does_not_wait_for_ever() {
        let workers = Workers::new(CancellationToken::new());
        workers.start("deaf", |_| std::future::pending());
        workers.stop(Duration::from_secs(5)).await;
    }
}
