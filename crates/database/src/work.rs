use std::{error::Error, sync::Arc, time::Duration};

use rand::RngExt;
use sea_orm::{
    ConnAcquireErr, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use crate::{Database, StorageError, error::Failure};

/// How often work is begun at most.
const ATTEMPTS: u32 = 8;
/// The longest pause before work is begun for the second time; it doubles from then on.
const PAUSE: Duration = Duration::from_millis(5);

impl Database {
    /// Runs `work` on a connection for reading, again if the connection turns out to be gone.
    pub async fn read<'a, T, E, F>(
        &'a self,
        work: impl Fn(&'a DatabaseConnection) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StorageError> + Error + 'static,
    {
        for _ in 1..ATTEMPTS {
            match work(self.reader()).await {
                Err(error) if Failure::within(&error) == Failure::Disconnected => {
                    self.note_lost_connection();
                }
                outcome => return outcome,
            }
        }
        work(self.reader()).await
    }

    /// Runs `work` in one transaction and commits it; rolls back if it fails.
    ///
    /// It is run again after a serialization failure or a deadlock, and when the connection was gone before the
    /// commit: `work` must have no effect outside of the transaction, and must let go of it when it returns. A failed
    /// commit is not repeated, for nobody knows whether it took effect.
    pub async fn write<T, E, F>(&self, work: impl Fn(Arc<DatabaseTransaction>) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StorageError> + Error + 'static,
    {
        let mut attempt = 1;
        loop {
            let error = match self.begin().await {
                Ok(transaction) => match work(Arc::clone(&transaction)).await {
                    Ok(value) => {
                        return self
                            .commit(transaction)
                            .await
                            .map(|()| value)
                            .map_err(E::from);
                    }
                    Err(error) => error,
                },
                Err(error) => StorageError::from(error).into(),
            };
            match Failure::within(&error) {
                Failure::Contention if attempt < ATTEMPTS => pause_before(attempt).await,
                Failure::Disconnected if attempt < ATTEMPTS => self.note_lost_connection(),
                _ => return Err(error),
            }
            attempt += 1;
        }
    }

    /// SQLite takes its one write lock at the beginning, so that no transaction fails half-way for want of it.
    async fn begin(&self) -> Result<Arc<DatabaseTransaction>, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.writer()
            .begin_with_options(options)
            .await
            .map(Arc::new)
    }

    async fn commit(&self, transaction: Arc<DatabaseTransaction>) -> Result<(), StorageError> {
        let kept = || DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed);
        Arc::into_inner(transaction)
            .ok_or_else(kept)?
            .commit()
            .await?;
        self.note_commit();
        Ok(())
    }
}

/// Lets others finish: a random time, so that two that met do not meet again.
async fn pause_before(attempt: u32) {
    let longest = PAUSE * 2_u32.saturating_pow(attempt - 1);
    let pause = rand::rng().random_range(Duration::ZERO..longest);
    let _ = tokio::time::timeout(pause, std::future::pending::<()>()).await;
}
