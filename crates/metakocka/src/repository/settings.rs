use async_trait::async_trait;
use auth::OrganizationId;
use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use sea_orm::{QueryResult, Value};

use super::{
    ImportSchedule, Lease, QueueState, Run, Scope, Settings, StoredCredentials,
    json::{tax_codes_from_json, tax_codes_to_json},
    rows::{all, corrupt, moment},
    runs::{extend_waiting_import, insert_run},
    sql::{execute, query},
};
use crate::model::Mode;

/// What organizations say, in the database.
#[derive(Clone, Debug)]
pub struct SeaSettings {
    database: Database,
}

impl SeaSettings {
    /// The settings in `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    async fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, StorageError> {
        let values = &values;
        self.database
            .read(|connection| async move { Ok(query(connection, sql, values.clone()).await?) })
            .await
    }

    async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, StorageError> {
        let values = &values;
        self.database
            .write(|transaction| async move {
                let done = execute(&*transaction, sql, values.clone()).await?;
                Ok(done.rows_affected())
            })
            .await
    }
}

fn scoped(scope: &Scope, more: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut values: Vec<Value> = vec![
        scope.organization.as_str().into(),
        scope.mode.as_str().into(),
    ];
    values.extend(more);
    values
}

const OF_SCOPE: &str = "WHERE organization_id = $1 AND mode = $2";

fn schedule(row: &QueryResult) -> Result<ImportSchedule, StorageError> {
    let corrupt = corrupt("metakocka_import_schedules");
    let text = |column: &str| row.try_get::<String>("", column);
    let time = |column: &str| -> Result<Option<DateTime<Utc>>, StorageError> {
        Ok(row.try_get::<Option<i64>>("", column)?.and_then(moment))
    };
    Ok(ImportSchedule {
        scope: Scope {
            organization: OrganizationId::parse(&text("organization_id")?)
                .map_err(|_| corrupt("organization_id"))?,
            mode: Mode::parse(&text("mode")?).ok_or_else(|| corrupt("mode"))?,
        },
        cron: text("cron")?,
        timezone: text("timezone")?,
        next_at: time("next_at")?,
        imported_until: time("imported_until")?,
    })
}

const SAVE_CREDENTIALS: &str = "INSERT INTO metakocka_credentials (organization_id, mode, company_id, secret_sealed, \
     secret_last4, base_url, tax_codes, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
     ON CONFLICT (organization_id, mode) DO UPDATE SET company_id = excluded.company_id, \
     secret_sealed = excluded.secret_sealed, secret_last4 = excluded.secret_last4, base_url = excluded.base_url, \
     tax_codes = excluded.tax_codes, updated_at = excluded.updated_at";

const SAVE_QUEUE: &str = "INSERT INTO metakocka_queues (organization_id, mode, paused, reason, slow_until, quota_answers) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization_id, mode) DO UPDATE SET paused = excluded.paused, \
     reason = excluded.reason, slow_until = excluded.slow_until, quota_answers = excluded.quota_answers";

const TAKE_PLACE: &str = "INSERT INTO metakocka_slots (organization_id, mode, place, holder, held_until) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization_id, mode, place) DO UPDATE SET holder = excluded.holder, \
     held_until = excluded.held_until WHERE metakocka_slots.held_until <= $6";

const SAVE_SCHEDULE: &str = "INSERT INTO metakocka_import_schedules (organization_id, mode, cron, timezone, next_at, \
     imported_until) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization_id, mode) DO UPDATE SET \
     cron = excluded.cron, timezone = excluded.timezone, next_at = excluded.next_at";

#[async_trait]
impl Settings for SeaSettings {
    async fn credentials(&self, scope: &Scope) -> Result<Option<StoredCredentials>, StorageError> {
        let sql = format!("SELECT * FROM metakocka_credentials {OF_SCOPE}");
        let rows = self.rows(&sql, scoped(scope, [])).await?;
        let read = |row: &QueryResult| {
            let codes: String = row.try_get("", "tax_codes")?;
            let codes = tax_codes_from_json(&codes);
            Ok(StoredCredentials {
                company_id: row.try_get("", "company_id")?,
                secret_sealed: row.try_get("", "secret_sealed")?,
                secret_last4: row.try_get("", "secret_last4")?,
                base_url: row.try_get("", "base_url")?,
                tax_codes: codes.ok_or_else(|| corrupt("metakocka_credentials")("tax_codes"))?,
            })
        };
        rows.first().map(read).transpose()
    }

    async fn save_credentials(
        &self,
        scope: &Scope,
        credentials: &StoredCredentials,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let resume = &format!("DELETE FROM metakocka_queues {OF_SCOPE}");
        let values: [Value; 6] = [
            credentials.company_id.as_str().into(),
            credentials.secret_sealed.as_str().into(),
            credentials.secret_last4.as_str().into(),
            credentials.base_url.clone().into(),
            tax_codes_to_json(&credentials.tax_codes).into(),
            now.timestamp_millis().into(),
        ];
        let values = &scoped(scope, values);
        self.database
            .write(|transaction| async move {
                execute(&*transaction, SAVE_CREDENTIALS, values.clone()).await?;
                execute(&*transaction, resume, scoped(scope, [])).await?;
                Ok(())
            })
            .await
    }

    async fn delete_credentials(&self, scope: &Scope) -> Result<bool, StorageError> {
        let sql = &format!("DELETE FROM metakocka_credentials {OF_SCOPE}");
        let resume = &format!("DELETE FROM metakocka_queues {OF_SCOPE}");
        self.database
            .write(|transaction| async move {
                let deleted = execute(&*transaction, sql, scoped(scope, [])).await?;
                execute(&*transaction, resume, scoped(scope, [])).await?;
                Ok(deleted.rows_affected() > 0)
            })
            .await
    }

    async fn queue(&self, scope: &Scope) -> Result<QueueState, StorageError> {
        let sql = format!("SELECT * FROM metakocka_queues {OF_SCOPE}");
        let rows = self.rows(&sql, scoped(scope, [])).await?;
        let Some(row) = rows.first() else {
            return Ok(QueueState::default());
        };
        let slow_until: i64 = row.try_get("", "slow_until")?;
        let quota_answers: i64 = row.try_get("", "quota_answers")?;
        Ok(QueueState {
            paused: row.try_get::<i64>("", "paused")? != 0,
            reason: row.try_get("", "reason")?,
            slow_until: moment(slow_until).filter(|_| slow_until > 0),
            quota_answers: u32::try_from(quota_answers).unwrap_or(u32::MAX),
        })
    }

    async fn save_queue(&self, scope: &Scope, queue: &QueueState) -> Result<(), StorageError> {
        let slow_until = queue.slow_until.map_or(0, |until| until.timestamp_millis());
        let values: [Value; 4] = [
            i64::from(queue.paused).into(),
            queue.reason.clone().into(),
            slow_until.into(),
            i64::from(queue.quota_answers).into(),
        ];
        self.execute(SAVE_QUEUE, scoped(scope, values))
            .await
            .map(drop)
    }

    async fn take_place(
        &self,
        scope: &Scope,
        places: &[i64],
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<Option<i64>, StorageError> {
        for place in places {
            let values: [Value; 4] = [
                (*place).into(),
                lease.holder.as_str().into(),
                lease.until.timestamp_millis().into(),
                now.timestamp_millis().into(),
            ];
            if self.execute(TAKE_PLACE, scoped(scope, values)).await? > 0 {
                return Ok(Some(*place));
            }
        }
        Ok(None)
    }

    async fn keep_place(
        &self,
        scope: &Scope,
        place: i64,
        lease: &Lease,
    ) -> Result<bool, StorageError> {
        let sql = format!(
            "UPDATE metakocka_slots SET held_until = $5 {OF_SCOPE} AND place = $3 AND holder = $4"
        );
        let values: [Value; 3] = [
            place.into(),
            lease.holder.as_str().into(),
            lease.until.timestamp_millis().into(),
        ];
        Ok(self.execute(&sql, scoped(scope, values)).await? > 0)
    }

    async fn leave_place(
        &self,
        scope: &Scope,
        place: i64,
        holder: &str,
    ) -> Result<(), StorageError> {
        let sql = format!("DELETE FROM metakocka_slots {OF_SCOPE} AND place = $3 AND holder = $4");
        let values = scoped(scope, [place.into(), holder.into()]);
        self.execute(&sql, values).await.map(drop)
    }

    async fn schedule(&self, scope: &Scope) -> Result<Option<ImportSchedule>, StorageError> {
        let sql = format!("SELECT * FROM metakocka_import_schedules {OF_SCOPE}");
        let rows = self.rows(&sql, scoped(scope, [])).await?;
        rows.first().map(schedule).transpose()
    }

    async fn save_schedule(&self, schedule: &ImportSchedule) -> Result<(), StorageError> {
        let millis = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp_millis());
        let values: [Value; 4] = [
            schedule.cron.as_str().into(),
            schedule.timezone.as_str().into(),
            millis(schedule.next_at).into(),
            millis(schedule.imported_until).into(),
        ];
        self.execute(SAVE_SCHEDULE, scoped(&schedule.scope, values))
            .await
            .map(drop)
    }

    async fn delete_schedule(&self, scope: &Scope) -> Result<(), StorageError> {
        let sql = format!("DELETE FROM metakocka_import_schedules {OF_SCOPE}");
        self.execute(&sql, scoped(scope, [])).await.map(drop)
    }

    async fn due_schedules(&self, now: DateTime<Utc>) -> Result<Vec<ImportSchedule>, StorageError> {
        let sql = "SELECT * FROM metakocka_import_schedules WHERE next_at <= $1 ORDER BY next_at";
        let values = vec![now.timestamp_millis().into()];
        all(&self.rows(sql, values).await?, schedule)
    }

    async fn start_import(
        &self,
        schedule: &ImportSchedule,
        next_at: Option<DateTime<Utc>>,
        run: &Run,
    ) -> Result<bool, StorageError> {
        let sql = &format!(
            "UPDATE metakocka_import_schedules SET next_at = $3 {OF_SCOPE} AND next_at = $4"
        );
        let millis = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp_millis());
        let values: [Value; 2] = [millis(next_at).into(), millis(schedule.next_at).into()];
        let values = &scoped(&schedule.scope, values);
        self.database
            .write(|transaction| async move {
                let moved = execute(&*transaction, sql, values.clone()).await?;
                if moved.rows_affected() == 0 {
                    return Ok(false);
                }
                if extend_waiting_import(&*transaction, run).await? {
                    return Ok(false);
                }
                insert_run(&*transaction, run, &[]).await?;
                Ok(true)
            })
            .await
    }
}
