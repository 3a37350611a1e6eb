use std::collections::HashSet;

use api_error::{ApiError, ErrorBody, Json, Query};
use auth::{Scoped, StockWrite};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::Violations;

use super::{
    headers::Read,
    wire::{FreshnessQuery, Moment, StockJson},
};
use crate::{model::ProductId, service::Stock};

/// The most ids in a query.
const IN_QUERY: usize = 200;
/// The most ids in a body.
const IN_BODY: usize = 500;

/// Which products.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct SyncQuery {
    /// 1 to 200 ids, separated by commas.
    #[param(
        required = true,
        example = "60d21b4667d0d8992e610c85,60d21b4667d0d8992e610c86"
    )]
    product_ids: Option<String>,
}

/// Which products.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StockSyncRequest)]
pub(super) struct SyncRequest {
    /// 1 to 500 ids.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 500)]
    product_ids: Vec<ProductId>,
}

/// The stock of several products.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StockSyncAnswer)]
pub(super) struct SyncAnswer {
    success: bool,
    products: Vec<StockJson>,
    /// Those that are not there.
    #[schema(value_type = Vec<String>)]
    missing: Vec<ProductId>,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

/// The stock of several products.
#[utoipa::path(get, path = "/api/stock/sync", operation_id = "list_stock", tag = "stock", params(SyncQuery, FreshnessQuery),
    responses((status = 200, body = SyncAnswer), (status = 400, body = ErrorBody)))]
pub(super) async fn list(
    State(stock): State<Stock>,
    Query(query): Query<SyncQuery>,
    Query(freshness): Query<FreshnessQuery>,
) -> Result<Read<Json<SyncAnswer>>, ApiError> {
    let freshness = freshness.freshness();
    let ids = query.product_ids.unwrap_or_default();
    let ids: Result<Vec<_>, _> = ids
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(ProductId::parse)
        .collect();
    let ids = ids.map_err(|error| Violations::one("productIds", error))?;
    let ids = unique(ids, IN_QUERY)?;
    let found = stock.find_many(&ids, freshness).await?;
    let products = ids.iter().filter_map(|id| found.get(id));
    let products = products.map(|shown| StockJson::from(&shown.product));
    let answer = SyncAnswer {
        success: true,
        products: products.collect(),
        missing: ids
            .iter()
            .filter(|id| !found.contains_key(*id))
            .cloned()
            .collect(),
        timestamp: Moment(stock.now()),
    };
    Ok(Read(freshness, Json(answer)))
}

/// Marks products as changed now, and tells everybody who listens.
#[utoipa::path(post, path = "/api/stock/sync", operation_id = "sync_stock", tag = "stock", request_body = SyncRequest,
    security(("bearer" = [])),
    responses((status = 200, body = SyncAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn touch(
    State(stock): State<Stock>,
    _: Scoped<StockWrite>,
    Json(request): Json<SyncRequest>,
) -> Result<Json<SyncAnswer>, ApiError> {
    let ids = unique(request.product_ids, IN_BODY)?;
    let products = stock.touch(&ids).await?;
    let found: HashSet<_> = products.iter().map(|product| &product.id).collect();
    Ok(Json(SyncAnswer {
        success: true,
        missing: ids
            .iter()
            .filter(|id| !found.contains(id))
            .cloned()
            .collect(),
        products: products.iter().map(StockJson::from).collect(),
        timestamp: Moment(stock.now()),
    }))
}

/// Each id once, in the order in which they are named first.
fn unique(ids: Vec<ProductId>, most: usize) -> Result<Vec<ProductId>, Violations> {
    if ids.is_empty() {
        return Err(Violations::one("productIds", "must not be empty"));
    }
    if ids.len() > most {
        let error = format!("must have at most {most} ids");
        return Err(Violations::one("productIds", error));
    }
    let mut seen = HashSet::with_capacity(ids.len());
    Ok(ids
        .into_iter()
        .filter(|id| seen.insert(id.clone()))
        .collect())
}
