//! Taking a plan for a run.

use database::{Backend, Database, StorageError};
use sea_orm::DatabaseTransaction;

use super::{
    Began, Begin, Beginning, Stale, entity, fresh, plans, runs,
    sql::{self, at},
    table,
};
use crate::model::{Plan, RunId, Verdict};

pub(super) async fn begin(database: &Database, begin: &Begin) -> Result<Began, StorageError> {
    let backend = database.backend();
    let outcome = database.write(|transaction| async move {
        match Taking::take(&transaction, backend, begin).await? {
            Began::Done(changes) => Ok(changes),
            // What was noted on the way is taken back with the transaction.
            refusal => Err(Refused::Plan(Box::new(refusal))),
        }
    });
    match outcome.await {
        Ok(changes) => Ok(Began::Done(changes)),
        Err(Refused::Plan(refusal)) => Ok(*refusal),
        Err(Refused::Storage(error)) => Err(error),
    }
}

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the plan cannot be carried out")]
    Plan(Box<Began>),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A plan in a transaction that takes it.
struct Taking<'a> {
    transaction: &'a DatabaseTransaction,
    backend: Backend,
    begin: &'a Begin,
    plan: Plan,
}

impl Taking<'_> {
    async fn take(
        transaction: &DatabaseTransaction,
        backend: Backend,
        begin: &Begin,
    ) -> Result<Began, StorageError> {
        let lock = sql::for_update(backend);
        let plan = plans::find(transaction, &begin.plan_id, lock).await?;
        let of_location = plan.filter(|plan| plan.location_id == begin.run.location_id);
        let Some(plan) = of_location else {
            return Ok(Began::Missing);
        };
        let taking = Taking {
            transaction,
            backend,
            begin,
            plan,
        };
        if let Some(run) = taking.user().await? {
            return Ok(Began::Used(run));
        }
        if taking.plan.expires_at <= begin.run.now {
            return Ok(Began::Expired);
        }
        if let Some(stale) = taking.stale().await? {
            return Ok(Began::Stale(stale));
        }
        let strangers = taking.exclude().await?;
        if !strangers.is_empty() {
            return Ok(Began::NotInPlan(strangers));
        }
        let verdict = taking.verdict().await?;
        if verdict.is_blocked() && !begin.run.allow_large_deletion {
            return Ok(Began::Blocked(verdict));
        }
        taking.start(&verdict).await
    }

    /// The run that used the plan. One that failed has changed nothing: the plan may be tried again.
    async fn user(&self) -> Result<Option<RunId>, StorageError> {
        let Some(run) = &self.plan.run_id else {
            return Ok(None);
        };
        let select = "SELECT COUNT(*) FROM user_sync_runs WHERE id = $1 AND status <> 'failed'";
        let used = sql::count(self.transaction, select, [run.as_str().into()]).await?;
        Ok((used > 0).then(|| run.clone()))
    }

    async fn stale(&self) -> Result<Option<Stale>, StorageError> {
        let location = self.plan.location_id.get();
        let lock = sql::for_update(self.backend);
        let select = format!("SELECT users_revision FROM directory_locations WHERE id = $1{lock}");
        let row = sql::first(self.transaction, &select, [location.into()]).await?;
        let revision = row.map_or(Ok(-1), |row| sql::get(&row, "users_revision"))?;
        let run = &self.begin.run;
        if let Some(stale) = fresh::stale(self.transaction, &self.plan, revision).await? {
            return Ok(Some(stale));
        }
        let other = runs::executing(self.transaction, location, (&run.id, run.now)).await?;
        Ok(other.map(Stale::OtherRun))
    }

    /// Marks users who are to be left as they are, and gives those that are neither in the plan nor in the location.
    async fn exclude(&self) -> Result<Vec<String>, StorageError> {
        let plan = self.plan.id.as_str();
        let clear =
            "UPDATE user_sync_changes SET excluded = 0 WHERE plan_id = $1 AND excluded <> 0";
        sql::execute(self.transaction, clear, [plan.into()]).await?;
        if self.begin.exclude.is_empty() {
            return Ok(Vec::new());
        }
        let emails = || {
            let emails = self.begin.exclude.iter().map(String::as_str);
            table::list(self.backend, emails)
        };
        let is_given = table::any(self.backend, "email_key", 2);
        let mark =
            format!("UPDATE user_sync_changes SET excluded = 1 WHERE plan_id = $1 AND {is_given}");
        sql::execute(self.transaction, &mark, [plan.into(), emails()]).await?;
        let known = format!(
            "SELECT email_key FROM user_sync_changes WHERE plan_id = $1 AND {is_given} UNION \
             SELECT email_key FROM directory_users WHERE location_id = $3 AND {is_given}"
        );
        let values = [plan.into(), emails(), self.plan.location_id.get().into()];
        let rows = sql::query(self.transaction, &known, values).await?;
        let known: Result<Vec<String>, _> =
            rows.iter().map(|row| sql::get(row, "email_key")).collect();
        let known = known?;
        let strangers = self
            .begin
            .exclude
            .iter()
            .filter(|email| !known.contains(email));
        Ok(strangers.cloned().collect())
    }

    /// Users that are left as they are do not count.
    async fn verdict(&self) -> Result<Verdict, StorageError> {
        let select = "SELECT COUNT(*) FROM user_sync_changes WHERE plan_id = $1 AND kind = 'deleted' AND excluded = 0";
        let plan = self.plan.id.as_str();
        let deleted = sql::count(self.transaction, select, [plan.into()]).await?;
        Ok(Verdict::of(deleted, self.plan.active, &self.plan.doubts))
    }

    async fn start(&self, verdict: &Verdict) -> Result<Began, StorageError> {
        let run = &self.begin.run;
        if self.begin.beginning == Beginning::New {
            runs::insert(self.transaction, run, None).await?;
        }
        let plan = self.plan.id.as_str();
        let select = "SELECT COUNT(*) FROM user_sync_changes WHERE plan_id = $1 AND excluded = 0 \
                      AND kind IN ('new', 'reactivated', 'updated', 'deleted')";
        let changes = sql::count(self.transaction, select, [plan.into()]).await?;
        let update = "UPDATE user_sync_runs SET plan_id = $2, phase = 'executing', done = 0, total = $3, guard = $4, \
                      lease_until = $5 WHERE id = $1 AND status = 'running'";
        let values = [
            run.id.as_str().into(),
            plan.into(),
            changes.cast_signed().into(),
            entity::doubts_text(&verdict.reasons).into(),
            at(run.lease_until),
        ];
        if sql::execute(self.transaction, update, values).await? == 0 {
            return Ok(Began::Interrupted);
        }
        let update = "UPDATE user_sync_plans SET run_id = $2 WHERE id = $1";
        let values = [plan.into(), run.id.as_str().into()];
        sql::execute(self.transaction, update, values).await?;
        Ok(Began::Done(changes))
    }
}
