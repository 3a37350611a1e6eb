use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use sea_orm::{ConnectionTrait, DbErr};

use super::{
    NewRun, Page, Window, entity,
    sql::{self, at},
};
use crate::model::{LocationId, Outcome, Phase, Run, RunId, Trigger};

/// Begins a run; one that takes another back says which.
pub(super) async fn insert(
    connection: &impl ConnectionTrait,
    run: &NewRun,
    undoes: Option<&RunId>,
) -> Result<(), DbErr> {
    let insert = "INSERT INTO user_sync_runs (id, location_id, run_trigger, status, phase, allow_large_deletion, undoes, \
                  actor_id, actor_kind, started_at, lease_until) \
                  VALUES ($1, $2, $3, 'running', $4, $5, $6, $7, $8, $9, $10)";
    let phase = match run.trigger {
        Trigger::Manual | Trigger::Undo => Phase::Executing,
        Trigger::Schedule | Trigger::Bulk => Phase::Fetching,
    };
    let values = [
        run.id.as_str().into(),
        run.location_id.get().into(),
        run.trigger.as_str().into(),
        phase.as_str().into(),
        i64::from(run.allow_large_deletion).into(),
        undoes.map(|id| id.as_str().to_owned()).into(),
        run.actor.id.as_str().into(),
        run.actor.kind.into(),
        at(run.now),
        at(run.lease_until),
    ];
    sql::execute(connection, insert, values).await.map(drop)
}

/// Another run that changes the users of a location at the moment. Its location must be locked.
pub(super) async fn executing(
    connection: &impl ConnectionTrait,
    location: i64,
    (but, now): (&RunId, DateTime<Utc>),
) -> Result<Option<RunId>, StorageError> {
    let select = "SELECT id FROM user_sync_runs WHERE location_id = $1 AND id <> $2 AND status = 'running' \
                  AND phase = 'executing' AND lease_until > $3 LIMIT 1";
    let values = [location.into(), but.as_str().into(), at(now)];
    let row = sql::first(connection, select, values).await?;
    let id = row.map(|row| sql::get::<String>(&row, "id")).transpose()?;
    id.map(|id| sql::parsed("id", RunId::parse(&id)))
        .transpose()
}

/// A plan whose run failed may be carried out again, or be forgotten.
const FREE: &str = "UPDATE user_sync_plans SET run_id = NULL WHERE run_id = $1";

pub(super) async fn fail(
    database: &Database,
    run: &RunId,
    failure: &Outcome,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let update = "UPDATE user_sync_runs SET status = 'failed', error_code = $2, error = $3, finished_at = $4 \
                  WHERE id = $1 AND status = 'running'";
    let values = &[
        run.as_str().into(),
        failure.code.as_str().into(),
        failure.error.as_str().into(),
        at(now),
    ];
    database
        .write(|transaction| async move {
            if sql::execute(&*transaction, update, values.clone()).await? > 0 {
                sql::execute(&*transaction, FREE, [run.as_str().into()]).await?;
            }
            Ok::<_, StorageError>(())
        })
        .await
}

pub(super) async fn renew(
    database: &Database,
    run: &RunId,
    (phase, done, total): (Phase, u64, u64),
    lease_until: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let update = "UPDATE user_sync_runs SET phase = $2, done = $3, total = $4, lease_until = $5 \
                  WHERE id = $1 AND status = 'running'";
    let values = &[
        run.as_str().into(),
        phase.as_str().into(),
        done.cast_signed().into(),
        total.cast_signed().into(),
        at(lease_until),
    ];
    database
        .write(|transaction| async move {
            let renewed = sql::execute(&*transaction, update, values.clone()).await?;
            Ok::<_, StorageError>(renewed > 0)
        })
        .await
}

/// A run whose transaction is open holds its row: it is alive, whatever its lease says.
pub(super) async fn interrupt(
    database: &Database,
    overdue: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, StorageError> {
    let lock = sql::for_update_of_idle(database.backend());
    let overdue_runs = format!(
        "SELECT id FROM user_sync_runs WHERE status = 'running' AND lease_until <= $1 ORDER BY id{lock}"
    );
    let seen = "SELECT COUNT(*) FROM user_sync_runs WHERE status = 'running' AND lease_until <= $1";
    let found = database.read(|connection| async move {
        Ok::<_, StorageError>(sql::count(connection, seen, [at(overdue)]).await?)
    });
    if found.await? == 0 {
        return Ok(0);
    }
    let update = &format!(
        "UPDATE user_sync_runs SET status = 'failed', error_code = 'interrupted', error = 'interrupted', finished_at = $2 \
         WHERE id IN ({overdue_runs}) RETURNING id"
    );
    database
        .write(|transaction| async move {
            let values = [at(overdue), at(now)];
            let rows = sql::query(&*transaction, update, values).await?;
            for row in &rows {
                let run: String = sql::get(row, "id")?;
                sql::execute(&*transaction, FREE, [run.into()]).await?;
            }
            Ok::<_, StorageError>(rows.len() as u64)
        })
        .await
}

pub(super) async fn list(
    database: &Database,
    location: Option<LocationId>,
    page: Page,
) -> Result<Window<Run>, StorageError> {
    let location = location.map(LocationId::get);
    let of = match location {
        Some(_) => "WHERE location_id = $1",
        None => "WHERE CAST($1 AS BIGINT) IS NULL",
    };
    let count = &format!("SELECT COUNT(*) FROM user_sync_runs {of}");
    let select = &format!(
        "SELECT * FROM user_sync_runs {of} ORDER BY started_at DESC, id DESC LIMIT $2 OFFSET $3"
    );
    database
        .read(|connection| async move {
            let total = sql::count(connection, count, [location.into()]).await?;
            let values = [
                location.into(),
                i64::from(page.size()).into(),
                page.offset().cast_signed().into(),
            ];
            let rows = sql::query(connection, select, values).await?;
            let runs: Result<Vec<_>, _> = rows.iter().map(entity::run).collect();
            Ok((runs?, total))
        })
        .await
}

pub(super) async fn find(database: &Database, id: &RunId) -> Result<Option<Run>, StorageError> {
    let select = "SELECT * FROM user_sync_runs WHERE id = $1";
    database
        .read(|connection| async move {
            let row = sql::first(connection, select, [id.as_str().into()]).await?;
            row.as_ref().map(entity::run).transpose()
        })
        .await
}
