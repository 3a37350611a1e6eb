use database::StorageError;

use crate::model::{Basket, LevelError, ProductError, ProductId, Refusal, VariantKey};

/// Why a use case of stock is refused or fails.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    /// There is no such product.
    #[error("Product {0} not found")]
    ProductNotFound(ProductId),
    /// The product has no such variant.
    #[error("Product {} has no {} in {}", .0.product, .0.size, .0.color)]
    VariantNotFound(VariantKey),
    /// The given id is another product's.
    #[error("Product {0} exists already")]
    IdTaken(ProductId),
    /// The product cannot be so.
    #[error(transparent)]
    Product(#[from] ProductError),
    /// The stock cannot be so.
    #[error("The stock cannot be changed so: {0}")]
    Level(LevelError),
    /// An order, a hold or a release does nothing.
    #[error(transparent)]
    Refused(#[from] Box<Refused>),
    /// More is asked for than can be done now.
    #[error("too many orders are waiting")]
    Overloaded,
    /// The writer of orders went away with the command.
    #[error("the order was not decided")]
    Abandoned,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A refusal, with the lines that it speaks of.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{refusal}")]
pub struct Refused {
    /// Why.
    pub refusal: Refusal,
    /// What was asked for, where it was a basket.
    pub basket: Option<Basket>,
}
