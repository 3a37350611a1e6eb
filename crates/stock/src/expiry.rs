//! Holds whose time is over return by themselves.

use std::{sync::Arc, time::Duration};

use clock::Clock;
use database::StorageError;
use tokio_util::sync::CancellationToken;

use crate::{
    model::{Command, Outcome},
    repository::StockRepository,
};

/// How often somebody looks.
const PERIOD: Duration = Duration::from_millis(250);
/// How many holds end in one transaction.
const BATCH: u32 = 200;

/// Ends holds in time. Every node may do it: the first one ends a hold, the others find it ended.
pub struct Expiry {
    repository: Arc<dyn StockRepository>,
    clock: Arc<dyn Clock>,
}

impl Expiry {
    /// A worker on the holds in `repository`.
    pub fn new(repository: Arc<dyn StockRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { repository, clock }
    }

    /// Ends all holds whose time is over now, and says how many that were.
    pub async fn run_once(&self) -> Result<usize, StorageError> {
        let mut ended = 0;
        loop {
            let now = self.clock.now();
            let due = self.repository.list_due(now, BATCH).await?;
            let commands: Vec<_> = due.into_iter().map(Command::Expire).collect();
            if commands.is_empty() {
                return Ok(ended);
            }
            let outcomes = self.repository.apply(&commands, now).await?;
            let is_end = |outcome: &&Result<_, _>| matches!(outcome, Ok(Outcome::Expired(true)));
            ended += outcomes.iter().filter(is_end).count();
            if commands.len() < BATCH as usize {
                return Ok(ended);
            }
        }
    }

    /// Looks four times a second until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = period.tick() => {}
            }
            if let Err(error) = self.run_once().await {
                tracing::warn!(%error, "holds whose time is over could not be ended");
            }
        }
    }
}

impl std::fmt::Debug for Expiry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Expiry").finish_non_exhaustive()
    }
}
