mod batch;
mod entity;
mod import;
mod ledger;
mod products;
mod search;
mod sql;
mod table;

use async_trait::async_trait;
use auth::Actor;
use chrono::{DateTime, Utc};
use database::StorageError;
use outbox::Fact;
use validation::{Page, Text};

use crate::model::{
    Adjustment, Command, Difference, Level, LevelError, OrderId, Outcome, Price, Product,
    ProductEdit, ProductError, ProductId, RecordedMovement, Refusal, ReservationId, Units,
    VariantKey,
};

#[cfg(test)]
pub(crate) use self::batch::contended;
pub use self::{batch::SeaStockRepository, products::SeaProductRepository};

/// One window of a list, and how many there are in all.
pub type Window<T> = (Vec<T>, u64);

/// Which movements are asked for; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovementFilter {
    /// Those of one product.
    pub product_id: Option<ProductId>,
    /// Those of one order.
    pub order_id: Option<OrderId>,
}

/// What became of an adjustment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adjusted {
    /// The level now.
    Done(Level),
    /// The level cannot be so.
    Refused(LevelError),
    /// There is no such variant.
    NotFound,
}

/// Units of stock, what holds them, and the ledger. Each method is one transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait StockRepository: Send + Sync {
    /// Does `commands` in this order, each wholly or not at all, and records what happened.
    ///
    /// The answers stand in the order of `commands`. What was done before is answered from its record and changes
    /// nothing. Variants are locked in the order of their keys, so that nodes wait for each other and never in a ring.
    async fn apply(
        &self,
        commands: &[Command],
        now: DateTime<Utc>,
    ) -> Result<Vec<Result<Outcome, Refusal>>, StorageError>;

    /// Holds whose time is over at `now`, the oldest first.
    async fn list_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<ReservationId>, StorageError>;

    /// Counts one variant anew.
    async fn adjust(
        &self,
        adjustment: &Adjustment,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Adjusted, StorageError>;

    /// The ledger, newest first.
    async fn movements(
        &self,
        filter: &MovementFilter,
        page: Page,
    ) -> Result<Window<RecordedMovement>, StorageError>;

    /// Computes every balance anew from the movements, and what is held from the holds; names at most `limit`
    /// differences. All of it is of one moment.
    async fn differences(&self, limit: u32) -> Result<Verification, StorageError>;

    /// Records facts that belong to no change.
    async fn tell(&self, facts: &[Fact], now: DateTime<Utc>) -> Result<(), StorageError>;
}

/// What a look through the ledger found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// How many variants there are.
    pub variants: u64,
    /// How many movements there are.
    pub movements: u64,
    /// How many differences there are.
    pub total: u64,
    /// The first of them.
    pub differences: Vec<Difference>,
}

/// What became of a changed product.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// It is so now.
    Done(Box<Product>),
    /// It cannot be so.
    Refused(ProductError),
    /// There is none.
    NotFound,
}

/// Products with their variants. Each method is one transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait ProductRepository: Send + Sync {
    /// Finds products; those that are not there are left out.
    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Product>, StorageError>;

    /// Lists products with all `terms` in title, id or description, newest first. The terms are in lower case.
    async fn list(&self, terms: &[String], page: Page) -> Result<Window<Product>, StorageError>;

    /// How many products there are, and how many of them have no unit of any variant.
    async fn figures(&self) -> Result<(u64, u64), StorageError>;

    /// Adds a product with its ledger; `false`, and nothing, where the id is another product's.
    async fn insert(
        &self,
        product: &Product,
        movements: &[crate::model::Movement],
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError>;

    /// Edits a product as it is now, whatever became of its stock meanwhile.
    async fn edit(
        &self,
        id: &ProductId,
        edit: &ProductEdit,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Saved, StorageError>;

    /// Deletes a product, unless somebody holds units of it. Its ledger stays.
    async fn delete(
        &self,
        id: &ProductId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Saved, StorageError>;

    /// Marks products as changed and tells of each; those that are there are returned.
    async fn touch(
        &self,
        ids: &[ProductId],
        now: DateTime<Utc>,
    ) -> Result<Vec<Product>, StorageError>;

    /// Products behind `after`, by id, at most `limit`.
    async fn list_after(
        &self,
        after: Option<ProductId>,
        limit: u32,
    ) -> Result<Vec<Product>, StorageError>;

    /// Puts lines of a file aside.
    async fn stage(
        &self,
        import: &str,
        lines: &[ImportLine],
        now: DateTime<Utc>,
    ) -> Result<(), StorageError>;

    /// Applies all lines that were put aside, or none: where some cannot be applied, they are named, at most `limit`.
    /// What was put aside is gone afterwards.
    async fn import(
        &self,
        import: &str,
        actor: &Actor,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Imported, StorageError>;

    /// Throws lines away that were put aside; also those of imports that ended long before `before`.
    async fn discard(&self, import: &str, before: DateTime<Utc>) -> Result<(), StorageError>;
}

/// A line of a CSV file.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportLine {
    /// Where it stands in the file, from 1; the head is line 1.
    pub line: u64,
    /// The product.
    pub product_id: ProductId,
    /// What the product is to be; `None`: as it is.
    pub product: Option<ImportProduct>,
    /// A variant of it.
    pub variant: Option<(VariantKey, Option<Units>)>,
}

/// What a line says of its product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProduct {
    /// What it is called.
    pub title: Text<200>,
    /// What is said of it.
    pub description: Option<Text<4000>>,
    /// What it costs.
    pub price: Price,
}

/// What became of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// All lines are applied.
    Done(ImportCounts),
    /// None is, for these lines cannot be; and how many those are in all.
    Refused(Vec<LineError>, u64),
}

/// How much an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Lines read.
    pub lines: u64,
    /// Products made.
    pub products_created: u64,
    /// Products that were there.
    pub products_updated: u64,
    /// Variants made.
    pub variants_created: u64,
    /// Variants whose stock changed.
    pub stocks_changed: u64,
}

/// What is wrong with a line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError {
    /// Where it stands.
    pub line: u64,
    /// The column, where it is one.
    pub field: Option<String>,
    /// What is wrong.
    pub error: String,
}
