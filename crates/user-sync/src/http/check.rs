use api_error::{ApiError, ErrorBody, Json, Path};
use auth::Admin;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::location_in_path;
use crate::{
    remote::{CheckedStep, Examination},
    service::UserSync,
};

/// What a look at a server found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncCheck)]
pub(super) struct CheckJson {
    /// Whether everything works.
    ok: bool,
    /// Sign-in, list, paging and counts, in this order.
    steps: Vec<StepJson>,
    shape: ShapeJson,
    /// Valid rows, where all pages were read.
    users: Option<usize>,
}

/// One thing that was looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncCheckStep)]
pub(super) struct StepJson {
    /// `signIn`, `list`, `paging` or `counts`.
    #[schema(value_type = String)]
    name: &'static str,
    /// Null where it could not be tried.
    ok: Option<bool>,
    message: String,
}

/// How a server speaks.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncServerShape)]
pub(super) struct ShapeJson {
    /// Where its token stands, such as `object.access_token`.
    token_at: Option<String>,
    /// `object`, `data`, `users`, or `array` where the answer is the list.
    #[schema(value_type = Option<String>)]
    users_at: Option<&'static str>,
    /// How many users it says there are.
    total: Option<u64>,
    /// How many rows its first page has.
    page_size: Option<usize>,
}

impl From<Examination> for CheckJson {
    fn from(seen: Examination) -> Self {
        let step = |step: CheckedStep| StepJson {
            name: step.name,
            ok: step.ok,
            message: step.message,
        };
        Self {
            ok: seen.is_well(),
            users: seen.users,
            steps: seen.steps.into_iter().map(step).collect(),
            shape: ShapeJson {
                token_at: seen.shape.token_at,
                users_at: seen.shape.users_at,
                total: seen.shape.total,
                page_size: seen.shape.page_size,
            },
        }
    }
}

/// Looks whether a location's server can be read, and how it speaks, before any plan.
#[utoipa::path(post, path = "/api/user-sync/locations/{id}/check", operation_id = "check_location", tag = "user-sync",
    params(("id" = i64, Path)), security(("bearer" = [])),
    responses((status = 200, body = CheckJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn check(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<i64>,
) -> Result<Json<CheckJson>, ApiError> {
    let seen = service.check_location(location_in_path(id)?).await?;
    Ok(Json(seen.into()))
}
