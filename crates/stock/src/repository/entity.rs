//! How rows become models.

use chrono::{DateTime, Utc};
use database::StorageError;
use sea_orm::{DbErr, QueryResult};
use serde_json::{Value, json};
use validation::Text;

use crate::model::{
    Label, Level, Price, Product, ProductId, Quantity, RecordedMovement, TakenLine, Times, Variant,
    VariantKey,
};

/// The columns that [`product`] reads, of a table or alias `p`.
pub(super) const PRODUCT: &str = "p.id, p.title, p.description, p.price_minor, p.currency, p.created_at, \
     p.updated_at, p.previous_at";
/// The columns that [`variant`] reads, of a table or alias `v`.
pub(super) const VARIANT: &str =
    "v.product_id, v.size, v.color, v.position, v.stock, v.reserved, v.updated_at, v.previous_at";
/// The columns that [`movement`] reads.
pub(super) const MOVEMENT: &str = "id, product_id, size, color, kind, reason, delta, balance_after, order_id, \
     reservation_id, actor_id, actor_kind, created_at";

/// When a row changed last, and before that.
pub(super) type Change = (DateTime<Utc>, Option<DateTime<Utc>>);

/// A product without its variants, and when its own row changed.
pub(super) fn product(row: &QueryResult) -> Result<(Product, Change), StorageError> {
    let id: String = row.try_get("", "id")?;
    let corrupt = corrupt("products", &id);
    let (title, currency): (String, String) =
        (row.try_get("", "title")?, row.try_get("", "currency")?);
    let description: Option<String> = row.try_get("", "description")?;
    let description = description.as_deref().map(Text::parse_optional).transpose();
    let minor: i64 = row.try_get("", "price_minor")?;
    let change = change(row)?.ok_or_else(|| corrupt("updated_at"))?;
    let product = Product {
        title: Text::parse(&title).map_err(|_| corrupt("title"))?,
        description: description.map_err(|_| corrupt("description"))?.flatten(),
        price: Price::from_minor(minor, &currency).map_err(|_| corrupt("currency"))?,
        variants: Vec::new(),
        created_at: moment(row.try_get("", "created_at")?).ok_or_else(|| corrupt("created_at"))?,
        times: Times::new([change]),
        id: ProductId::parse(&id).map_err(|_| corrupt("id"))?,
    };
    Ok((product, change))
}

/// A variant, the id of its product, and when its row changed.
pub(super) fn variant(row: &QueryResult) -> Result<(String, Variant, Change), StorageError> {
    let product: String = row.try_get("", "product_id")?;
    let corrupt = corrupt("stock_variants", &product);
    let (size, color): (String, String) = (row.try_get("", "size")?, row.try_get("", "color")?);
    let level = Level::stored(row.try_get("", "stock")?, row.try_get("", "reserved")?);
    let change = change(row)?.ok_or_else(|| corrupt("updated_at"))?;
    let variant = Variant {
        size: Label::parse(&size).map_err(|_| corrupt("size"))?,
        color: Label::parse(&color).map_err(|_| corrupt("color"))?,
        level,
    };
    Ok((product.clone(), variant, change))
}

fn change(row: &QueryResult) -> Result<Option<Change>, DbErr> {
    let (updated_at, previous_at): (i64, Option<i64>) = (
        row.try_get("", "updated_at")?,
        row.try_get("", "previous_at")?,
    );
    Ok(moment(updated_at).map(|at| (at, previous_at.and_then(moment))))
}

/// A line of the ledger.
pub(super) fn movement(row: &QueryResult) -> Result<RecordedMovement, StorageError> {
    let id: i64 = row.try_get("", "id")?;
    let text = |column| row.try_get::<String>("", column);
    let created_at = moment(row.try_get("", "created_at")?);
    Ok(RecordedMovement {
        id,
        variant: [text("product_id")?, text("size")?, text("color")?],
        kind: text("kind")?,
        reason: text("reason")?,
        delta: row.try_get("", "delta")?,
        balance_after: row.try_get("", "balance_after")?,
        order_id: row.try_get("", "order_id")?,
        reservation_id: row.try_get("", "reservation_id")?,
        actor: (text("actor_id")?, text("actor_kind")?),
        at: created_at.ok_or_else(|| corrupt("stock_movements", &id.to_string())("created_at"))?,
    })
}

/// The lines of an order, as they are stored.
pub(super) fn lines_json(lines: &[TakenLine]) -> String {
    let line = |line: &TakenLine| {
        let VariantKey {
            product,
            size,
            color,
        } = &line.variant;
        json!([
            product,
            size.as_str(),
            color.as_str(),
            line.quantity.get(),
            line.new_stock
        ])
    };
    Value::Array(lines.iter().map(line).collect()).to_string()
}

/// Reads what [`lines_json`] wrote.
pub(super) fn lines_from_json(text: &str) -> Option<Vec<TakenLine>> {
    let lines: Vec<(String, String, String, i64, i64)> = serde_json::from_str(text).ok()?;
    let line = |(product, size, color, units, new_stock): (String, String, String, i64, i64)| {
        Some(TakenLine {
            variant: key(&product, &size, &color)?,
            quantity: Quantity::new(units).ok()?,
            new_stock,
        })
    };
    lines.into_iter().map(line).collect()
}

/// What names a variant, from its three columns.
pub(super) fn key(product: &str, size: &str, color: &str) -> Option<VariantKey> {
    Some(VariantKey {
        product: ProductId::parse(product).ok()?,
        size: Label::parse(size).ok()?,
        color: Label::parse(color).ok()?,
    })
}

pub(super) fn moment(millis: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis)
}

pub(super) fn corrupt<'a>(table: &'a str, key: &'a str) -> impl Fn(&str) -> StorageError + use<'a> {
    let place = format!("{table} of {key}");
    move |column| StorageError::Corrupt(format!("{column} in {place}"))
}
