use std::{fmt, sync::Arc};

use hashbrown::Equivalent;
use validation::{Id, Text, TextError};

/// The kind of a [`ProductId`].
#[derive(Clone, Copy, Debug)]
pub enum ProductKind {}
/// The kind of an [`OrderId`].
#[derive(Clone, Copy, Debug)]
pub enum OrderKind {}
/// The kind of a [`ReservationId`].
#[derive(Clone, Copy, Debug)]
pub enum ReservationKind {}

/// The id of a product.
pub type ProductId = Id<ProductKind>;
/// The id of an order: the shop's own.
pub type OrderId = Id<OrderKind>;
/// The id of a hold: the shop's own.
pub type ReservationId = Id<ReservationKind>;

/// The name of a size or a color: 1 to 200 characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(Arc<str>);

/// Why a text names no size or color.
pub type LabelError = TextError;

impl Label {
    /// Takes a name, trimmed.
    pub fn parse(value: &str) -> Result<Self, LabelError> {
        Text::<200>::parse(value).map(|text| Self(text.as_str().into()))
    }

    /// The same, without a copy where there is nothing to trim.
    pub fn share(value: &Arc<str>) -> Result<Self, LabelError> {
        let name = Text::<200>::trimmed(value)?;
        match name.len() {
            0 => Err(LabelError::Empty),
            length if length == value.len() => Ok(Self(Arc::clone(value))),
            _ => Ok(Self(name.into())),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, to be kept by somebody else as well.
    pub fn to_shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names what sells: one color of one size of one product. The order is that in which rows are locked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariantKey {
    /// The product.
    pub product: ProductId,
    /// Its size.
    pub size: Label,
    /// Its color.
    pub color: Label,
}

impl VariantKey {
    /// The same, borrowed.
    pub(crate) fn parts(&self) -> VariantRef<'_> {
        VariantRef {
            product: &self.product,
            size: &self.size,
            color: &self.color,
        }
    }
}

/// The parts of a [`VariantKey`], by which a map finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct VariantRef<'a> {
    /// The product.
    pub(crate) product: &'a ProductId,
    /// Its size.
    pub(crate) size: &'a Label,
    /// Its color.
    pub(crate) color: &'a Label,
}

impl VariantRef<'_> {
    /// The same, to be kept.
    pub(crate) fn to_key(self) -> VariantKey {
        VariantKey {
            product: self.product.clone(),
            size: self.size.clone(),
            color: self.color.clone(),
        }
    }
}

impl Equivalent<VariantKey> for VariantRef<'_> {
    fn equivalent(&self, key: &VariantKey) -> bool {
        *self == key.parts()
    }
}

/// How many units an order or a hold is about: 1 to 1,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Quantity(i64);

/// Why a number is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from 1 to 1000000")]
pub struct QuantityError;

impl Quantity {
    /// Takes a number of units.
    pub fn new(units: i64) -> Result<Self, QuantityError> {
        if (1..=1_000_000).contains(&units) {
            Ok(Self(units))
        } else {
            Err(QuantityError)
        }
    }

    /// The number of units.
    pub fn get(self) -> i64 {
        self.0
    }
}

/// How many units there are: 0 to 1,000,000,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Units(i64);

/// Why a number is no stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from 0 to 1000000000")]
pub struct UnitsError;

impl Units {
    /// The most there may be of anything.
    pub const MAX: i64 = 1_000_000_000;

    /// Takes a number of units.
    pub fn new(units: i64) -> Result<Self, UnitsError> {
        if (0..=Self::MAX).contains(&units) {
            Ok(Self(units))
        } else {
            Err(UnitsError)
        }
    }

    /// The number of units.
    pub fn get(self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_and_stocks_are_bounded() {
        for bad in [i64::MIN, -1, 0, 1_000_001] {
            assert_eq!(Quantity::new(bad), Err(QuantityError), "{bad}");
        }
        assert_eq!(Quantity::new(1_000_000).unwrap().get(), 1_000_000);
        for bad in [-1, 1_000_000_001, i64::MAX] {
            assert_eq!(Units::new(bad), Err(UnitsError), "{bad}");
        }
        assert_eq!(Units::new(0), Ok(Units::default()));
    }

    #[test]
    fn labels_are_names_and_not_blanks() {
        assert_eq!(Label::parse(" M ").unwrap().as_str(), "M");
        assert_eq!(Label::parse(" "), Err(TextError::Empty));
        assert!(Label::parse(&"x".repeat(201)).is_err());
    }
}
