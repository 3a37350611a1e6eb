use validation::Page;

use super::UserSync;
use crate::{
    error::SyncError,
    model::{Change, LocationId, Run, RunId},
    repository::Window,
};

impl UserSync {
    /// Runs, newest first.
    pub async fn list_runs(
        &self,
        location: Option<LocationId>,
        page: Page,
    ) -> Result<Window<Run>, SyncError> {
        Ok(self.parts().sync.list_runs(location, page).await?)
    }

    /// A run.
    pub async fn find_run(&self, id: &RunId) -> Result<Run, SyncError> {
        let found = self.parts().sync.find_run(id).await?;
        found.ok_or_else(|| SyncError::RunNotFound(id.clone()))
    }

    /// What a run did to whom.
    pub async fn list_run_changes(
        &self,
        run: &Run,
        page: Page,
    ) -> Result<Window<Change>, SyncError> {
        Ok(self.parts().sync.list_run_changes(run, page).await?)
    }
}
