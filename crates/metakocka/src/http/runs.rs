use api_error::{ApiError, ErrorBody, Json, Path};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    acting::Acting,
    sync::{DetailJson, detail},
    wire::Moment,
};
use crate::{model::Direction, repository::RunStatus, service::Metakocka};

/// How far a run is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SalesDocumentSyncRun)]
pub(super) struct RunStateJson {
    run_id: String,
    /// `running`, `completed` or `failed`.
    status: &'static str,
    /// `crm_to_metakocka` or `metakocka_to_crm`.
    direction: &'static str,
    total: u64,
    synced: u64,
    failed: u64,
    skipped: u64,
    error: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    started_at: Moment,
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Moment>,
    /// The first 500 documents, failed ones first.
    details: Vec<DetailJson>,
}

fn status_name(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Running => "running",
        RunStatus::Completed => "completed",
        RunStatus::Failed => "failed",
    }
}

/// How far a run is.
#[utoipa::path(get, path = "/api/integrations/metakocka/runs/{id}", operation_id = "find_metakocka_run", tag = "metakocka",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = RunStateJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn find(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Path(id): Path<String>,
) -> Result<Json<RunStateJson>, ApiError> {
    let (run, counts, items) = metakocka.find_run(&scope, &id).await?;
    let direction: Direction = run.kind.direction();
    let tried = items.into_iter().filter(|item| item.outcome.is_some());
    Ok(Json(RunStateJson {
        run_id: run.id,
        status: status_name(run.status),
        direction: direction.as_str(),
        total: counts.total,
        synced: counts.synced,
        failed: counts.failed,
        skipped: counts.skipped,
        error: run.error,
        started_at: Moment(run.created_at),
        finished_at: run.finished_at.map(Moment),
        details: tried.map(|item| detail(item, direction)).collect(),
    }))
}
