use api_error::{ApiError, ErrorBody, Json, PageQuery, Query};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::{AmountJson, Page, Violations};

use super::{
    acting::Acting,
    form,
    sync::{AsyncQuery, BulkJson, bulk, start, wish},
};
use crate::{
    erp::RemoteDocument,
    model::Direction,
    service::{Metakocka, RemoteQuery},
};

/// Which of Metakocka's documents.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct RemoteDocumentsQuery {
    /// Of this type; of all types where it is left out.
    document_type: Option<String>,
    /// A moment or a day: orders that changed since, other documents that are dated since. Offers are shown all.
    changed_since: Option<String>,
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    let day = || {
        let day: NaiveDate = text.parse().ok()?;
        Some(day.and_hms_opt(0, 0, 0)?.and_utc())
    };
    let moment = DateTime::parse_from_rfc3339(text).ok();
    let moment = moment.map(|moment| moment.with_timezone(&Utc));
    moment.or_else(day)
}

impl RemoteDocumentsQuery {
    fn into_query(self) -> Result<RemoteQuery, Violations> {
        let mut violations = Violations::default();
        let document_type = self.document_type;
        let document_type =
            document_type.and_then(|text| form::document_type(&mut violations, &text));
        let changed_since = self.changed_since.as_deref().map(moment);
        if changed_since == Some(None) {
            let error = "must be a moment such as 2026-08-25T10:00:00Z, or a day";
            violations.add("changedSince", error);
        }
        violations.finish(|| {
            Some(RemoteQuery {
                document_type,
                changed_since: changed_since.flatten(),
            })
        })
    }
}

/// Documents of Metakocka's that are not in the CRM.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RemoteDocuments)]
pub(super) struct RemoteListJson {
    success: bool,
    documents: Vec<RemoteJson>,
    page: u32,
    per_page: u32,
    /// How many Metakocka has in all windows, in the CRM or not.
    total: u64,
}

/// A document as Metakocka shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RemoteDocument)]
pub(super) struct RemoteJson {
    id: String,
    number: Option<String>,
    document_type: &'static str,
    customer: Option<String>,
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    #[schema(value_type = Option<f64>)]
    total: Option<AmountJson>,
    currency: Option<String>,
    status: Option<String>,
}

impl From<RemoteDocument> for RemoteJson {
    fn from(remote: RemoteDocument) -> Self {
        Self {
            id: remote.id,
            number: remote.number,
            document_type: remote.document_type.as_str(),
            customer: remote.customer.name,
            date: remote.document_date,
            total: remote.total.map(Into::into),
            currency: remote.currency,
            status: remote.status,
        }
    }
}

/// Metakocka's documents that are not in the CRM yet. A window counts all that it finds, so it may show fewer.
#[utoipa::path(get, path = "/api/integrations/metakocka/sales-documents/sync-from-metakocka",
    operation_id = "list_unsynced_metakocka_documents", tag = "metakocka", params(RemoteDocumentsQuery, PageQuery),
    security(("bearer" = [])),
    responses((status = 200, body = RemoteListJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 502, body = ErrorBody),
        (status = 504, body = ErrorBody)))]
pub(super) async fn list(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Query(query): Query<RemoteDocumentsQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<RemoteListJson>, ApiError> {
    let page = Page::try_from(page)?;
    let listing = metakocka
        .list_remote(&scope, query.into_query()?, page)
        .await?;
    let documents = listing.documents.into_iter().map(RemoteJson::from);
    Ok(Json(RemoteListJson {
        success: true,
        documents: documents.collect(),
        page: page.number(),
        per_page: page.size(),
        total: listing.total,
    }))
}

/// One of Metakocka's documents, several, or, where nothing is named, all.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PullRequest {
    metakocka_id: Option<String>,
    #[schema(max_items = 500)]
    metakocka_ids: Option<Vec<String>>,
    /// What `metakockaId` is, where it is known: Metakocka finds a document by its type only, so otherwise each is tried.
    document_type: Option<String>,
}

/// It is in the CRM.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PullDone)]
pub(super) struct PulledJson {
    success: bool,
    document_id: String,
    metakocka_id: String,
}

/// Brings Metakocka's documents here: one (200 `PullDone`), several or all (200 `BulkSync`), or as a run (202).
#[utoipa::path(post, path = "/api/integrations/metakocka/sales-documents/sync-from-metakocka",
    operation_id = "sync_from_metakocka", tag = "metakocka", params(AsyncQuery), request_body = PullRequest,
    security(("bearer" = [])),
    responses((status = 200, body = BulkJson), (status = 202, description = "A run"), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 502, body = ErrorBody), (status = 504, body = ErrorBody)))]
pub(super) async fn pull(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Query(query): Query<AsyncQuery>,
    Json(request): Json<PullRequest>,
) -> Result<Response, ApiError> {
    let mut violations = Violations::default();
    let document_type = request.document_type;
    let document_type = document_type.and_then(|text| form::document_type(&mut violations, &text));
    violations.finish(|| Some(()))?;
    let ids = match (request.metakocka_id, request.metakocka_ids) {
        (Some(_), Some(_)) => {
            return Err(Violations::one("metakockaId", "or metakockaIds, not both").into());
        }
        (Some(id), None) if !query.is_async() => {
            wish(Some(vec![id.clone()]), "metakockaId")?;
            let pulled = metakocka.pull(&scope, &id, document_type).await?;
            let answer = PulledJson {
                success: true,
                document_id: pulled.document.to_string(),
                metakocka_id: id,
            };
            return Ok(Json(answer).into_response());
        }
        (Some(id), None) => Some(vec![id]),
        (None, ids) => ids,
    };
    let wish = wish(ids, "metakockaIds")?;
    if query.is_async() {
        return start(&metakocka, &scope, (Direction::Pull, wish)).await;
    }
    let report = metakocka.pull_many(&scope, wish).await?;
    Ok(Json(bulk(report, Direction::Pull)).into_response())
}
