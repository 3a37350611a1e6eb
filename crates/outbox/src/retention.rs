use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use clock::Clock;
use database::{Database, StorageError};
use sea_orm::{ConnectionTrait, Statement};
use tokio_util::sync::CancellationToken;

/// How long events are kept.
const KEPT: TimeDelta = TimeDelta::days(7);
/// How long those for everybody are kept, on which nobody catches up.
const KEPT_FOR_EVERYBODY: TimeDelta = TimeDelta::hours(1);
/// How many are dropped in one transaction, so that nobody waits for it.
const BATCH: i64 = 5_000;
const PERIOD: Duration = Duration::from_mins(10);

/// Drops events that are older than seven days, and those for everybody after an hour. Every node may do it at any time.
#[derive(Debug)]
pub struct Retention {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl Retention {
    /// A worker on `database`.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// Drops what is too old now, and says how many events that was.
    pub async fn run_once(&self) -> Result<u64, StorageError> {
        let old = "SELECT id FROM outbox WHERE created_at < $1 ORDER BY created_at LIMIT $2";
        let public = "SELECT id FROM outbox WHERE audience = 'everybody' AND created_at < $1 ORDER BY id LIMIT $2";
        Ok(self.drop_all(old, KEPT).await? + self.drop_all(public, KEPT_FOR_EVERYBODY).await?)
    }

    async fn drop_all(&self, select: &str, kept: TimeDelta) -> Result<u64, StorageError> {
        let before = (self.clock.now() - kept).timestamp_millis();
        let sql = &format!("DELETE FROM outbox WHERE id IN ({select})");
        let mut dropped = 0;
        loop {
            let batch = self.database.write(|transaction| async move {
                let values = [before.into(), BATCH.into()];
                let statement =
                    Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
                Ok::<_, StorageError>(transaction.execute_raw(statement).await?.rows_affected())
            });
            match batch.await? {
                0 => return Ok(dropped),
                count => dropped += count,
            }
        }
    }

    /// Drops every ten minutes until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let mut period = tokio::time::interval(PERIOD);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = period.tick() => {}
            }
            if let Err(error) = self.run_once().await {
                tracing::warn!(%error, "old events could not be dropped");
            }
        }
    }
}
