//! Products as they are shown again and again, kept for some seconds.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
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
    products: moka::future::Cache<Key, Arc<Shown>>,
    marks: Arc<[AtomicU64]>,
}

/// A product as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The product.
    pub product: Product,
    /// [`Product::fingerprint`], computed once.
    pub fingerprint: u64,
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
        let products = moka::future::Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(KEPT)
            .build();
        Self {
            repository,
            products,
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
        // Many who ask at once share one look into the database.
        let read = async {
            let found = self.read(std::slice::from_ref(id)).await.map_err(Some)?;
            found.into_values().next().ok_or(None)
        };
        let product = self.products.try_get_with(self.key(id), read).await;
        match product {
            Ok(product) => Ok(Some(product)),
            Err(error) => (*error).clone().map_or(Ok(None), Err),
        }
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
            let key = self.key(id);
            let kept = match freshness {
                Freshness::Recent => self.products.get(&key).await,
                Freshness::Exact => None,
            };
            match kept {
                Some(product) => drop(found.insert(id.clone(), product)),
                None => missing.push(key),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let ids: Vec<_> = missing.iter().map(|(id, _)| id.clone()).collect();
        let read = self.read(&ids).await?;
        for key in missing {
            if let Some(product) = read.get(&key.0) {
                self.products.insert(key, Arc::clone(product)).await;
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
        Ok(products
            .map(|product| {
                let fingerprint = product.fingerprint();
                let id = product.id.clone();
                (
                    id,
                    Arc::new(Shown {
                        product,
                        fingerprint,
                    }),
                )
            })
            .collect())
    }

    fn key(&self, id: &ProductId) -> Key {
        (id.clone(), self.mark(id.as_str()).load(Ordering::Acquire))
    }

    fn mark(&self, id: &str) -> &AtomicU64 {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(id);
        let place = usize::try_from(hash % MARKS as u64).unwrap_or_default();
        &self.marks[place]
    }
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
