use chrono::{DateTime, SecondsFormat, Utc};
use outbox::{Audience, Fact};
use serde_json::{Map, Value, json};

use crate::model::{Level, Product, VariantKey};

/// The three events of stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockEvent {
    /// Stock, or what is free of it, is another.
    Updated,
    /// An order took units.
    Reduced,
    /// Somebody asked before a checkout, and could be served.
    Validated,
}

/// A text that names none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of STOCK_UPDATED, STOCK_REDUCED, STOCK_VALIDATED")]
pub struct UnknownStockEvent;

impl StockEvent {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Updated, Self::Reduced, Self::Validated];

    /// The name that clients listen for.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Updated => "STOCK_UPDATED",
            Self::Reduced => "STOCK_REDUCED",
            Self::Validated => "STOCK_VALIDATED",
        }
    }
}

impl std::str::FromStr for StockEvent {
    type Err = UnknownStockEvent;

    fn from_str(text: &str) -> Result<Self, UnknownStockEvent> {
        let mut all = Self::ALL.into_iter();
        all.find(|event| event.as_str() == text)
            .ok_or(UnknownStockEvent)
    }
}

/// What is told of one variant.
pub(crate) fn of_variant(
    event: StockEvent,
    key: &VariantKey,
    level: Level,
    after_order: Option<bool>,
    now: DateTime<Utc>,
) -> Fact {
    let mut payload = json!({
        "productId": key.product,
        "size": key.size.as_str(),
        "color": key.color.as_str(),
        "stock": level.stock(),
        "reserved": level.reserved(),
        "available": level.available(),
        "timestamp": rfc3339(now),
    });
    if let Some(after_order) = after_order {
        payload["afterOrder"] = after_order.into();
    }
    Fact::new(Audience::Everybody, event.as_str(), payload)
}

/// What is told of a product as a whole; `stock` is that of all its variants.
pub(crate) fn of_product(product: &Product, now: DateTime<Utc>) -> Fact {
    let payload = json!({
        "productId": product.id,
        "stock": product.stock(),
        "timestamp": rfc3339(now),
    });
    Fact::new(Audience::Everybody, StockEvent::Updated.as_str(), payload)
}

/// A product is gone.
pub(crate) fn of_removed(product: &Product, now: DateTime<Utc>) -> Fact {
    let payload = json!({
        "productId": product.id,
        "stock": 0,
        "deleted": true,
        "timestamp": rfc3339(now),
    });
    Fact::new(Audience::Everybody, StockEvent::Updated.as_str(), payload)
}

/// What a caller wants told.
pub(crate) fn by_hand(event: StockEvent, payload: Map<String, Value>) -> Fact {
    Fact::new(Audience::Everybody, event.as_str(), Value::Object(payload))
}

pub(crate) fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
