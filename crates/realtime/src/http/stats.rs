use api_error::{ApiError, ErrorBody, Json};
use auth::Admin;
use axum::extract::State;
use serde_json::Value;

use super::asyncapi::payloads::Stats;
use crate::realtime::Realtime;

/// The figures of the dashboard, as `dashboard:stats_update` tells them.
#[utoipa::path(get, path = "/api/stats", operation_id = "show_stats", tag = "operations", security(("bearer" = [])),
    responses((status = 200, body = Stats), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn show(
    State(realtime): State<Realtime>,
    _: Admin,
) -> Result<Json<Value>, ApiError> {
    let server = realtime.server();
    Ok(Json(server.dashboard.stats(&server.hub).await?))
}
