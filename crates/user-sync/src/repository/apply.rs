//! Carrying out a plan: a handful of statements for any number of users.

use chrono::{DateTime, Utc};
use database::{Backend, Database, StorageError};
use sea_orm::{DatabaseTransaction, QueryResult};

use super::{
    Applied, Stale, fresh, plans,
    sql::{self, at},
    users,
};
use crate::model::{PlanId, RunId};

pub(super) async fn apply(
    database: &Database,
    run: &RunId,
    now: DateTime<Utc>,
) -> Result<Applied, StorageError> {
    let backend = database.backend();
    let applied = database.write(|transaction| async move {
        let Some(row) = lock(&transaction, backend, run).await? else {
            return Err(Refused::With(Applied::Interrupted));
        };
        let plan: Option<String> = sql::get(&row, "plan_id")?;
        let plan = PlanId::parse(plan.as_deref().unwrap_or_default());
        let plan = sql::parsed("plan_id", plan)?;
        let location: i64 = sql::get(&row, "location_id")?;
        // The revision that the change makes is the lock as well.
        let revision = users::advance(&*transaction, location).await?;
        let revision = revision.ok_or_else(|| sql::corrupt("location_id"))?;
        let found = plans::find(&*transaction, &plan, "").await?;
        let found = found.ok_or_else(|| sql::corrupt("plan_id"))?;
        if let Some(stale) = fresh::stale(&*transaction, &found, revision - 1).await? {
            return Err(Refused::With(Applied::Stale(stale)));
        }
        change(&transaction, &plan, (location, revision, now)).await?;
        let unchanged = found.counts.unchanged.cast_signed();
        complete(&transaction, run, (&plan, unchanged, now)).await?;
        let synced = "UPDATE directory_locations SET last_sync = $2 WHERE id = $1";
        sql::execute(&*transaction, synced, [location.into(), at(now)])
            .await
            .map_err(StorageError::from)?;
        Ok(())
    });
    match applied.await {
        Ok(()) => Ok(Applied::Done),
        Err(Refused::With(applied)) => Ok(applied),
        Err(Refused::Storage(error)) => Err(error),
    }
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("nothing was changed")]
    With(Applied),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<Stale> for Refused {
    fn from(stale: Stale) -> Self {
        Self::With(Applied::Stale(stale))
    }
}

/// The run, if it is still under way. While its row is held nobody gives it up.
pub(super) async fn lock(
    transaction: &DatabaseTransaction,
    backend: Backend,
    run: &RunId,
) -> Result<Option<QueryResult>, StorageError> {
    let lock = sql::for_update(backend);
    let select = format!(
        "SELECT plan_id, location_id, undoes FROM user_sync_runs WHERE id = $1 AND status = 'running'{lock}"
    );
    Ok(sql::first(transaction, &select, [run.as_str().into()]).await?)
}

/// Makes every user what the plan says.
pub(super) async fn change(
    transaction: &DatabaseTransaction,
    plan: &PlanId,
    (location, revision, now): (i64, i64, DateTime<Utc>),
) -> Result<(), StorageError> {
    let insert = "INSERT INTO directory_users (id, location_id, email, email_key, name, phone, role, company, status, \
                  source, remote_id, search, fingerprint, first_revision, revision, created_at, updated_at) \
                  SELECT c.user_id, CAST($2 AS BIGINT), c.email, c.email_key, c.after_name, c.after_phone, c.after_role, \
                  c.after_company, c.after_status, 'sync', c.after_remote_id, c.after_search, c.after_fingerprint, \
                  CAST($3 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($4 AS BIGINT) FROM user_sync_changes c \
                  WHERE c.plan_id = $1 AND c.kind = 'new' AND c.excluded = 0";
    let values = [
        plan.as_str().into(),
        location.into(),
        revision.into(),
        at(now),
    ];
    sql::execute(transaction, insert, values).await?;
    let update = "UPDATE directory_users SET name = c.after_name, phone = c.after_phone, role = c.after_role, \
                  company = c.after_company, status = c.after_status, remote_id = c.after_remote_id, \
                  search = c.after_search, fingerprint = c.after_fingerprint, revision = $2, updated_at = $3 \
                  FROM user_sync_changes c WHERE c.plan_id = $1 AND c.kind IN ('reactivated', 'updated', 'deleted') \
                  AND c.excluded = 0 AND directory_users.id = c.user_id";
    let values = [plan.as_str().into(), revision.into(), at(now)];
    sql::execute(transaction, update, values).await?;
    let link = "UPDATE directory_users SET remote_id = c.after_remote_id FROM user_sync_changes c \
                WHERE c.plan_id = $1 AND c.kind = 'linked' AND c.excluded = 0 AND directory_users.id = c.user_id";
    sql::execute(transaction, link, [plan.as_str().into()]).await?;
    Ok(())
}

/// Says that the run has done all of it.
pub(super) async fn complete(
    transaction: &DatabaseTransaction,
    run: &RunId,
    (plan, unchanged, now): (&PlanId, i64, DateTime<Utc>),
) -> Result<(), StorageError> {
    let done = |kind: &str| {
        format!(
            "(SELECT COUNT(*) FROM user_sync_changes c WHERE c.plan_id = $2 AND c.kind = '{kind}' AND c.excluded = 0)"
        )
    };
    let update = format!(
        "UPDATE user_sync_runs SET status = 'completed', phase = 'done', done = total, added = {}, reactivated = {}, \
         updated = {}, deactivated = {}, unchanged = $3, finished_at = $4 WHERE id = $1",
        done("new"),
        done("reactivated"),
        done("updated"),
        done("deleted")
    );
    let values = [
        run.as_str().into(),
        plan.as_str().into(),
        unchanged.into(),
        at(now),
    ];
    sql::execute(transaction, &update, values).await?;
    Ok(())
}
