use api_error::{ApiError, ErrorBody, Json, Query};
use auth::Admin;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::previews::WaitQuery;
use crate::{
    model::RunId,
    service::{BulkRun, UserSync},
};

/// How all locations are to be synced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SyncAll {
    /// Overrides the guard everywhere, which is kept in each run.
    allow_large_deletion: Option<bool>,
}

/// The runs of all locations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncAllAnswer)]
pub(super) struct SyncAllJson {
    runs: Vec<BulkRunJson>,
}

/// The run of one of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncAllRun)]
pub(super) struct BulkRunJson {
    location_id: i64,
    #[schema(value_type = String)]
    run_id: RunId,
    /// `running`, `completed` or `failed`.
    #[schema(value_type = String)]
    status: &'static str,
    /// Where it completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// Where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The code of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    error_code: Option<&'static str>,
}

impl BulkRunJson {
    fn running(run: &BulkRun) -> Self {
        Self {
            location_id: run.location_id.get(),
            run_id: run.begun.run_id.clone(),
            status: "running",
            message: None,
            error: None,
            error_code: None,
        }
    }

    async fn ended(run: BulkRun) -> Self {
        let running = Self::running(&run);
        match run.begun.end().await {
            Ok(run) => Self {
                status: run.status.as_str(),
                message: Some(run.message()),
                ..running
            },
            Err(error) => Self {
                status: "failed",
                error: Some(error.told()),
                error_code: Some(error.code()),
                ..running
            },
        }
    }
}

/// Syncs all locations, each on its own: where one server is down, only its own run fails.
#[utoipa::path(post, path = "/api/user-sync/sync-all", operation_id = "sync_all", tag = "user-sync", params(WaitQuery),
    request_body = SyncAll, security(("bearer" = [])),
    responses((status = 200, body = SyncAllJson), (status = 202, body = SyncAllJson), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn sync_all(
    State(service): State<UserSync>,
    admin: Admin,
    Query(query): Query<WaitQuery>,
    Json(request): Json<SyncAll>,
) -> Result<Response, ApiError> {
    let allow = request.allow_large_deletion.unwrap_or(false);
    let runs = service.sync_all(allow, &admin.caller().actor()).await?;
    if query.waits() {
        let runs = join_all(runs.into_iter().map(BulkRunJson::ended)).await;
        return Ok(Json(SyncAllJson { runs }).into_response());
    }
    let runs = runs.iter().map(BulkRunJson::running).collect();
    Ok((StatusCode::ACCEPTED, Json(SyncAllJson { runs })).into_response())
}
