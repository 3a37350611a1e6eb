use api_error::{ApiError, ErrorBody, Json, Query};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::{FaultJson, FreshnessQuery, ItemJson, Moment, asked, fault};
use crate::service::{Stock, Validation};

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
    let items = request.items;
    let validation = stock.validate(&asked(&items)?, query.freshness()).await?;
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
    Ok(Json(ValidateAnswer {
        success: errors.is_empty(),
        items: valid.collect(),
        errors,
        timestamp: Moment(stock.now()),
    }))
}
