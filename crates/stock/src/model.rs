//! What stock is and what may happen to it: no I/O, no clock of its own.

mod basket;
mod command;
mod level;
mod movement;
mod price;
mod product;
mod shelf;
mod times;
mod variant;
mod verdict;

pub use basket::{Basket, BasketError, Line};
pub use command::{
    Command, Given, Held, HeldLine, Hold, IdempotencyKey, IdempotencyKeyError, Outcome, Reduction,
    Refusal, Release, Taken, TakenLine,
};
pub use level::{Adjustment, Change, Level, LevelError};
pub use movement::{Difference, Kind, Movement, RecordedMovement};
pub use price::{Price, PriceError};
pub use product::{
    Product, ProductDraft, ProductEdit, ProductError, Variant, VariantDraft, VariantEdit,
};
pub use shelf::{Changes, HoldRecord, HoldStatus, OrderRecord, Shelf};
pub use times::Times;
pub(crate) use variant::VariantRef;
pub use variant::{
    Label, LabelError, OrderId, ProductId, Quantity, QuantityError, ReservationId, Units,
    UnitsError, VariantKey,
};
pub use verdict::{LineFault, Problem, Verdict, judge};
