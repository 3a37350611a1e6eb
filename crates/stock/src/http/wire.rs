//! Stock as it stands in requests and answers.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{IntoParams, ToSchema};
use validation::{AmountJson, Text, Violations};

use crate::{
    events::rfc3339,
    model::{
        Basket, BasketError, Label, Line, LineFault, Product, ProductId, Quantity, Units, Variant,
        VariantKey,
    },
    service::Asked,
    shown::Freshness,
};

/// A moment as RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(pub(super) DateTime<Utc>);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&rfc3339(self.0))
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Units {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Tells a field that is null from one that is left out.
#[expect(clippy::option_option, reason = "null and left out are two things")]
pub(super) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// How fresh an answer has to be.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct FreshnessQuery {
    /// Read from the database, and not to be kept by anybody: for whoever has just ordered.
    #[param(default = false)]
    pub(super) after_order: Option<bool>,
}

impl FreshnessQuery {
    pub(super) fn freshness(self) -> Freshness {
        if self.after_order == Some(true) {
            Freshness::Exact
        } else {
            Freshness::Recent
        }
    }
}

/// What somebody asks for, holds or orders.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StockItem)]
pub(super) struct ItemJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "60d21b4667d0d8992e610c85")]
    product_id: Option<Sent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "M", max_length = 200)]
    size: Option<Sent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "Red", max_length = 200)]
    color: Option<Sent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000, example = 2)]
    quantity: Option<Quantity>,
}

/// A text as it was sent, which what is made of it shares.
#[derive(Clone, Debug)]
struct Sent(Arc<str>);

impl Sent {
    fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl Serialize for Sent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = Sent;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Sent, E> {
                Ok(Sent(text.into()))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.get())
    }
}

impl From<&Line> for ItemJson {
    fn from(line: &Line) -> Self {
        let VariantKey {
            product,
            size,
            color,
        } = &line.variant;
        Self {
            product_id: Some(Sent(product.to_shared())),
            size: Some(Sent(size.to_shared())),
            color: Some(Sent(color.to_shared())),
            quantity: Some(line.quantity),
        }
    }
}

impl ItemJson {
    /// The line; `None` where something is missing in it. What is there must be sound.
    fn line(&self, place: usize, violations: &mut Violations) -> Asked {
        let mut refuse = |field: &str, error: &dyn fmt::Display| {
            violations.add(format!("items[{place}].{field}"), error);
        };
        let mut label = |field: &str, sent: &Option<Sent>| {
            let sent = sent.as_ref().filter(|sent| !sent.is_blank())?;
            let label = Label::share(&sent.0);
            label.map_err(|error| refuse(field, &error)).ok()
        };
        let (size, color) = (label("size", &self.size), label("color", &self.color));
        let sent = self.product_id.as_ref().filter(|sent| !sent.0.is_empty());
        let product = sent.and_then(|sent| {
            let id = ProductId::share(&sent.0);
            id.map_err(|error| refuse("productId", &error)).ok()
        });
        Some(Line {
            variant: VariantKey {
                product: product?,
                size: size?,
                color: color?,
            },
            quantity: self.quantity?,
        })
    }
}

/// The lines of a call that may be incomplete.
pub(super) fn asked(items: &[ItemJson]) -> Result<Vec<Asked>, Violations> {
    let mut violations = Violations::default();
    violations.check("items", Basket::check_size(items.len()));
    let lines = items.iter().enumerate();
    let lines = lines
        .take(Basket::MAX_LINES)
        .map(|(place, item)| item.line(place, &mut violations));
    let lines: Vec<_> = lines.collect();
    violations.finish(|| Some(lines))
}

/// The lines of a call that must be complete.
pub(super) fn basket(items: &[ItemJson]) -> Result<Basket, Violations> {
    let mut violations = Violations::default();
    let mut lines = Vec::with_capacity(items.len());
    for (place, (item, line)) in items.iter().zip(asked(items)?).enumerate() {
        lines.extend(line);
        let blank = |sent: &Option<Sent>| sent.as_ref().is_none_or(Sent::is_blank);
        for (field, is_missing) in [
            ("productId", blank(&item.product_id)),
            ("size", blank(&item.size)),
            ("color", blank(&item.color)),
            ("quantity", item.quantity.is_none()),
        ] {
            if is_missing {
                violations.add(format!("items[{place}].{field}"), "is required");
            }
        }
    }
    violations.finish(|| Some(()))?;
    Basket::new(lines).map_err(|error: BasketError| Violations::one("items", error))
}

/// A line that cannot be served.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StockItemError)]
pub(super) struct FaultJson {
    /// As it was sent.
    item: Option<ItemJson>,
    /// For a person.
    #[schema(value_type = String)]
    error: &'static str,
    /// `product_not_found`, `size_not_found`, `color_not_found`, `insufficient_stock` or `missing_fields`.
    #[schema(value_type = String)]
    code: &'static str,
    /// How many units are free.
    available: i64,
    /// How many units all lines for this variant ask for.
    requested: i64,
}

pub(super) fn fault(fault: LineFault, item: Option<ItemJson>) -> FaultJson {
    FaultJson {
        item,
        error: fault.problem.sentence(),
        code: fault.problem.code(),
        available: fault.available,
        requested: fault.requested,
    }
}

/// One size.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SizeVariant)]
pub(super) struct SizeJson {
    size: String,
    color_variants: Vec<ColorJson>,
}

/// One color of one size.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ColorVariant)]
pub(super) struct ColorJson {
    color: String,
    stock: i64,
    /// Held for somebody.
    reserved: i64,
    /// What may be sold.
    available: i64,
}

pub(super) fn sizes(variants: &[Variant]) -> Vec<SizeJson> {
    let mut sizes: Vec<SizeJson> = Vec::new();
    for Variant { size, color, level } in variants {
        let color = ColorJson {
            color: color.to_string(),
            stock: level.stock(),
            reserved: level.reserved(),
            available: level.available(),
        };
        match sizes.iter_mut().find(|known| known.size == size.as_str()) {
            Some(known) => known.color_variants.push(color),
            None => sizes.push(SizeJson {
                size: size.to_string(),
                color_variants: vec![color],
            }),
        }
    }
    sizes
}

/// A product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Product)]
pub(super) struct ProductJson {
    #[serde(rename = "_id")]
    id: String,
    title: String,
    description: Option<String>,
    #[schema(value_type = f64)]
    price: AmountJson,
    /// ISO 4217, or what the shop calls it.
    #[schema(example = "L.E.")]
    currency: String,
    /// Of all variants.
    stock: i64,
    size_variants: Vec<SizeJson>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

impl From<&Product> for ProductJson {
    fn from(product: &Product) -> Self {
        Self {
            id: product.id.to_string(),
            title: product.title.to_string(),
            description: product.description.as_ref().map(Text::to_string),
            price: product.price.amount().into(),
            currency: product.price.currency().to_owned(),
            stock: product.stock(),
            size_variants: sizes(&product.variants),
            created_at: Moment(product.created_at),
            updated_at: Moment(product.times.updated_at()),
        }
    }
}

impl From<Product> for ProductJson {
    fn from(product: Product) -> Self {
        Self::from(&product)
    }
}

/// The stock of a product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProductStock)]
pub(super) struct StockJson {
    product_id: String,
    title: String,
    /// Of all variants.
    stock: i64,
    size_variants: Vec<SizeJson>,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

impl From<&Product> for StockJson {
    fn from(product: &Product) -> Self {
        Self {
            product_id: product.id.to_string(),
            title: product.title.to_string(),
            stock: product.stock(),
            size_variants: sizes(&product.variants),
            updated_at: Moment(product.times.updated_at()),
        }
    }
}
