use async_trait::async_trait;
use chrono::{DateTime, Utc};
use database::{Database, StorageError};

use super::{
    Applied, Began, Begin, NewRun, Page, SyncRepository, Undoing, Window, apply, begin, changes,
    plans, runs,
    sql::{self, at},
    undo,
};
use crate::model::{
    Change, ChangeKind, Compared, DirectoryUser, InvalidRow, LocationId, Outcome, Phase, Plan,
    PlanId, Run, RunId, RunStatus,
};

/// Plans and runs in a database.
#[derive(Clone, Debug)]
pub struct SeaSyncRepository {
    database: Database,
}

impl SeaSyncRepository {
    /// Those in `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl SyncRepository for SeaSyncRepository {
    async fn save_plan(&self, plan: &Plan, compared: &Compared) -> Result<(), StorageError> {
        plans::save(&self.database, plan, compared).await
    }

    async fn find_plan(&self, id: &PlanId) -> Result<Option<Plan>, StorageError> {
        self.database
            .read(|connection| plans::find(connection, id, ""))
            .await
    }

    async fn list_changes(
        &self,
        id: &PlanId,
        kind: ChangeKind,
        page: Page,
    ) -> Result<Window<Change>, StorageError> {
        changes::list(&self.database, id, kind, page).await
    }

    async fn list_unchanged(
        &self,
        plan: &Plan,
        page: Page,
    ) -> Result<Window<DirectoryUser>, StorageError> {
        changes::list_unchanged(&self.database, plan, page).await
    }

    async fn list_invalid(
        &self,
        id: &PlanId,
        page: Page,
    ) -> Result<Window<InvalidRow>, StorageError> {
        changes::list_invalid(&self.database, id, page).await
    }

    async fn insert_run(&self, run: &NewRun) -> Result<(), StorageError> {
        self.database
            .write(|transaction| async move {
                Ok::<_, StorageError>(runs::insert(&*transaction, run, None).await?)
            })
            .await
    }

    async fn begin(&self, begin: &Begin) -> Result<Began, StorageError> {
        begin::begin(&self.database, begin).await
    }

    async fn apply(&self, run: &RunId, now: DateTime<Utc>) -> Result<Applied, StorageError> {
        apply::apply(&self.database, run, now).await
    }

    async fn begin_undo(&self, undone: &RunId, run: &NewRun) -> Result<Undoing, StorageError> {
        undo::begin(&self.database, undone, run).await
    }

    async fn undo(&self, run: &RunId, now: DateTime<Utc>) -> Result<Applied, StorageError> {
        undo::undo(&self.database, run, now).await
    }

    async fn fail(
        &self,
        run: &RunId,
        failure: &Outcome,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        runs::fail(&self.database, run, failure, now).await
    }

    async fn renew(
        &self,
        run: &RunId,
        progress: (Phase, u64, u64),
        lease_until: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        runs::renew(&self.database, run, progress, lease_until).await
    }

    async fn interrupt(
        &self,
        overdue: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StorageError> {
        runs::interrupt(&self.database, overdue, now).await
    }

    async fn forget_plans(&self, before: DateTime<Utc>) -> Result<u64, StorageError> {
        let old = "FROM user_sync_plans WHERE run_id IS NULL AND expires_at < $1";
        let (count, delete) = (&format!("SELECT COUNT(*) {old}"), &format!("DELETE {old}"));
        let found = self.database.read(|connection| async move {
            Ok::<_, StorageError>(sql::count(connection, count, [at(before)]).await?)
        });
        if found.await? == 0 {
            return Ok(0);
        }
        self.database
            .write(|transaction| async move {
                Ok::<_, StorageError>(sql::execute(&*transaction, delete, [at(before)]).await?)
            })
            .await
    }

    async fn list_runs(
        &self,
        location: Option<LocationId>,
        page: Page,
    ) -> Result<Window<Run>, StorageError> {
        runs::list(&self.database, location, page).await
    }

    async fn find_run(&self, id: &RunId) -> Result<Option<Run>, StorageError> {
        runs::find(&self.database, id).await
    }

    async fn list_run_changes(
        &self,
        run: &Run,
        page: Page,
    ) -> Result<Window<Change>, StorageError> {
        match (&run.plan_id, run.status) {
            (Some(plan), RunStatus::Completed) => {
                changes::list_done(&self.database, plan, page).await
            }
            _ => Ok((Vec::new(), 0)),
        }
    }
}
