//! What was asked for before checkouts, told to everybody without keeping the askers waiting.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use clock::Clock;
use database::StorageError;
use hashbrown::HashMap;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    events::{self, StockEvent},
    model::{Level, VariantKey, VariantRef},
    repository::StockRepository,
};

/// How many variants are told of at once; what comes beyond is not told.
const MOST: usize = 1_000;
/// How long to rest between two times, while more comes.
const REST: Duration = Duration::from_millis(100);

/// Gathers variants that somebody asked for, each once, and tells of them. Clones share it.
#[derive(Clone)]
pub struct ValidationNews(Arc<Inner>);

struct Inner {
    repository: Arc<dyn StockRepository>,
    clock: Arc<dyn Clock>,
    gathered: Mutex<HashMap<VariantKey, Level>>,
    wake: Notify,
}

impl ValidationNews {
    /// Nothing gathered yet.
    pub fn new(repository: Arc<dyn StockRepository>, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            repository,
            clock,
            gathered: Mutex::default(),
            wake: Notify::new(),
        }))
    }

    /// Notes variants, with what was found; the last finding counts.
    pub(crate) fn note<'a>(&self, variants: impl IntoIterator<Item = (VariantRef<'a>, Level)>) {
        let mut gathered = self.gathered();
        let was_empty = gathered.is_empty();
        for (variant, level) in variants {
            if let Some(known) = gathered.get_mut(&variant) {
                *known = level;
            } else if gathered.len() < MOST {
                gathered.insert(variant.to_key(), level);
            }
        }
        if was_empty && !gathered.is_empty() {
            self.0.wake.notify_one();
        }
    }

    fn gathered(&self) -> std::sync::MutexGuard<'_, HashMap<VariantKey, Level>> {
        self.0
            .gathered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of what was gathered; how many variants that were.
    pub async fn run_once(&self) -> Result<usize, StorageError> {
        let gathered = std::mem::take(&mut *self.gathered());
        let gathered: BTreeMap<_, _> = gathered.into_iter().collect();
        if gathered.is_empty() {
            return Ok(0);
        }
        let now = self.0.clock.now();
        let fact = |(key, level): (&VariantKey, &Level)| {
            events::of_variant(StockEvent::Validated, key, *level, None, now)
        };
        let facts: Vec<_> = gathered.iter().map(fact).collect();
        self.0.repository.tell(&facts, now).await?;
        Ok(facts.len())
    }

    /// Tells whenever there is something, until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let mut rest = tokio::time::interval(REST);
        rest.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.0.wake.notified() => {}
            }
            if let Err(error) = self.run_once().await {
                tracing::warn!(%error, "nobody was told of a validation");
            }
            rest.tick().await;
        }
    }
}

impl std::fmt::Debug for ValidationNews {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ValidationNews").finish_non_exhaustive()
    }
}
