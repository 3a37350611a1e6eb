use auth::Actor;
use chrono::{DateTime, Utc};
use schedule::Schedule;

use super::UserSync;
use crate::{
    error::SyncError,
    model::{Run, SyncLocation, Trigger},
    service::execute::Begun,
    worker::Work,
};

impl UserSync {
    /// Begins a run for each location whose time has come, unless another node has done so. What was missed while no
    /// node was there is made up for once.
    pub(crate) async fn begin_due(&self) -> Result<Vec<Begun>, SyncError> {
        let now = self.now();
        let mut begun = Vec::new();
        for location in self.parts().locations.list_due(now).await? {
            let next = next_run(&location, now);
            let run = self.new_run(location.id, Trigger::Schedule, &Actor::system());
            if self.parts().locations.claim(&location, next, &run).await? {
                let run_id = run.id.clone();
                begun.push(self.enqueue(run_id, Work::Sync(Box::new(run))).await?);
            }
        }
        Ok(begun)
    }

    /// Ends runs whose node is gone and forgets previews that nobody can use any more.
    pub(crate) async fn tidy(&self) -> Result<(), SyncError> {
        let now = self.now();
        let interrupted = self.parts().sync.interrupt(now, now).await?;
        if interrupted > 0 {
            tracing::warn!(interrupted, "runs were interrupted");
        }
        // For a while a preview that is too old can still be looked at, and says so when it is to be carried out.
        self.parts().sync.forget_plans(now - KEPT).await?;
        Ok(())
    }

    /// Ends every run under way: of a database that only this process uses, which has just started.
    pub(crate) async fn interrupt_all(&self) -> Result<u64, SyncError> {
        let now = self.now();
        Ok(self.parts().sync.interrupt(now + FAR, now).await?)
    }
}

/// Further than any lease.
const FAR: chrono::TimeDelta = chrono::TimeDelta::days(36_500);
/// How long an expired preview is kept.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::hours(24);

fn next_run(location: &SyncLocation, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (cron, timezone) = location.schedule.as_ref()?;
    Schedule::parse(cron, timezone, now).ok()?.next_after(now)
}

/// The ends of runs, as they come.
pub(crate) async fn ends(begun: Vec<Begun>) -> Vec<Result<Run, SyncError>> {
    futures_util::future::join_all(begun.into_iter().map(Begun::end)).await
}
