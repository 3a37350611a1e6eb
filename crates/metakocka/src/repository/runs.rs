use async_trait::async_trait;
use auth::OrganizationId;
use chrono::{DateTime, Utc};
use database::{Backend, Database, StorageError};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use serde_json::json;

use super::{
    ItemOutcome, Lease, Run, RunCounts, RunItem, RunKind, RunRepository, RunStatus, Scope,
    rows::{all, corrupt, moment},
    sql::{array, execute, for_update, query, texts_of},
};
use crate::model::Mode;

/// Runs in the database.
#[derive(Clone, Debug)]
pub struct SeaRunRepository {
    database: Database,
}

impl SeaRunRepository {
    /// The runs of `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

const SHOWN_ITEMS: u32 = 500;

/// Keeps the lease of `$2` on a run until `$3`.
const KEEP: &str = "UPDATE metakocka_runs SET lease_until = $3 WHERE id = $1 AND lease_holder = $2";

fn status_name(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Running => "running",
        RunStatus::Completed => "completed",
        RunStatus::Failed => "failed",
    }
}

fn outcome_name(outcome: ItemOutcome) -> &'static str {
    match outcome {
        ItemOutcome::Synced => "synced",
        ItemOutcome::Failed => "failed",
        ItemOutcome::Skipped => "skipped",
    }
}

fn kind_columns(kind: &RunKind) -> (&'static str, String) {
    match kind {
        RunKind::Push => ("push", "{}".to_owned()),
        RunKind::Pull => ("pull", "{}".to_owned()),
        RunKind::Import { from, to } => {
            let from = from.map(|from| from.timestamp_millis());
            let window = json!({"from": from, "to": to.timestamp_millis()});
            ("import", window.to_string())
        }
    }
}

fn kind(name: &str, request: &str) -> Option<RunKind> {
    match name {
        "push" => Some(RunKind::Push),
        "pull" => Some(RunKind::Pull),
        "import" => {
            let window: serde_json::Value = serde_json::from_str(request).ok()?;
            Some(RunKind::Import {
                from: window["from"].as_i64().and_then(moment),
                to: window["to"].as_i64().and_then(moment)?,
            })
        }
        _ => None,
    }
}

fn run(row: &QueryResult) -> Result<Run, StorageError> {
    let corrupt = corrupt("metakocka_runs");
    let text = |column: &str| row.try_get::<String>("", column);
    let status = text("status")?;
    let mut statuses = [RunStatus::Running, RunStatus::Completed, RunStatus::Failed].into_iter();
    let finished_at: Option<i64> = row.try_get("", "finished_at")?;
    Ok(Run {
        id: text("id")?,
        scope: Scope {
            organization: OrganizationId::parse(&text("organization_id")?)
                .map_err(|_| corrupt("organization_id"))?,
            mode: Mode::parse(&text("mode")?).ok_or_else(|| corrupt("mode"))?,
        },
        kind: kind(&text("kind")?, &text("request")?).ok_or_else(|| corrupt("kind"))?,
        status: statuses
            .find(|known| status_name(*known) == status)
            .ok_or_else(|| corrupt("status"))?,
        error: row.try_get("", "error")?,
        created_at: moment(row.try_get("", "created_at")?).ok_or_else(|| corrupt("created_at"))?,
        finished_at: finished_at.and_then(moment),
    })
}

fn item(row: &QueryResult) -> Result<RunItem, StorageError> {
    let outcome: Option<String> = row.try_get("", "outcome")?;
    let mut outcomes = [
        ItemOutcome::Synced,
        ItemOutcome::Failed,
        ItemOutcome::Skipped,
    ]
    .into_iter();
    Ok(RunItem {
        subject: row.try_get("", "subject")?,
        outcome: outcome.and_then(|outcome| outcomes.find(|known| outcome_name(*known) == outcome)),
        counterpart: row.try_get("", "counterpart")?,
        error: row.try_get("", "error")?,
    })
}

/// Adds a run and its items.
pub(super) async fn insert_run(
    transaction: &impl ConnectionTrait,
    run: &Run,
    subjects: &[String],
) -> Result<(), DbErr> {
    let insert = "INSERT INTO metakocka_runs (id, organization_id, mode, kind, request, status, total, created_at) \
                  VALUES ($1, $2, $3, $4, $5, 'running', 0, $6)";
    let (kind, request) = kind_columns(&run.kind);
    let values: [Value; 6] = [
        run.id.as_str().into(),
        run.scope.organization.as_str().into(),
        run.scope.mode.as_str().into(),
        kind.into(),
        request.into(),
        run.created_at.timestamp_millis().into(),
    ];
    execute(transaction, insert, values).await?;
    let backend = match transaction.get_database_backend() {
        sea_orm::DbBackend::Postgres => Backend::Postgres,
        _ => Backend::Sqlite,
    };
    let texts = texts_of(backend, "$2");
    let items = format!(
        "INSERT INTO metakocka_run_items (run_id, subject) SELECT $1, value FROM {texts} AS wanted WHERE true \
         ON CONFLICT (run_id, subject) DO NOTHING"
    );
    let values: [Value; 2] = [run.id.as_str().into(), array(subjects).into()];
    execute(transaction, &items, values).await.map(drop)
}

/// Has the import of an organization that nobody works on look up to where `run` would; `false` where none waits.
pub(super) async fn extend_waiting_import(
    transaction: &impl ConnectionTrait,
    run: &Run,
) -> Result<bool, StorageError> {
    let RunKind::Import { to, .. } = run.kind else {
        return Ok(false);
    };
    let lock = match transaction.get_database_backend() {
        sea_orm::DbBackend::Postgres => " FOR UPDATE",
        _ => "",
    };
    let find = format!(
        "SELECT * FROM metakocka_runs WHERE organization_id = $1 AND mode = $2 AND kind = 'import' \
         AND status = 'running' AND (lease_until IS NULL OR lease_until <= $3) ORDER BY created_at, id LIMIT 1{lock}"
    );
    let values: [Value; 3] = [
        run.scope.organization.as_str().into(),
        run.scope.mode.as_str().into(),
        run.created_at.timestamp_millis().into(),
    ];
    let rows = query(transaction, &find, values).await?;
    let Some(waiting) = rows.first().map(self::run).transpose()? else {
        return Ok(false);
    };
    let RunKind::Import { from, .. } = waiting.kind else {
        return Ok(false);
    };
    let (_, request) = kind_columns(&RunKind::Import { from, to });
    let update = "UPDATE metakocka_runs SET request = $2 WHERE id = $1";
    let values: [Value; 2] = [waiting.id.into(), request.into()];
    execute(transaction, update, values).await?;
    Ok(true)
}

const COUNT: &str = "SELECT COUNT(*) AS total, COUNT(CASE WHEN outcome = 'synced' THEN 1 END) AS synced, \
     COUNT(CASE WHEN outcome = 'failed' THEN 1 END) AS failed, COUNT(CASE WHEN outcome = 'skipped' THEN 1 END) AS skipped \
     FROM metakocka_run_items WHERE run_id = $1";

async fn counts(connection: &impl ConnectionTrait, id: &str) -> Result<RunCounts, DbErr> {
    let rows = query(connection, COUNT, [id.into()]).await?;
    let Some(row) = rows.first() else {
        return Ok(RunCounts::default());
    };
    let number = |column: &str| row.try_get::<i64>("", column).map(i64::unsigned_abs);
    Ok(RunCounts {
        total: number("total")?,
        synced: number("synced")?,
        failed: number("failed")?,
        skipped: number("skipped")?,
    })
}

/// Prolongs the lease on a run; `false` where it is lost.
async fn keep(connection: &impl ConnectionTrait, run: &str, lease: &Lease) -> Result<bool, DbErr> {
    let values: [Value; 3] = [
        run.into(),
        lease.holder.as_str().into(),
        lease.until.timestamp_millis().into(),
    ];
    let kept = execute(connection, KEEP, values).await?;
    Ok(kept.rows_affected() > 0)
}

#[async_trait]
impl RunRepository for SeaRunRepository {
    async fn insert(&self, run: &Run, subjects: &[String]) -> Result<(), StorageError> {
        self.database
            .write(|transaction| async move { Ok(insert_run(&*transaction, run, subjects).await?) })
            .await
    }

    async fn find(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<(Run, RunCounts, Vec<RunItem>)>, StorageError> {
        let find =
            "SELECT * FROM metakocka_runs WHERE organization_id = $1 AND mode = $2 AND id = $3";
        let items = &format!(
            "SELECT * FROM metakocka_run_items WHERE run_id = $1 \
             ORDER BY CASE WHEN outcome = 'failed' THEN 0 WHEN outcome IS NULL THEN 2 ELSE 1 END, subject LIMIT {SHOWN_ITEMS}"
        );
        let read = self.database.read(|connection| async move {
            let values: [Value; 3] = [
                scope.organization.as_str().into(),
                scope.mode.as_str().into(),
                id.into(),
            ];
            let runs = query(connection, find, values).await?;
            let items = query(connection, items, [id.into()]).await?;
            Ok::<_, StorageError>((runs, counts(connection, id).await?, items))
        });
        let (runs, counts, items) = read.await?;
        let Some(row) = runs.first() else {
            return Ok(None);
        };
        Ok(Some((run(row)?, counts, all(&items, item)?)))
    }

    async fn claim(&self, lease: &Lease, now: DateTime<Utc>) -> Result<Option<Run>, StorageError> {
        let lock = for_update(self.database.backend(), "r");
        let skip = if lock.is_empty() { "" } else { " SKIP LOCKED" };
        let free = "FROM metakocka_runs r WHERE r.status = 'running' AND (r.lease_until IS NULL OR r.lease_until <= $1)";
        // Nobody is kept from writing while there is nothing to claim, as there mostly is not.
        let exists = &format!("SELECT 1 {free} LIMIT 1");
        let free_runs = self.database.read(|connection| async move {
            Ok::<_, StorageError>(query(connection, exists, [now.timestamp_millis().into()]).await?)
        });
        if free_runs.await?.is_empty() {
            return Ok(None);
        }
        let find = &format!("SELECT r.* {free} ORDER BY r.created_at, r.id LIMIT 1{lock}{skip}");
        let take = "UPDATE metakocka_runs SET lease_holder = $2, lease_until = $3 WHERE id = $1";
        self.database
            .write(|transaction| async move {
                let rows = query(&*transaction, find, [now.timestamp_millis().into()]).await?;
                let Some(found) = rows.first().map(run).transpose()? else {
                    return Ok(None);
                };
                let values: [Value; 3] = [
                    found.id.as_str().into(),
                    lease.holder.as_str().into(),
                    lease.until.timestamp_millis().into(),
                ];
                execute(&*transaction, take, values).await?;
                Ok(Some(found))
            })
            .await
    }

    async fn renew(&self, run: &str, lease: &Lease) -> Result<bool, StorageError> {
        self.database
            .write(|transaction| async move { Ok(keep(&*transaction, run, lease).await?) })
            .await
    }

    async fn waiting(&self, run: &str, limit: u32) -> Result<Vec<String>, StorageError> {
        let sql = &format!(
            "SELECT subject FROM metakocka_run_items WHERE run_id = $1 AND outcome IS NULL ORDER BY subject LIMIT {limit}"
        );
        let rows = self.database.read(|connection| async move {
            Ok::<_, StorageError>(query(connection, sql, [run.into()]).await?)
        });
        all(&rows.await?, |row| Ok(row.try_get("", "subject")?))
    }

    async fn note_items(
        &self,
        run: &str,
        lease: &Lease,
        items: &[RunItem],
    ) -> Result<Option<RunCounts>, StorageError> {
        let note = "INSERT INTO metakocka_run_items (run_id, subject, outcome, counterpart, error) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (run_id, subject) DO UPDATE SET outcome = excluded.outcome, \
             counterpart = excluded.counterpart, error = excluded.error";
        self.database
            .write(|transaction| async move {
                if !keep(&*transaction, run, lease).await? {
                    return Ok(None);
                }
                for item in items {
                    let values: [Value; 5] = [
                        run.into(),
                        item.subject.as_str().into(),
                        item.outcome.map(outcome_name).into(),
                        item.counterpart.clone().into(),
                        item.error.clone().into(),
                    ];
                    execute(&*transaction, note, values).await?;
                }
                Ok(Some(counts(&*transaction, run).await?))
            })
            .await
    }

    async fn finish(
        &self,
        run: &Run,
        holder: &str,
        seen_until: Option<DateTime<Utc>>,
    ) -> Result<(), StorageError> {
        let end = "UPDATE metakocka_runs SET status = $3, error = $4, finished_at = $5, lease_holder = NULL, \
                   lease_until = NULL WHERE id = $1 AND lease_holder = $2";
        let move_on = "UPDATE metakocka_import_schedules SET imported_until = $3 \
                       WHERE organization_id = $1 AND mode = $2 AND COALESCE(imported_until, 0) < $3";
        self.database
            .write(|transaction| async move {
                let values: [Value; 5] = [
                    run.id.as_str().into(),
                    holder.into(),
                    status_name(run.status).into(),
                    run.error.clone().into(),
                    run.finished_at.map(|at| at.timestamp_millis()).into(),
                ];
                let ended = execute(&*transaction, end, values).await?;
                if let (Some(until), 1..) = (seen_until, ended.rows_affected()) {
                    let values: [Value; 3] = [
                        run.scope.organization.as_str().into(),
                        run.scope.mode.as_str().into(),
                        until.timestamp_millis().into(),
                    ];
                    execute(&*transaction, move_on, values).await?;
                }
                Ok(())
            })
            .await
    }
}
