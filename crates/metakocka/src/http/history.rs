use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Query};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::{Page, Violations};

use super::{acting::Acting, wire::Moment};
use crate::{
    model::{Category, DocumentId, HistoryEntry},
    service::Metakocka,
};

/// Whose history.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct HistoryQuery {
    /// One document's; also of one that was deleted.
    document_id: Option<String>,
}

/// An attempt.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncAttempt)]
pub(super) struct AttemptJson {
    id: i64,
    document_id: String,
    metakocka_id: Option<String>,
    /// `crm_to_metakocka` or `metakocka_to_crm`.
    direction: &'static str,
    /// `created`, `updated`, `adopted`, `unchanged`, `conflict`, `unknown` or `failed`.
    outcome: &'static str,
    duration_ms: i64,
    error: Option<String>,
    /// `API`, `SYNC`, `AUTH` or `MAPPING`.
    category: Option<&'static str>,
    /// Metakocka's code.
    remote_code: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

impl From<HistoryEntry> for AttemptJson {
    fn from(entry: HistoryEntry) -> Self {
        let attempt = entry.attempt;
        Self {
            id: entry.id,
            document_id: attempt.key.document.to_string(),
            metakocka_id: attempt.metakocka_id,
            direction: attempt.direction.as_str(),
            outcome: attempt.outcome.as_str(),
            duration_ms: attempt.duration_ms,
            error: attempt.error,
            category: attempt.category.map(Category::as_str),
            remote_code: attempt.remote_code,
            timestamp: Moment(attempt.at),
        }
    }
}

/// Every attempt, both ways, the latest first.
#[utoipa::path(get, path = "/api/integrations/metakocka/history", operation_id = "list_metakocka_history", tag = "metakocka",
    params(HistoryQuery, PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<AttemptJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Query(query): Query<HistoryQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<AttemptJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let document = query.document_id.as_deref().map(DocumentId::parse);
    let document = document
        .transpose()
        .map_err(|error| Violations::one("documentId", error))?;
    let (items, total) = metakocka.history(&scope, document, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}
