//! What unit tests share.

use auth::Actor;
use chrono::{DateTime, Utc};
use database::StorageError;
use validation::Text;

use crate::model::{
    Basket, Label, Level, Line, Price, Product, ProductId, Quantity, Times, Variant, VariantKey,
};

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

pub(crate) fn actor() -> Actor {
    Actor {
        id: "admin".to_owned(),
        kind: "admin",
    }
}

pub(crate) fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}

pub(crate) fn product_id(id: &str) -> ProductId {
    ProductId::parse(id).unwrap()
}

/// The medium, `color` one of the product `P1`.
pub(crate) fn variant(color: &str) -> VariantKey {
    VariantKey {
        product: product_id("P1"),
        size: label("M"),
        color: label(color),
    }
}

pub(crate) fn quantity(units: i64) -> Quantity {
    Quantity::new(units).unwrap()
}

/// So many of [`variant`].
pub(crate) fn line(color: &str, units: i64) -> Line {
    Line {
        variant: variant(color),
        quantity: quantity(units),
    }
}

pub(crate) fn basket(lines: impl IntoIterator<Item = Line>) -> Basket {
    Basket::new(lines.into_iter().collect()).unwrap()
}

/// The product `P1` in medium: colors with their stock and what is held.
pub(crate) fn product(colors: &[(&str, i64, i64)]) -> Product {
    let variant = |(color, stock, reserved): &(&str, i64, i64)| Variant {
        size: label("M"),
        color: label(color),
        level: Level::stored(*stock, *reserved),
    };
    Product {
        id: product_id("P1"),
        title: Text::parse("Shirt").unwrap(),
        description: None,
        price: Price::new(100.into(), "L.E.").unwrap(),
        variants: colors.iter().map(variant).collect(),
        created_at: now(),
        times: Times::new([(now(), None)]),
    }
}

/// The database is away.
pub(crate) fn unavailable() -> StorageError {
    crate::repository::contended()
}
