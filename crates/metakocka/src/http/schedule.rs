use api_error::{ApiError, ErrorBody, Json};
use axum::extract::State;
use schedule::Schedule;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validation::Violations;

use super::{
    acting::Acting,
    wire::{Moment, nullable},
};
use crate::{repository::ImportSchedule, service::Metakocka};

/// When documents are pulled by themselves.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct ScheduleRequest {
    /// Minute, hour, day, month, weekday; null: never again.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    #[expect(clippy::option_option, reason = "null and left out are two things")]
    cron: Option<Option<String>>,
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

/// When documents are pulled by themselves; null where they are not.
#[utoipa::path(get, path = "/api/integrations/metakocka/import-schedule", operation_id = "find_metakocka_import_schedule",
    tag = "metakocka", security(("bearer" = [])),
    responses((status = 200, body = Option<ScheduleJson>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn find(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
) -> Result<Json<Option<ScheduleJson>>, ApiError> {
    let schedule = metakocka.import_schedule(&scope).await?;
    Ok(Json(schedule.map(ScheduleJson::from)))
}

/// Has documents pulled by themselves: orders that changed, others by their date. Again sets another schedule; a `cron`
/// of null takes it away.
#[utoipa::path(post, path = "/api/integrations/metakocka/import-schedule", operation_id = "set_metakocka_import_schedule",
    tag = "metakocka", request_body = ScheduleRequest, security(("bearer" = [])),
    responses((status = 200, body = Option<ScheduleJson>), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn set(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Json(request): Json<ScheduleRequest>,
) -> Result<Json<Option<ScheduleJson>>, ApiError> {
    if request.cron == Some(None) {
        metakocka.remove_schedule(&scope).await?;
        return Ok(Json(None));
    }
    let cron = request.cron.flatten().unwrap_or_default();
    let timezone = request.timezone.as_deref().unwrap_or("UTC");
    let schedule = Schedule::parse(&cron, timezone, metakocka.now())
        .map_err(|error| Violations::one(error.field(), &error))?;
    let kept = metakocka.set_schedule(&scope, &schedule).await?;
    Ok(Json(Some(kept.into())))
}
