//! Products as they are shown again and again, kept for some seconds.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use database::StorageError;
use outbox::{Audience, Listener, RecordedEvent};
use serde::Deserialize;

use crate::{
    events::StockEvent,
    model::{Product, ProductId},
    repository::ProductRepository,
};

/// How long a product is shown as it was read. An answer is at most five seconds old, the time of reading included.
const KEPT: Duration = Duration::from_secs(4);
const CAPACITY: u64 = 20_000;
/// Of those, the ones that are asked most.
const KEPT_AT_HAND: usize = 5_000;
/// Products share marks: one that changes makes a few others be read again too.
const MARKS: usize = 4_096;

type Key = (ProductId, u64);

/// Products read from the database, dropped as soon as the outbox tells that they changed, on every node.
///
/// A product is kept under a mark that moves with each of its changes, so what was being read while it changed is never
/// found again.
#[derive(Clone)]
pub struct ShownProducts {
    repository: Arc<dyn ProductRepository>,
    /// Lets many who ask at once share one look into the database.
    read: moka::future::Cache<Key, Arc<Shown>>,
    /// What was found by it, where looking costs the least.
    kept: Arc<quick_cache::sync::Cache<ProductId, Kept>>,
    marks: Arc<[AtomicU64]>,
}

/// A product as it was found, and the mark that it had then.
#[derive(Clone)]
struct Kept {
    mark: u64,
    /// Which mark that was.
    place: usize,
    shown: Arc<Shown>,
}

/// A product as it is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The product.
    pub product: Product,
    /// What names this state of its stock. It is weak, for each answer also says when it was made.
    pub etag: String,
    /// The second of its last change, as HTTP writes it.
    pub last_modified: String,
    read_at: Instant,
}

impl Shown {
    /// A product that has just been read.
    pub fn new(product: Product) -> Self {
        let changed = product.times.updated_at();
        Self {
            etag: format!("W/\"{:016x}\"", product.fingerprint()),
            last_modified: changed.format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
            read_at: Instant::now(),
            product,
        }
    }
}

/// How fresh an answer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// At most five seconds old.
    Recent,
    /// As the database says.
    Exact,
}

impl ShownProducts {
    /// The products in `repository`.
    pub fn new(repository: Arc<dyn ProductRepository>) -> Self {
        let read = moka::future::Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(KEPT)
            .build();
        Self {
            repository,
            read,
            kept: Arc::new(quick_cache::sync::Cache::new(KEPT_AT_HAND)),
            marks: (0..MARKS).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// A product; `None` if there is none.
    pub async fn find(
        &self,
        id: &ProductId,
        freshness: Freshness,
    ) -> Result<Option<Arc<Shown>>, StorageError> {
        if freshness == Freshness::Exact {
            return Ok(self
                .read(std::slice::from_ref(id))
                .await?
                .into_values()
                .next());
        }
        if let Some(kept) = self.at_hand(id.as_str()) {
            return Ok(Some(kept));
        }
        let key = self.key(id);
        let mark = key.1;
        let read = async {
            let found = self.read(std::slice::from_ref(id)).await.map_err(Some)?;
            found.into_values().next().ok_or(None)
        };
        match self.read.try_get_with(key, read).await {
            Ok(shown) => Ok(Some(self.keep(id, mark, shown))),
            Err(error) => (*error).clone().map_or(Ok(None), Err),
        }
    }

    /// A product that needs not be read; `None` says nothing.
    pub fn at_hand(&self, id: &str) -> Option<Arc<Shown>> {
        let Kept { mark, place, shown } = self.kept.get(id)?;
        let now = self.marks[place].load(Ordering::Acquire);
        let is_good = mark == now && shown.read_at.elapsed() < KEPT;
        is_good.then_some(shown)
    }

    fn keep(&self, id: &ProductId, mark: u64, shown: Arc<Shown>) -> Arc<Shown> {
        let kept = Kept {
            mark,
            place: place(id.as_str()),
            shown: Arc::clone(&shown),
        };
        self.kept.insert(id.clone(), kept);
        shown
    }

    /// Products by their ids; those that are not there are left out.
    pub async fn find_many(
        &self,
        ids: &[ProductId],
        freshness: Freshness,
    ) -> Result<HashMap<ProductId, Arc<Shown>>, StorageError> {
        let mut found = HashMap::with_capacity(ids.len());
        let mut missing = Vec::new();
        for id in ids {
            let kept = match freshness {
                Freshness::Recent => self.at_hand(id.as_str()),
                Freshness::Exact => None,
            };
            match kept {
                Some(product) => drop(found.insert(id.clone(), product)),
                None => missing.push(self.key(id)),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let ids: Vec<_> = missing.iter().map(|(id, _)| id.clone()).collect();
        let read = self.read(&ids).await?;
        for (id, mark) in missing {
            if let Some(shown) = read.get(&id) {
                self.keep(&id, mark, Arc::clone(shown));
            }
        }
        found.extend(read);
        Ok(found)
    }

    /// Has a product read anew.
    pub fn forget(&self, id: &str) {
        self.mark(id).fetch_add(1, Ordering::AcqRel);
    }

    /// Has every product read anew.
    pub fn forget_all(&self) {
        for mark in self.marks.iter() {
            mark.fetch_add(1, Ordering::AcqRel);
        }
    }

    async fn read(
        &self,
        ids: &[ProductId],
    ) -> Result<HashMap<ProductId, Arc<Shown>>, StorageError> {
        let products = self.repository.find(ids).await?.into_iter();
        let shown = products.map(|product| (product.id.clone(), Arc::new(Shown::new(product))));
        Ok(shown.collect())
    }

    fn key(&self, id: &ProductId) -> Key {
        (id.clone(), self.mark_of(id.as_str()))
    }

    fn mark_of(&self, id: &str) -> u64 {
        self.mark(id).load(Ordering::Acquire)
    }

    fn mark(&self, id: &str) -> &AtomicU64 {
        &self.marks[place(id)]
    }
}

/// Which of the marks a product has.
fn place(id: &str) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(id);
    usize::try_from(hash % MARKS as u64).unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    product_id: String,
}

#[async_trait]
impl Listener for ShownProducts {
    async fn hear(&self, events: &[RecordedEvent]) {
        let changes = [StockEvent::Updated, StockEvent::Reduced].map(StockEvent::as_str);
        for event in events {
            if event.audience == Audience::Everybody
                && changes.contains(&event.event.as_str())
                && let Ok(told) = serde_json::from_str::<Told>(event.data.get())
            {
                self.forget(&told.product_id);
            }
        }
    }
}

impl std::fmt::Debug for ShownProducts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownProducts").finish_non_exhaustive()
    }
}
