use api_error::{ApiError, ErrorBody, Json};
use auth::Admin;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::Moment;
use crate::{model::Difference, service::Stock};

/// What a look through the whole ledger found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VerifyAnswer {
    /// Nothing differs.
    success: bool,
    /// How many variants there are.
    variants: u64,
    /// How many movements there are.
    movements: u64,
    /// How many differences there are.
    total: u64,
    /// The first thousand of them.
    differences: Vec<DifferenceJson>,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

/// A place where the ledger and the rest disagree.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StockDifference)]
pub(super) struct DifferenceJson {
    /// `stock`: not what the movements add up to; `balance`: that of a movement is not; `reserved`: not what is held.
    kind: String,
    product_id: String,
    size: String,
    color: String,
    /// The movement whose balance it is.
    movement_id: Option<i64>,
    /// What it should be.
    expected: i64,
    /// What is stored.
    found: i64,
}

impl From<Difference> for DifferenceJson {
    fn from(difference: Difference) -> Self {
        let [product_id, size, color] = difference.variant;
        Self {
            kind: difference.kind,
            product_id,
            size,
            color,
            movement_id: difference.movement_id,
            expected: difference.expected,
            found: difference.found,
        }
    }
}

/// Computes every balance anew from the movements, and what is held from the holds, and names what differs.
#[utoipa::path(get, path = "/api/stock/verify", tag = "stock", security(("bearer" = [])),
    responses((status = 200, body = VerifyAnswer), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn verify(
    State(stock): State<Stock>,
    _: Admin,
) -> Result<Json<VerifyAnswer>, ApiError> {
    let found = stock.verify().await?;
    Ok(Json(VerifyAnswer {
        success: found.total == 0,
        variants: found.variants,
        movements: found.movements,
        total: found.total,
        differences: found.differences.into_iter().map(Into::into).collect(),
        timestamp: Moment(stock.now()),
    }))
}
