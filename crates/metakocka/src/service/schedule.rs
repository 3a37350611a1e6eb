use schedule::Schedule;

use super::Metakocka;
use crate::{
    error::SyncError,
    repository::{ImportSchedule, RunKind, Scope},
};

impl Metakocka {
    /// Pulls by itself from now on.
    pub async fn set_schedule(
        &self,
        scope: &Scope,
        schedule: &Schedule,
    ) -> Result<ImportSchedule, SyncError> {
        let before = self.parts().settings.schedule(scope).await?;
        let kept = ImportSchedule {
            scope: scope.clone(),
            cron: schedule.cron().to_owned(),
            timezone: schedule.timezone().to_owned(),
            next_at: schedule.next_after(self.now()),
            imported_until: before.and_then(|before| before.imported_until),
        };
        self.parts().settings.save_schedule(&kept).await?;
        Ok(kept)
    }

    /// Pulls by itself no more.
    pub async fn remove_schedule(&self, scope: &Scope) -> Result<(), SyncError> {
        Ok(self.parts().settings.delete_schedule(scope).await?)
    }

    /// The schedule by which it pulls.
    pub async fn import_schedule(
        &self,
        scope: &Scope,
    ) -> Result<Option<ImportSchedule>, SyncError> {
        Ok(self.parts().settings.schedule(scope).await?)
    }

    /// Starts a run for each schedule that is due, once over all nodes, and says how many there were. Where one waits
    /// already, because Metakocka is away, that one looks at more instead.
    pub async fn start_due_imports(&self) -> Result<usize, SyncError> {
        let now = self.now();
        let mut started = 0;
        for due in self.parts().settings.due_schedules(now).await? {
            let parsed = Schedule::parse(&due.cron, &due.timezone, now);
            let next_at = parsed.ok().and_then(|schedule| schedule.next_after(now));
            let kind = RunKind::Import {
                from: due.imported_until,
                to: now,
            };
            let run = self.new_run(&due.scope, kind);
            if self
                .parts()
                .settings
                .start_import(&due, next_at, &run)
                .await?
            {
                started += 1;
            }
        }
        Ok(started)
    }
}
