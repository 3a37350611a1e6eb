use api_error::{ApiError, ErrorBody, Json};
use axum::extract::State;
use schedule::Schedule;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validation::Violations;

use super::{acting::Acting, wire::Moment};
use crate::{repository::ImportSchedule, service::Metakocka};

/// When documents are pulled by themselves.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct ScheduleRequest {
    /// Minute, hour, day, month, weekday.
    cron: Option<String>,
    /// Of the IANA database; UTC where it is left out.
    timezone: Option<String>,
}

/// When documents are pulled by themselves.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImportSchedule)]
pub(super) struct ScheduleJson {
    cron: String,
    timezone: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    next_run_at: Option<Moment>,
    /// Changes before that have been seen.
    #[schema(value_type = Option<String>, format = DateTime)]
    imported_until: Option<Moment>,
}

impl From<ImportSchedule> for ScheduleJson {
    fn from(schedule: ImportSchedule) -> Self {
        Self {
            cron: schedule.cron,
            timezone: schedule.timezone,
            next_run_at: schedule.next_at.map(Moment),
            imported_until: schedule.imported_until.map(Moment),
        }
    }
}

/// When documents are pulled by themselves; 404 where they are not.
#[utoipa::path(get, path = "/api/integrations/metakocka/import-schedule", operation_id = "find_metakocka_import_schedule",
    tag = "metakocka", security(("bearer" = [])),
    responses((status = 200, body = ScheduleJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn find(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
) -> Result<Json<ScheduleJson>, ApiError> {
    let schedule = metakocka.import_schedule(&scope).await?;
    let schedule = schedule.ok_or_else(|| ApiError::not_found("There is no schedule"))?;
    Ok(Json(schedule.into()))
}

/// Has documents pulled by themselves: orders that changed, others by their date. Again sets another schedule.
#[utoipa::path(post, path = "/api/integrations/metakocka/import-schedule", operation_id = "set_metakocka_import_schedule",
    tag = "metakocka", request_body = ScheduleRequest, security(("bearer" = [])),
    responses((status = 200, body = ScheduleJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn set(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Json(request): Json<ScheduleRequest>,
) -> Result<Json<ScheduleJson>, ApiError> {
    let cron = request.cron.as_deref().unwrap_or_default();
    let timezone = request.timezone.as_deref().unwrap_or("UTC");
    let schedule = Schedule::parse(cron, timezone, metakocka.now())
        .map_err(|error| Violations::one(error.field(), &error))?;
    Ok(Json(
        metakocka.set_schedule(&scope, &schedule).await?.into(),
    ))
}
