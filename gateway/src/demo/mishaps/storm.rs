//! Many buyers, few units.

use api_error::ApiError;
use auth::Actor;
use futures_util::future::join_all;
use serde::Serialize;
use stock::{
    Adjustment, Basket, Change, Freshness, Label, Line, OrderId, ProductId, Quantity, Reduction,
    Stock, StockError, Units, VariantKey,
};

/// What everybody wants.
const WANTED: (&str, &str, &str) = ("smart-thermostat", "Standard", "Black");
/// How many there are of it.
const UNITS: i64 = 20;
/// How many buyers come at once, each for one.
const BUYERS: usize = 200;

/// What came of it.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Storm {
    pub(super) product_id: &'static str,
    pub(super) size: &'static str,
    pub(super) color: &'static str,
    pub(super) stock_before: i64,
    pub(super) orders: usize,
    pub(super) sold: usize,
    pub(super) refused: usize,
    /// Neither sold nor refused: asked to come back.
    pub(super) failed: usize,
    pub(super) stock_after: i64,
}

/// Puts some units on the shelf and lets ten times as many buyers take one each, all at once.
pub(super) async fn storm(stock: &Stock, actor: &Actor) -> Result<Storm, ApiError> {
    let variant = wanted()?;
    let counted = Adjustment {
        variant: variant.clone(),
        change: Change::To(Units::new(UNITS).map_err(ApiError::internal)?),
        reason: None,
    };
    let before = stock.adjust(&counted, actor).await?;
    let mut orders = Vec::with_capacity(BUYERS);
    for _ in 0..BUYERS {
        orders.push(stock.reduce(order(&variant, actor)?));
    }
    let (mut sold, mut refused) = (0, 0);
    for outcome in join_all(orders).await {
        match outcome {
            Ok(_) => sold += 1,
            Err(StockError::Refused(_)) => refused += 1,
            Err(error) => tracing::debug!(%error, "an order of the storm came to nothing"),
        }
    }
    let after = stock.find(&variant.product, Freshness::Exact).await?;
    let after = after.product.find(&variant.size, &variant.color);
    let (product_id, size, color) = WANTED;
    Ok(Storm {
        product_id,
        size,
        color,
        stock_before: before.available(),
        orders: BUYERS,
        sold,
        refused,
        failed: BUYERS - sold - refused,
        stock_after: after.map_or(0, |variant| variant.level.available()),
    })
}

fn wanted() -> Result<VariantKey, ApiError> {
    let (product, size, color) = WANTED;
    Ok(VariantKey {
        product: ProductId::parse(product).map_err(ApiError::internal)?,
        size: Label::parse(size).map_err(ApiError::internal)?,
        color: Label::parse(color).map_err(ApiError::internal)?,
    })
}

fn order(variant: &VariantKey, actor: &Actor) -> Result<Reduction, ApiError> {
    let line = Line {
        variant: variant.clone(),
        quantity: Quantity::new(1).map_err(ApiError::internal)?,
    };
    Ok(Reduction {
        order_id: None,
        new_id: OrderId::generate(),
        idempotency_key: None,
        basket: Basket::new(vec![line]).map_err(ApiError::internal)?,
        reservation_id: None,
        after_order: false,
        actor: actor.clone(),
    })
}
