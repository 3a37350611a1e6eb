use api_error::{ApiError, ErrorBody, Json, Path};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validation::Violations;

use super::{
    acting::Acting,
    sync::{PushedJson, answer},
    wire::DifferenceJson,
};
use crate::{
    model::DocumentId,
    service::{Keep, Metakocka},
};

/// A document that changed on both sides.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SalesDocumentConflict)]
pub(super) struct ConflictJson {
    document_id: String,
    /// Whether Metakocka has it no more.
    deleted_in_metakocka: bool,
    /// The fields in which the two differ, side by side.
    fields: Vec<DifferenceJson>,
}

/// The two versions of a document that changed on both sides.
#[utoipa::path(get, path = "/api/integrations/metakocka/conflicts/{documentId}", operation_id = "find_metakocka_conflict",
    tag = "metakocka", params(("documentId" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = ConflictJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn find(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Path(id): Path<DocumentId>,
) -> Result<Json<ConflictJson>, ApiError> {
    let (fields, is_deleted) = metakocka.conflict(&scope.key(&id)).await?;
    Ok(Json(ConflictJson {
        document_id: id.to_string(),
        deleted_in_metakocka: is_deleted,
        fields: fields.into_iter().map(DifferenceJson::from).collect(),
    }))
}

/// Which version stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ResolveRequest {
    /// `crm` or `metakocka`.
    keep: Option<String>,
}

/// Ends a conflict: one version is written over the other. Where Metakocka's was deleted, `crm` makes it anew and
/// `metakocka` deletes ours.
#[utoipa::path(post, path = "/api/integrations/metakocka/conflicts/{documentId}", operation_id = "resolve_metakocka_conflict",
    tag = "metakocka", params(("documentId" = String, Path)), request_body = ResolveRequest, security(("bearer" = [])),
    responses((status = 200, body = PushedJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 502, body = ErrorBody), (status = 504, body = ErrorBody)))]
pub(super) async fn resolve(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Path(id): Path<DocumentId>,
    Json(request): Json<ResolveRequest>,
) -> Result<Json<PushedJson>, ApiError> {
    let keep = match request.keep.as_deref() {
        Some("crm") => Keep::Crm,
        Some("metakocka") => Keep::Metakocka,
        _ => return Err(Violations::one("keep", "must be crm or metakocka").into()),
    };
    let report = metakocka.resolve(&scope.key(&id), keep).await?;
    answer(report).map(Json)
}
