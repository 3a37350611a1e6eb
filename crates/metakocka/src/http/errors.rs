use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validation::{Page, Violations};

use super::{
    acting::Acting,
    sync::{MOST_ITEMS, PushedJson, answer},
    wire::MappingJson,
};
use crate::{model::DocumentId, service::Metakocka};

/// Documents whose last attempt failed, and those in a conflict, the latest first.
#[utoipa::path(get, path = "/api/integrations/metakocka/errors", operation_id = "list_metakocka_errors", tag = "metakocka",
    params(PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<MappingJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<MappingJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let (items, total) = metakocka.errors(&scope, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// Tries a document again at once, and waits for what becomes of it.
#[utoipa::path(post, path = "/api/integrations/metakocka/errors/{documentId}/retry", operation_id = "retry_metakocka_error",
    tag = "metakocka", params(("documentId" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = PushedJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 502, body = ErrorBody),
        (status = 504, body = ErrorBody)))]
pub(super) async fn retry(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Path(id): Path<DocumentId>,
) -> Result<Json<PushedJson>, ApiError> {
    let key = scope.key(&id);
    metakocka.retry_one(&key).await?;
    answer(metakocka.push(&key).await?).map(Json)
}

/// Which documents; all that failed where it is left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RetryRequest {
    #[schema(value_type = Option<Vec<String>>, max_items = 500)]
    document_ids: Option<Vec<DocumentId>>,
}

/// They are tried again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetryStarted)]
pub(super) struct RetryJson {
    success: bool,
    /// How many documents that are.
    retried: u64,
}

/// Has documents that failed tried again: the queue does it, at once.
#[utoipa::path(post, path = "/api/integrations/metakocka/errors/retry", operation_id = "retry_metakocka_errors",
    tag = "metakocka", request_body = RetryRequest, security(("bearer" = [])),
    responses((status = 200, body = RetryJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn retry_many(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Json(request): Json<RetryRequest>,
) -> Result<Json<RetryJson>, ApiError> {
    let count = request.document_ids.as_ref().map_or(0, Vec::len);
    if count > MOST_ITEMS {
        let error = format!("must be at most {MOST_ITEMS}");
        return Err(Violations::one("documentIds", error).into());
    }
    let retried = metakocka.retry_many(&scope, request.document_ids).await?;
    Ok(Json(RetryJson {
        success: true,
        retried,
    }))
}
