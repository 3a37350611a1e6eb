mod at_hand;
mod imports;
mod orders;
mod products;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use clock::Clock;
use outbox::Fact;
use serde_json::{Map, Value};

use crate::{
    combiner::CommandQueue,
    error::StockError,
    events::{self, StockEvent},
    model::{Command, Outcome},
    news::ValidationNews,
    repository::{ProductRepository, StockRepository, Verification},
    shown::ShownProducts,
};

pub use self::{
    at_hand::PlainLine,
    imports::Import,
    orders::{Asked, Validation},
};

/// How many differences, or lines of a file, are named at most.
pub(crate) const NAMED: u32 = 1_000;

/// The use cases of stock. Clones share everything.
#[derive(Clone)]
pub struct Stock {
    parts: Arc<StockParts>,
}

/// What stock is made of.
pub struct StockParts {
    /// Units and the ledger.
    pub units: Arc<dyn StockRepository>,
    /// Products.
    pub products: Arc<dyn ProductRepository>,
    /// Where orders wait.
    pub queue: CommandQueue,
    /// What is shown again and again.
    pub shown: ShownProducts,
    /// What is told of validations.
    pub news: ValidationNews,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Stock {
    /// The use cases over `parts`.
    pub fn new(parts: StockParts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.parts.clock.now()
    }

    /// Computes the whole ledger anew, and names what differs.
    pub async fn verify(&self) -> Result<Verification, StockError> {
        Ok(self.parts.units.differences(NAMED).await?)
    }

    /// Tells everybody what a caller wants told.
    pub async fn tell(
        &self,
        event: StockEvent,
        payload: Map<String, Value>,
    ) -> Result<Fact, StockError> {
        let fact = events::by_hand(event, payload);
        match self.parts.queue.run(Command::Tell(fact.clone())).await? {
            Outcome::Told => Ok(fact),
            _ => Err(StockError::Abandoned),
        }
    }
}

impl std::fmt::Debug for Stock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stock").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for StockParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StockParts").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
