use api_error::{ApiError, ErrorBody, Json, Path, Query};
use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
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

/// The template of its path.
const ROUTE: &str = "/api/products/{id}/stock";

/// The same answer where it lies ready, for somebody who leads the request past the router: the template of the path
/// that was asked, and the answer.
pub fn at_hand(
    stock: Stock,
) -> impl Fn(&Method, &Uri, &HeaderMap) -> Option<(&'static str, Response)> {
    move |method, uri, request| {
        if method != Method::GET || uri.query().is_some() {
            return None;
        }
        let id = uri.path().strip_prefix("/api/products/")?;
        let id = ProductId::parse(id.strip_suffix("/stock")?).ok()?;
        let shown = stock.at_hand(&id)?;
        let now = stock.now();
        let mut response = answer(&shown, request, now);
        headers::write(response.headers_mut(), now, true);
        Some((ROUTE, response))
    }
}

fn answer(shown: &Shown, request: &HeaderMap, now: DateTime<Utc>) -> Response {
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
