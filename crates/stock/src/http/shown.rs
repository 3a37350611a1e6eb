use api_error::{ApiError, ErrorBody, Json, Path, Query};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    headers::{self, Read},
    wire::{FreshnessQuery, Moment, StockJson},
};
use crate::{model::ProductId, service::Stock, shown::Shown};

/// The stock of a product, now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShownStock {
    #[serde(flatten)]
    stock: StockJson,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

/// The stock of a product: 304 for whoever has it, by `If-None-Match` or else by `If-Modified-Since`.
#[utoipa::path(get, path = "/api/products/{id}/stock", tag = "stock", params(("id" = String, Path), FreshnessQuery),
    responses((status = 200, body = ShownStock, headers(("ETag" = String), ("Last-Modified" = String),
            ("X-Stock-Timestamp" = i64, description = "Milliseconds since 1970"))),
        (status = 304, description = "As it was"), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn show(
    State(stock): State<Stock>,
    Path(id): Path<ProductId>,
    Query(query): Query<FreshnessQuery>,
    request: HeaderMap,
) -> Result<Read<Response>, ApiError> {
    let freshness = query.freshness();
    let shown = stock.find(&id, freshness).await?;
    let response = answer(&shown, &request, stock.now());
    Ok(Read(freshness, response))
}

pub(super) fn answer(shown: &Shown, request: &HeaderMap, now: DateTime<Utc>) -> Response {
    let validators = headers::validators(shown);
    if headers::has_it(request, shown) {
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    let body = ShownStock {
        stock: StockJson::from(&shown.product),
        timestamp: Moment(now),
    };
    (validators, Json(body)).into_response()
}
