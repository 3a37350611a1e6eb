use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::Admin;
use axum::{extract::State, http::StatusCode};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use validation::{Email, Page, Text, Violations};

use super::wire::{Moment, Secret, location_id, location_in_path, nullable};
use crate::{
    model::{Credentials, LocationEdit, SyncLocation},
    service::{LocationDraft, UserSync},
};

/// A server that users come from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DirectoryLocation)]
pub(super) struct LocationJson {
    id: i64,
    location_code: String,
    location_name: String,
    online_url: String,
    /// Whether it has credentials of its own, which nobody is shown.
    has_credentials: bool,
    schedule: Option<ScheduleJson>,
    /// When the schedule is due.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_run: Option<Moment>,
    /// When its users were synced last.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_sync: Option<Moment>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

/// When a location is synced by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncSchedule)]
pub(super) struct ScheduleJson {
    /// Five fields: minute, hour, day, month, weekday.
    cron: String,
    /// A name of the IANA database.
    timezone: String,
}

impl From<SyncLocation> for LocationJson {
    fn from(location: SyncLocation) -> Self {
        let schedule = |(cron, timezone)| ScheduleJson { cron, timezone };
        Self {
            id: location.id.get(),
            location_code: location.code,
            location_name: location.name,
            online_url: location.online_url,
            has_credentials: location.sealed.is_some(),
            schedule: location.schedule.map(schedule),
            next_run: location.next_run.map(Moment),
            last_sync: location.last_sync.map(Moment),
            created_at: Moment(location.created_at),
            updated_at: Moment(location.updated_at),
        }
    }
}

/// Locations by their numbers.
#[utoipa::path(get, path = "/api/directory/locations", operation_id = "list_locations", tag = "directory",
    params(PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<LocationJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(service): State<UserSync>,
    _: Admin,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<LocationJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let (items, total) = service.list_locations(page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// A location.
#[utoipa::path(get, path = "/api/directory/locations/{id}", operation_id = "find_location", tag = "directory",
    params(("id" = i64, Path)), security(("bearer" = [])),
    responses((status = 200, body = LocationJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn find(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<i64>,
) -> Result<Json<LocationJson>, ApiError> {
    let location = service.find_location(location_in_path(id)?).await?;
    Ok(Json(location.into()))
}

/// A new location.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateLocation {
    /// A given number; otherwise the next free one.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    id: Option<i64>,
    #[schema(value_type = String, max_length = 200)]
    location_code: Text<200>,
    #[schema(value_type = String, max_length = 200)]
    location_name: Text<200>,
    /// http or https.
    #[schema(max_length = 500)]
    online_url: String,
    /// To sign in with at the server; left out, the common one of the gateway.
    email: Option<String>,
    /// Comes with `email`.
    #[schema(value_type = Option<String>)]
    password: Option<Secret>,
}

/// The limit of a password of a server.
const PASSWORD: usize = 1_000;

/// Any characters but NUL, which nobody types and which ends a text for many a server.
fn password(Secret(given): Secret) -> Result<SecretString, &'static str> {
    use secrecy::ExposeSecret as _;
    let length = given.expose_secret().chars().count();
    if !(1..=PASSWORD).contains(&length) {
        Err("must have 1 to 1000 characters")
    } else if given.expose_secret().contains('\0') {
        Err("must not contain NUL")
    } else {
        Ok(given)
    }
}

/// Adds a location.
#[utoipa::path(post, path = "/api/directory/locations", operation_id = "create_location", tag = "directory",
    request_body = CreateLocation, security(("bearer" = [])),
    responses((status = 201, body = LocationJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn create(
    State(service): State<UserSync>,
    _: Admin,
    Json(request): Json<CreateLocation>,
) -> Result<(StatusCode, Json<LocationJson>), ApiError> {
    let mut violations = Violations::default();
    let id = request.id.map(|id| location_id("id", id)).transpose()?;
    let url = violations.check("onlineUrl", service.remote_url(&request.online_url));
    let email = request.email.filter(|email| !email.trim().is_empty());
    let credentials = match (email, request.password) {
        (None, None) => None,
        (email, given) => {
            let email = violations.require("email", email.as_deref(), Email::parse);
            let password = violations.require("password", given, password);
            let pair = email.zip(password);
            pair.map(|(email, password)| Credentials { email, password })
        }
    };
    let draft = violations.finish(|| {
        Some(LocationDraft {
            id,
            code: request.location_code,
            name: request.location_name,
            online_url: url?,
            credentials,
        })
    })?;
    let location = service.create_location(draft).await?;
    Ok((StatusCode::CREATED, Json(location.into())))
}

/// What is to change of a location.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::option_option, reason = "null and left out are two things")]
pub(super) struct EditLocation {
    #[schema(value_type = Option<String>, max_length = 200)]
    location_code: Option<Text<200>>,
    #[schema(value_type = Option<String>, max_length = 200)]
    location_name: Option<Text<200>>,
    #[schema(max_length = 500)]
    online_url: Option<String>,
    /// Null, with a null password, takes the credentials away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    password: Option<Option<Secret>>,
}

/// Changes a location; what is left out stays.
#[utoipa::path(patch, path = "/api/directory/locations/{id}", operation_id = "edit_location", tag = "directory",
    params(("id" = i64, Path)), request_body = EditLocation, security(("bearer" = [])),
    responses((status = 200, body = LocationJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn edit(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<i64>,
    Json(request): Json<EditLocation>,
) -> Result<Json<LocationJson>, ApiError> {
    let id = location_in_path(id)?;
    let mut violations = Violations::default();
    let url = request.online_url.map(|url| service.remote_url(&url));
    let url = violations.check("onlineUrl", url.transpose()).flatten();
    let email = request
        .email
        .map(|email| email.map(|email| Email::parse(&email)).transpose());
    let email = violations.check("email", email.transpose()).flatten();
    let given = request
        .password
        .map(|given| given.map(password).transpose());
    let given = violations.check("password", given.transpose()).flatten();
    let edit = violations.finish(|| {
        Some(LocationEdit {
            code: request.location_code,
            name: request.location_name,
            online_url: url,
            email,
            password: given,
        })
    })?;
    Ok(Json(service.edit_location(id, edit).await?.into()))
}

/// Deletes a location that has no users.
#[utoipa::path(delete, path = "/api/directory/locations/{id}", operation_id = "delete_location", tag = "directory",
    params(("id" = i64, Path)), security(("bearer" = [])),
    responses((status = 200, body = Object), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn delete(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<i64>,
) -> Result<Json<Value>, ApiError> {
    service.delete_location(location_in_path(id)?).await?;
    Ok(Json(json!({"success": true})))
}

/// When a location is to be synced by itself.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(clippy::option_option, reason = "null and left out are two things")]
pub(super) struct SetSchedule {
    /// Five fields such as `0 2 * * *`; null removes the schedule.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    cron: Option<Option<String>>,
    /// A name of the IANA database such as `Asia/Jakarta`; UTC where it is left out.
    timezone: Option<String>,
}

/// Sets when a location is synced by itself: once over all nodes, and once for all times that were missed.
#[utoipa::path(put, path = "/api/directory/locations/{id}/schedule", operation_id = "set_schedule", tag = "directory",
    params(("id" = i64, Path)), request_body = SetSchedule, security(("bearer" = [])),
    responses((status = 200, body = LocationJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn schedule(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<i64>,
    Json(request): Json<SetSchedule>,
) -> Result<Json<LocationJson>, ApiError> {
    let id = location_in_path(id)?;
    let cron = request
        .cron
        .ok_or_else(|| Violations::one("cron", "is required"))?;
    let timezone = request.timezone.as_deref().unwrap_or("UTC");
    let schedule = cron.as_deref().map(|cron| (cron, timezone));
    Ok(Json(service.set_schedule(id, schedule).await?.into()))
}
