use api_error::{ApiError, ErrorBody, Json, Query};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use super::wire::{FaultJson, FreshnessQuery, ItemJson, Moment, asked, fault};
use crate::{
    model::Quantity,
    service::{PlainLine, Stock, Validation},
};

/// What somebody wants to order.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ValidateRequest {
    /// 1 to 500 lines; those for the same variant add up.
    #[schema(min_items = 1, max_items = 500)]
    items: Vec<ItemJson>,
}

/// Whether it can be had now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ValidateAnswer {
    /// Whether all of it can.
    success: bool,
    /// The lines that can be served.
    items: Vec<ValidItem>,
    /// The lines that cannot.
    errors: Vec<FaultJson>,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

/// A line that can be served.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ValidItem {
    #[serde(flatten)]
    item: ItemJson,
    /// How many units are free.
    available: i64,
    /// `valid`.
    #[schema(value_type = String)]
    status: &'static str,
}

/// Whether a basket can be had now. Nothing is held by it.
#[utoipa::path(post, path = "/api/stock/validate", tag = "stock", params(FreshnessQuery), request_body = ValidateRequest,
    responses((status = 200, body = ValidateAnswer), (status = 400, body = ErrorBody)))]
pub(super) async fn validate(
    State(stock): State<Stock>,
    Query(query): Query<FreshnessQuery>,
    Json(request): Json<ValidateRequest>,
) -> Result<Json<ValidateAnswer>, ApiError> {
    let lines = asked(&request.items)?;
    let validation = stock.validate(&lines, query.freshness()).await?;
    Ok(Json(answer(&request.items, validation, stock.now())))
}

fn answer(items: &[ItemJson], validation: Validation, now: DateTime<Utc>) -> ValidateAnswer {
    let Validation { valid, faults } = validation;
    let valid = valid.into_iter().map(|(line, available)| ValidItem {
        item: items[line].clone(),
        available,
        status: "valid",
    });
    let errors = faults
        .into_iter()
        .map(|of_line| fault(of_line, items.get(of_line.line).cloned()));
    let errors: Vec<_> = errors.collect();
    ValidateAnswer {
        success: errors.is_empty(),
        items: valid.collect(),
        errors,
        timestamp: Moment(now),
    }
}

/// A request whose lines leave nothing out.
#[derive(Debug, Deserialize)]
struct PlainRequest<'a> {
    #[serde(borrow)]
    items: Vec<PlainLine<'a>>,
}

/// [`ValidateAnswer`] where all of it can be had.
#[derive(Debug, Serialize)]
struct PlainAnswer<'a> {
    success: bool,
    items: PlainValid<'a>,
    errors: [(); 0],
    timestamp: Moment,
}

/// Lines, and how many units are free for each.
#[derive(Debug)]
struct PlainValid<'a>(&'a [PlainLine<'a>], &'a [i64]);

/// One of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PlainItem<'a> {
    product_id: &'a str,
    size: &'a str,
    color: &'a str,
    quantity: Quantity,
    available: i64,
    status: &'static str,
}

impl Serialize for PlainValid<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let items = self.0.iter().zip(self.1);
        serializer.collect_seq(items.map(|(line, available)| PlainItem {
            product_id: line.product,
            size: line.size,
            color: line.color,
            quantity: line.quantity,
            available: *available,
            status: "valid",
        }))
    }
}

/// The same answer where all of it can be had and nothing has to be read from the database for it.
pub(super) fn answer_at_hand(
    stock: &Stock,
    request: &HeaderMap,
    body: &[u8],
    now: DateTime<Utc>,
) -> Option<Response> {
    let Json(PlainRequest { items }) = Json::read(request, body).ok()?;
    let free = stock.validate_at_hand(&items)?;
    let answer = PlainAnswer {
        success: true,
        items: PlainValid(&items, &free),
        errors: [],
        timestamp: Moment(now),
    };
    Some(Json(answer).into_response())
}
