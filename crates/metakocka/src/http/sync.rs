use std::sync::Arc;

use api_error::{ApiError, ErrorBody, Json, Query};
use axum::{
    Extension,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::Violations;

use super::{
    acting::Acting,
    error::with_mapping,
    standings::Standings,
    wire::{MappingJson, document_id},
};
use crate::{
    model::{Direction, Mapping},
    repository::{ItemOutcome, RunItem},
    service::{BulkReport, BulkWish, Metakocka, PushReport},
};

/// Items in a call, at most.
pub(super) const MOST_ITEMS: usize = 500;

/// Whose status: one document's, or that of several.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusQuery {
    /// One document.
    document_id: Option<String>,
    /// Several, separated by commas; at most 200.
    document_ids: Option<String>,
}

/// How one document stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncState)]
pub(super) struct StatusJson {
    /// Whether it was ever sent or pulled.
    synced: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mapping: Option<MappingJson>,
}

/// How documents stand to their counterparts: `{synced, mapping}` for `documentId`, `{mappings}` for `documentIds`.
#[utoipa::path(get, path = "/api/integrations/metakocka/sales-documents/sync", operation_id = "sales_document_sync_status",
    tag = "metakocka", params(StatusQuery), security(("bearer" = [])),
    responses((status = 200, body = StatusJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn status(
    State(metakocka): State<Metakocka>,
    Extension(standings): Extension<Arc<Standings>>,
    Acting(scope): Acting,
    Query(query): Query<StatusQuery>,
) -> Result<Response, ApiError> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    if let Some(id) = given(query.document_id) {
        let id = document_id("documentId", &id)?;
        let mapping = metakocka.mapping(&scope.key(&id)).await?;
        let mapping = mapping.map(MappingJson::from);
        let synced = mapping.is_some();
        return Ok(Json(StatusJson { synced, mapping }).into_response());
    }
    let Some(ids) = given(query.document_ids) else {
        let error = "No document ID provided";
        return Err(ApiError::new(api_error::Code::InvalidRequest, error));
    };
    let body = standings.read(&metakocka, scope, ids).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// Whether somebody waits.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AsyncQuery {
    /// `true`: the answer is the id of a run, which goes on by itself.
    #[serde(rename = "async")]
    #[param(rename = "async")]
    is_async: Option<bool>,
}

impl AsyncQuery {
    pub(super) fn is_async(&self) -> bool {
        self.is_async == Some(true)
    }
}

/// One document, several, or, where nothing is named, all that were never synced or changed since.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PushRequest {
    document_id: Option<String>,
    #[schema(max_items = 500)]
    document_ids: Option<Vec<String>>,
}

/// Both are the same.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncDone)]
pub(super) struct PushedJson {
    success: bool,
    document_id: String,
    metakocka_id: Option<String>,
    metakocka_number: Option<String>,
    sync_status: &'static str,
}

impl From<Mapping> for PushedJson {
    fn from(mapping: Mapping) -> Self {
        Self {
            success: true,
            document_id: mapping.key.document.to_string(),
            metakocka_id: mapping.metakocka_id,
            metakocka_number: mapping.metakocka_number,
            sync_status: mapping.status.as_str(),
        }
    }
}

/// What became of one document, as an answer.
pub(super) fn answer(report: PushReport) -> Result<PushedJson, ApiError> {
    match report.outcome {
        Ok(_) => Ok(report.mapping.into()),
        Err(error) => Err(with_mapping(error, &report.mapping)),
    }
}

/// How many documents fared how.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkSync)]
pub(super) struct BulkJson {
    /// Whether none failed.
    success: bool,
    total: u64,
    synced: u64,
    failed: u64,
    /// Nothing had to be done.
    skipped: u64,
    details: Vec<DetailJson>,
}

/// How one document fared.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BulkSyncDetail)]
pub(super) struct DetailJson {
    document_id: Option<String>,
    metakocka_id: Option<String>,
    success: bool,
    error: Option<String>,
}

pub(super) fn detail(item: RunItem, direction: Direction) -> DetailJson {
    let (document_id, metakocka_id) = match direction {
        Direction::Push => (Some(item.subject), item.counterpart),
        Direction::Pull => (item.counterpart, Some(item.subject)),
    };
    DetailJson {
        document_id,
        metakocka_id,
        success: matches!(
            item.outcome,
            Some(ItemOutcome::Synced | ItemOutcome::Skipped)
        ),
        error: item.error,
    }
}

pub(super) fn bulk(report: BulkReport, direction: Direction) -> BulkJson {
    let counts = report.counts;
    let items = report.items.into_iter();
    BulkJson {
        success: counts.failed == 0,
        total: counts.total,
        synced: counts.synced,
        failed: counts.failed,
        skipped: counts.skipped,
        details: items.map(|item| detail(item, direction)).collect(),
    }
}

/// Where it goes on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RunStarted)]
pub(super) struct RunJson {
    success: bool,
    run_id: String,
}

pub(super) fn wish(ids: Option<Vec<String>>, field: &str) -> Result<BulkWish, Violations> {
    let Some(mut ids) = ids else {
        return Ok(BulkWish::All);
    };
    if ids.len() > MOST_ITEMS {
        return Err(Violations::one(
            field,
            format!("must be at most {MOST_ITEMS}"),
        ));
    }
    for id in &ids {
        document_id(field, id)?;
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    Ok(BulkWish::These(ids))
}

pub(super) async fn start(
    metakocka: &Metakocka,
    scope: &crate::repository::Scope,
    (direction, wish): (Direction, BulkWish),
) -> Result<Response, ApiError> {
    let run = metakocka.start_run(scope, direction, wish).await?;
    let answer = RunJson {
        success: true,
        run_id: run.id,
    };
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

/// Brings documents to Metakocka: one (200 `SyncDone`), several or all (200 `BulkSync`), or as a run (202).
#[utoipa::path(post, path = "/api/integrations/metakocka/sales-documents/sync", operation_id = "sync_sales_documents",
    tag = "metakocka", params(AsyncQuery), request_body = PushRequest, security(("bearer" = [])),
    responses((status = 200, body = BulkJson), (status = 202, body = RunJson), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 502, body = ErrorBody), (status = 504, body = ErrorBody)))]
pub(super) async fn push(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Query(query): Query<AsyncQuery>,
    Json(request): Json<PushRequest>,
) -> Result<Response, ApiError> {
    let ids = match (request.document_id, request.document_ids) {
        (Some(_), Some(_)) => {
            return Err(Violations::one("documentId", "or documentIds, not both").into());
        }
        (Some(id), None) if !query.is_async() => {
            let id = document_id("documentId", &id)?;
            let report = metakocka.push(&scope.key(&id)).await?;
            return Ok(Json(answer(report)?).into_response());
        }
        (Some(id), None) => Some(vec![id]),
        (None, ids) => ids,
    };
    let wish = wish(ids, "documentIds")?;
    if query.is_async() {
        return start(&metakocka, &scope, (Direction::Push, wish)).await;
    }
    let report = metakocka.push_many(&scope, wish).await?;
    Ok(Json(bulk(report, Direction::Push)).into_response())
}
