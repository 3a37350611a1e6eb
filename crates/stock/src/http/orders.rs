use api_error::{ApiError, ErrorBody, Json, Query};
use auth::{Scoped, StockWrite};
use axum::{extract::State, http::HeaderMap};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::Violations;

use super::wire::{ItemJson, Moment, basket};
use crate::{
    model::{
        Given, Held, Hold, IdempotencyKey, OrderId, Quantity, Reduction, Release, ReservationId,
        Taken, VariantKey,
    },
    service::Stock,
};

/// The header that names an attempt.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// How long units are held where nobody says, in seconds.
const DEFAULT_TTL: u32 = 15 * 60;
const MAX_TTL: u32 = 24 * 60 * 60;

/// Which order.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReduceQuery {
    /// The shop's id for the order, which takes effect once. Left out: one is made.
    #[param(value_type = Option<String>)]
    order_id: Option<OrderId>,
    /// Told again in the answer and in the event.
    #[param(default = false)]
    after_order: Option<bool>,
}

/// What is sold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReduceRequest {
    /// 1 to 500 lines, all or none.
    #[schema(min_items = 1, max_items = 500)]
    items: Vec<ItemJson>,
    /// The hold that it uses up, whole.
    #[schema(value_type = Option<String>)]
    reservation_id: Option<ReservationId>,
}

/// It is sold.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReduceAnswer {
    success: bool,
    order_id: String,
    results: Vec<ResultJson>,
    /// It had been sold before: this is the first answer again.
    replayed: bool,
    after_order: bool,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

/// A line that was served.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultJson {
    product_id: String,
    size: String,
    color: String,
    #[schema(value_type = i64)]
    quantity: Quantity,
    /// How many units of the variant there are now; null where it is gone.
    new_stock: Option<i64>,
    /// `success`, `released`, or `removed` where the variant is gone.
    #[schema(value_type = String)]
    status: &'static str,
}

impl ResultJson {
    fn new(
        VariantKey {
            product,
            size,
            color,
        }: VariantKey,
        quantity: Quantity,
        new_stock: Option<i64>,
        status: &'static str,
    ) -> Self {
        Self {
            product_id: product.to_string(),
            size: size.to_string(),
            color: color.to_string(),
            quantity,
            new_stock,
            status: new_stock.map_or("removed", |_| status),
        }
    }
}

impl From<Taken> for ReduceAnswer {
    fn from(taken: Taken) -> Self {
        let results = taken.lines.into_iter().map(|line| {
            ResultJson::new(line.variant, line.quantity, Some(line.new_stock), "success")
        });
        Self {
            success: true,
            order_id: taken.order_id.to_string(),
            results: results.collect(),
            replayed: taken.replayed,
            after_order: taken.after_order,
            timestamp: Moment(taken.at),
        }
    }
}

/// Sells: all lines or none, and once for an `orderId` or an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/stock/reduce", tag = "stock", request_body = ReduceRequest,
    params(ReduceQuery, ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters")),
    security(("bearer" = [])),
    responses((status = 200, body = ReduceAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, description = "With `errors`, a line each, where the stock does not suffice", body = ErrorBody),
        (status = 503, body = ErrorBody)))]
pub(super) async fn reduce(
    State(stock): State<Stock>,
    writer: Scoped<StockWrite>,
    Query(query): Query<ReduceQuery>,
    headers: HeaderMap,
    Json(request): Json<ReduceRequest>,
) -> Result<Json<ReduceAnswer>, ApiError> {
    let order = Reduction {
        order_id: query.order_id,
        new_id: OrderId::generate(),
        idempotency_key: idempotency_key(&headers)?,
        basket: basket(&request.items)?,
        reservation_id: request.reservation_id,
        after_order: query.after_order.unwrap_or(false),
        actor: writer.caller().actor(),
    };
    Ok(Json(stock.reduce(order).await?.into()))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Violations> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let key = IdempotencyKey::parse(value.to_str().unwrap_or_default());
    key.map(Some)
        .map_err(|error| Violations::one("Idempotency-Key", error))
}

/// What is held.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReserveRequest {
    /// The shop's id for the hold. Left out: one is made.
    #[schema(value_type = Option<String>)]
    reservation_id: Option<ReservationId>,
    /// 1 to 500 lines, all or none.
    #[schema(min_items = 1, max_items = 500)]
    items: Vec<ItemJson>,
    /// How long, in seconds.
    #[schema(minimum = 1, maximum = 86_400, default = 900)]
    ttl_seconds: Option<u32>,
}

/// It is held.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReserveAnswer {
    success: bool,
    reservation_id: String,
    results: Vec<HeldJson>,
    /// It was held before, and is still.
    replayed: bool,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Moment,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

/// A line that is held.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct HeldJson {
    product_id: String,
    size: String,
    color: String,
    #[schema(value_type = i64)]
    quantity: Quantity,
    /// How many units are left for others.
    available: i64,
    /// `reserved`.
    #[schema(value_type = String)]
    status: &'static str,
}

/// Holds units while somebody pays: all lines or none, once for a `reservationId`.
#[utoipa::path(post, path = "/api/stock/reserve", tag = "stock", request_body = ReserveRequest, security(("bearer" = [])),
    responses((status = 200, body = ReserveAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn reserve(
    State(stock): State<Stock>,
    _: Scoped<StockWrite>,
    Json(request): Json<ReserveRequest>,
) -> Result<Json<ReserveAnswer>, ApiError> {
    let seconds = request.ttl_seconds.unwrap_or(DEFAULT_TTL);
    if !(1..=MAX_TTL).contains(&seconds) {
        let error = format!("must be a whole number from 1 to {MAX_TTL}");
        return Err(Violations::one("ttlSeconds", error).into());
    }
    let hold = Hold {
        id: request
            .reservation_id
            .unwrap_or_else(ReservationId::generate),
        basket: basket(&request.items)?,
        ttl: TimeDelta::seconds(seconds.into()),
    };
    let Held {
        id,
        lines,
        expires_at,
        replayed,
    } = stock.reserve(hold).await?;
    let results = lines.into_iter().map(|line| HeldJson {
        product_id: line.variant.product.to_string(),
        size: line.variant.size.to_string(),
        color: line.variant.color.to_string(),
        quantity: line.quantity,
        available: line.available,
        status: "reserved",
    });
    Ok(Json(ReserveAnswer {
        success: true,
        reservation_id: id.to_string(),
        results: results.collect(),
        replayed,
        expires_at: Moment(expires_at),
        timestamp: Moment(stock.now()),
    }))
}

/// What is given back: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReleaseRequest {
    #[schema(value_type = Option<String>)]
    order_id: Option<OrderId>,
    #[schema(value_type = Option<String>)]
    reservation_id: Option<ReservationId>,
}

/// It is given back.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReleaseAnswer {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reservation_id: Option<String>,
    results: Vec<ResultJson>,
    /// It had been given back before; nothing was done now.
    replayed: bool,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

/// Gives back what an order took, or ends a hold; once.
#[utoipa::path(post, path = "/api/stock/release", tag = "stock", request_body = ReleaseRequest, security(("bearer" = [])),
    responses((status = 200, body = ReleaseAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
pub(super) async fn release(
    State(stock): State<Stock>,
    writer: Scoped<StockWrite>,
    Json(request): Json<ReleaseRequest>,
) -> Result<Json<ReleaseAnswer>, ApiError> {
    let order_id = request.order_id.as_ref().map(ToString::to_string);
    let reservation_id = request.reservation_id.as_ref().map(ToString::to_string);
    let release = match (request.order_id, request.reservation_id) {
        (Some(id), None) => Release::Order(id, writer.caller().actor()),
        (None, Some(id)) => Release::Reservation(id),
        _ => {
            let error = "or reservationId is required, and not both";
            return Err(Violations::one("orderId", error).into());
        }
    };
    let Given { lines, replayed } = stock.release(release).await?;
    let results = lines
        .into_iter()
        .map(|(variant, quantity, stock)| ResultJson::new(variant, quantity, stock, "released"));
    Ok(Json(ReleaseAnswer {
        success: true,
        order_id,
        reservation_id,
        results: results.collect(),
        replayed,
        timestamp: Moment(stock.now()),
    }))
}
