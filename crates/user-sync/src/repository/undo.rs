//! Taking a run back.

use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use sea_orm::DatabaseTransaction;

use super::{Applied, NewRun, Undoing, apply, entity, plans, runs, sql, users};
use crate::{
    model::{Counts, LocationId, Plan, PlanId, RunId, Totals},
    repository::apply::Refused,
};

pub(super) async fn begin(
    database: &Database,
    undone: &RunId,
    run: &NewRun,
) -> Result<Undoing, StorageError> {
    let lock = sql::for_update(database.backend());
    let select = &format!("SELECT * FROM user_sync_runs WHERE id = $1{lock}");
    let lock_location = &format!("SELECT id FROM directory_locations WHERE id = $1{lock}");
    database
        .write(|transaction| async move {
            let row = sql::first(&*transaction, select, [undone.as_str().into()]).await?;
            let Some(row) = row else {
                return Ok::<_, StorageError>(Undoing::Missing);
            };
            let before = entity::run(&row)?;
            if before.status != crate::model::RunStatus::Completed || before.plan_id.is_none() {
                return Ok(Undoing::NotCompleted);
            }
            if let Some(by) = before.undone_by {
                return Ok(Undoing::Undone(by));
            }
            let location = before.location_id.get();
            sql::first(&*transaction, lock_location, [location.into()]).await?;
            let other = runs::executing(&*transaction, location, (&run.id, run.now)).await?;
            if let Some(other) = other {
                return Ok(Undoing::Busy(other));
            }
            runs::insert(&*transaction, run, Some(undone)).await?;
            Ok(Undoing::Begun)
        })
        .await
}

pub(super) async fn undo(
    database: &Database,
    run: &RunId,
    now: DateTime<Utc>,
) -> Result<Applied, StorageError> {
    let backend = database.backend();
    let undone = database.write(|transaction| async move {
        let Some(row) = apply::lock(&transaction, backend, run).await? else {
            return Err(Refused::With(Applied::Interrupted));
        };
        let undoes: Option<String> = sql::get(&row, "undoes")?;
        let undoes = undoes.unwrap_or_default();
        let select = "SELECT plan_id FROM user_sync_runs WHERE id = $1 AND undone_by IS NULL";
        let of = sql::first(&*transaction, select, [undoes.as_str().into()])
            .await
            .map_err(StorageError::from)?;
        let Some(of) = of else {
            return Err(Refused::With(Applied::Interrupted));
        };
        let source: String = sql::get(&of, "plan_id")?;
        let location: i64 = sql::get(&row, "location_id")?;
        let revision = users::advance(&*transaction, location).await?;
        let Some(revision) = revision else {
            return Err(Refused::With(Applied::Interrupted));
        };
        let undo = Undo {
            transaction: &transaction,
            run,
            source: &source,
            plan: PlanId::generate(),
            now,
        };
        undo.carry_out(location, revision, &undoes).await?;
        Ok(())
    });
    match undone.await {
        Ok(()) => Ok(Applied::Done),
        Err(Refused::With(applied)) => Ok(applied),
        Err(Refused::Storage(error)) => Err(error),
    }
}

struct Undo<'a> {
    transaction: &'a DatabaseTransaction,
    run: &'a RunId,
    /// The plan of the run that is taken back.
    source: &'a str,
    /// The plan that does so.
    plan: PlanId,
    now: DateTime<Utc>,
}

/// A run's changes that had an effect.
const DONE: &str =
    "c.plan_id = $1 AND c.excluded = 0 AND c.kind IN ('new', 'reactivated', 'updated', 'deleted')";

impl Undo<'_> {
    async fn carry_out(
        &self,
        location: i64,
        revision: i64,
        undoes: &str,
    ) -> Result<(), StorageError> {
        let conflicts = self.conflicts().await?;
        let location_id = sql::parsed("location_id", LocationId::new(location))?;
        plans::insert(self.transaction, &self.head(location_id, revision)).await?;
        self.turn_around().await?;
        let at_location = (location, revision, self.now);
        apply::change(self.transaction, &self.plan, at_location).await?;
        apply::complete(self.transaction, self.run, (&self.plan, 0, self.now)).await?;
        let update = "UPDATE user_sync_runs SET plan_id = $2, conflicts = $3, \
                      done = (SELECT COUNT(*) FROM user_sync_changes WHERE plan_id = $2), \
                      total = (SELECT COUNT(*) FROM user_sync_changes WHERE plan_id = $2) WHERE id = $1";
        let pairs = conflicts
            .iter()
            .map(|(email, reason)| (email.as_str(), *reason));
        let values = [
            self.run.as_str().into(),
            self.plan.as_str().into(),
            entity::pairs_text(pairs).into(),
        ];
        sql::execute(self.transaction, update, values).await?;
        let update = "UPDATE user_sync_runs SET undone_by = $2 WHERE id = $1";
        let values = [undoes.into(), self.run.as_str().into()];
        sql::execute(self.transaction, update, values).await?;
        Ok(())
    }

    /// Users that are not what the run left them as.
    async fn conflicts(&self) -> Result<Vec<(String, &'static str)>, StorageError> {
        let select = format!(
            "SELECT c.email, u.id AS user_id FROM user_sync_changes c LEFT JOIN directory_users u ON u.id = c.user_id \
             WHERE {DONE} AND (u.id IS NULL OR u.fingerprint <> c.after_fingerprint) ORDER BY c.position"
        );
        let rows = sql::query(self.transaction, &select, [self.source.into()]).await?;
        let conflict = |row: &sea_orm::QueryResult| {
            let user: Option<String> = sql::get(row, "user_id")?;
            let reason = match user {
                Some(_) => "The user was changed since",
                None => "The user was deleted since",
            };
            Ok((sql::get(row, "email")?, reason))
        };
        rows.iter().map(conflict).collect()
    }

    /// Writes what takes each change back. Who was added becomes inactive and stays what it is.
    async fn turn_around(&self) -> Result<(), StorageError> {
        let kind = "CASE WHEN c.before_status IS NULL OR (c.before_status = 'inactive' AND c.after_status = 'active') \
                    THEN 'deleted' WHEN c.before_status = 'active' AND c.after_status = 'inactive' THEN 'reactivated' \
                    ELSE 'updated' END";
        let fields = ["remote_id", "name", "phone", "role", "company", "search"];
        let names = |prefix: &str| fields.map(|field| format!("{prefix}{field}")).join(", ");
        let before = fields.map(|field| format!("c.after_{field}")).join(", ");
        let after = fields.map(|field| {
            format!(
                "CASE WHEN c.before_status IS NULL THEN c.after_{field} ELSE c.before_{field} END"
            )
        });
        let insert = format!(
            "INSERT INTO user_sync_changes (plan_id, kind, position, user_id, email, email_key, {}, before_status, \
             before_fingerprint, {}, after_status, after_fingerprint) \
             SELECT $2, {kind}, c.position, c.user_id, c.email, c.email_key, {before}, c.after_status, \
             c.after_fingerprint, {}, COALESCE(c.before_status, 'inactive'), c.before_fingerprint \
             FROM user_sync_changes c JOIN directory_users u ON u.id = c.user_id \
             WHERE {DONE} AND u.fingerprint = c.after_fingerprint",
            names("before_"),
            names("after_"),
            after.join(", ")
        );
        let values = [self.source.into(), self.plan.as_str().into()];
        sql::execute(self.transaction, &insert, values).await?;
        Ok(())
    }

    /// The head of the plan that takes back. It is carried out at once, so nothing ever asks whether it is stale.
    fn head(&self, location_id: LocationId, revision: i64) -> Plan {
        Plan {
            id: self.plan.clone(),
            location_id,
            base_revision: revision,
            base: Totals::default(),
            counts: Counts::default(),
            active: 0,
            doubts: Vec::new(),
            run_id: Some(self.run.clone()),
            created_at: self.now,
            expires_at: self.now,
        }
    }
}
