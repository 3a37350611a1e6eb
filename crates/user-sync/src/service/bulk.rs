use auth::Actor;

use super::{Pulse, UserSync, execute::Begun};
use crate::{
    error::SyncError,
    model::{LocationId, PlanId, Trigger},
    progress::Subject,
    repository::{Begin, Beginning, NewRun},
    worker::Work,
};

/// The run of one location among all.
#[derive(Debug)]
pub struct BulkRun {
    /// Whose users.
    pub location_id: LocationId,
    /// The run.
    pub begun: Begun,
}

impl UserSync {
    /// Begins a run for each location; each is on its own.
    pub async fn sync_all(
        &self,
        allow_large_deletion: bool,
        actor: &Actor,
    ) -> Result<Vec<BulkRun>, SyncError> {
        let mut runs = Vec::new();
        for location in self.parts().locations.all().await? {
            let run = NewRun {
                allow_large_deletion,
                ..self.new_run(location.id, Trigger::Bulk, actor)
            };
            self.parts().sync.insert_run(&run).await?;
            let run_id = run.id.clone();
            let begun = self.enqueue(run_id, Work::Sync(Box::new(run))).await?;
            runs.push(BulkRun {
                location_id: location.id,
                begun,
            });
        }
        Ok(runs)
    }

    /// Fetches, plans and carries out, as an admin would who finds nothing to say against the preview.
    pub(crate) async fn sync(&self, run: &NewRun, pulse: &Pulse) -> Result<(), SyncError> {
        let location = self.find_location(run.location_id).await?;
        let subject = Subject::Run(run.id.clone());
        let plan_id = PlanId::generate();
        let plan = self.plan(location, plan_id.clone(), (&subject, pulse));
        drop(plan.await?);
        let now = self.now();
        let begin = Begin {
            plan_id,
            exclude: Vec::new(),
            run: NewRun {
                now,
                lease_until: now + super::LEASE,
                ..run.clone()
            },
            beginning: Beginning::UnderWay,
        };
        let changes = self.take_plan(&begin).await?;
        self.apply(&run.id, changes, pulse).await
    }
}
