//! Products: making, finding, changing and counting them.

use std::{collections::HashMap, sync::Arc};

use auth::Actor;
use validation::Page;

use super::Stock;
use crate::{
    error::StockError,
    model::{Adjustment, Level, Product, ProductDraft, ProductEdit, ProductId},
    repository::{Adjusted, Saved, Window},
    shown::{Freshness, Shown},
};

/// How many words of a search count.
const TERMS: usize = 8;

impl Stock {
    /// A product as it is shown.
    pub async fn find(
        &self,
        id: &ProductId,
        freshness: Freshness,
    ) -> Result<Arc<Shown>, StockError> {
        let shown = self.parts.shown.find(id, freshness).await?;
        shown.ok_or_else(|| StockError::ProductNotFound(id.clone()))
    }

    /// A product as it is shown where it needs not be read; `None` says nothing.
    pub fn at_hand(&self, id: &ProductId) -> Option<Arc<Shown>> {
        self.parts.shown.at_hand(id.as_str())
    }

    /// How many products there are, and how many of them have no unit of any variant.
    pub async fn figures(&self) -> Result<(u64, u64), StockError> {
        Ok(self.parts.products.figures().await?)
    }

    /// Products as they are shown; those that are not there are left out.
    pub async fn find_many(
        &self,
        ids: &[ProductId],
        freshness: Freshness,
    ) -> Result<HashMap<ProductId, Arc<Shown>>, StockError> {
        Ok(self.parts.shown.find_many(ids, freshness).await?)
    }

    /// Products with every word of `text` in title, id or description, in any case, newest first.
    pub async fn list(
        &self,
        text: Option<&str>,
        page: Page,
    ) -> Result<Window<Product>, StockError> {
        let text = text.unwrap_or_default().to_lowercase();
        let terms: Vec<_> = text
            .split_whitespace()
            .take(TERMS)
            .map(str::to_owned)
            .collect();
        Ok(self.parts.products.list(&terms, page).await?)
    }

    /// Makes a product, and opens the ledger of its variants.
    pub async fn create(&self, draft: ProductDraft, actor: &Actor) -> Result<Product, StockError> {
        let now = self.parts.clock.now();
        let (product, movements) = Product::create(draft, actor, now)?;
        if !self
            .parts
            .products
            .insert(&product, &movements, now)
            .await?
        {
            return Err(StockError::IdTaken(product.id));
        }
        self.parts.shown.forget(product.id.as_str());
        Ok(product)
    }

    /// Edits a product. A stock that changes is a movement; a variant that is held stays.
    pub async fn edit(
        &self,
        id: &ProductId,
        edit: &ProductEdit,
        actor: &Actor,
    ) -> Result<Product, StockError> {
        let saved = self
            .parts
            .products
            .edit(id, edit, actor, self.parts.clock.now())
            .await?;
        self.saved(id, saved)
    }

    /// Deletes a product of which nobody holds anything. Its ledger stays.
    pub async fn delete(&self, id: &ProductId, actor: &Actor) -> Result<(), StockError> {
        let saved = self
            .parts
            .products
            .delete(id, actor, self.parts.clock.now())
            .await?;
        self.saved(id, saved).map(drop)
    }

    fn saved(&self, id: &ProductId, saved: Saved) -> Result<Product, StockError> {
        match saved {
            Saved::Done(product) => {
                self.parts.shown.forget(id.as_str());
                Ok(*product)
            }
            Saved::Refused(refusal) => Err(refusal.into()),
            Saved::NotFound => Err(StockError::ProductNotFound(id.clone())),
        }
    }

    /// Counts a variant anew.
    pub async fn adjust(
        &self,
        adjustment: &Adjustment,
        actor: &Actor,
    ) -> Result<Level, StockError> {
        let adjusted = self
            .parts
            .units
            .adjust(adjustment, actor, self.parts.clock.now());
        match adjusted.await? {
            Adjusted::Done(level) => {
                self.forget(std::iter::once(&adjustment.variant));
                Ok(level)
            }
            Adjusted::Refused(reason) => Err(StockError::Level(reason)),
            Adjusted::NotFound => {
                let variant = adjustment.variant.clone();
                self.find(&variant.product, Freshness::Exact).await?;
                Err(StockError::VariantNotFound(variant))
            }
        }
    }

    /// Marks products as changed and tells everybody; those that are not there are left out.
    pub async fn touch(&self, ids: &[ProductId]) -> Result<Vec<Product>, StockError> {
        let products = self
            .parts
            .products
            .touch(ids, self.parts.clock.now())
            .await?;
        for product in &products {
            self.parts.shown.forget(product.id.as_str());
        }
        Ok(products)
    }

    /// Products behind `after`, by id, some at a time: all of them in the end, with bounded memory.
    pub async fn list_after(
        &self,
        after: Option<ProductId>,
        limit: u32,
    ) -> Result<Vec<Product>, StockError> {
        Ok(self.parts.products.list_after(after, limit).await?)
    }
}
