#![doc = include_str!("../README.md")]

mod combiner;
mod connected;
mod error;
mod events;
mod expiry;
mod http;
mod model;
mod news;
mod repository;
mod service;
mod shown;
#[cfg(test)]
mod testing;

pub use combiner::{Combiner, CommandQueue, QueueLimits};
pub use connected::ConnectedClients;
pub use error::{Refused, StockError};
pub use events::StockEvent;
pub use expiry::Expiry;
pub use http::{AtHand, router, stamp_refusal};
pub use model::{
    Adjustment, Basket, BasketError, Change, Changes, Command, Difference, Given, Held, HeldLine,
    Hold, HoldRecord, HoldStatus, IdempotencyKey, IdempotencyKeyError, Kind, Label, LabelError,
    Level, LevelError, Line, LineFault, Movement, OrderId, OrderRecord, Outcome, Price, PriceError,
    Problem, Product, ProductDraft, ProductEdit, ProductError, ProductId, Quantity, QuantityError,
    RecordedMovement, Reduction, Refusal, Release, ReservationId, Shelf, Taken, TakenLine, Times,
    Units, UnitsError, Variant, VariantDraft, VariantEdit, VariantKey, Verdict, judge,
};
pub use news::ValidationNews;
pub use repository::{
    Adjusted, ImportCounts, ImportLine, ImportProduct, Imported, LineError, MovementFilter,
    ProductRepository, Saved, SeaProductRepository, SeaStockRepository, StockRepository,
    Verification, Window,
};
pub use service::{Asked, Import, PlainLine, Stock, StockParts, Validation};
pub use shown::{Freshness, Shown, ShownProducts};
