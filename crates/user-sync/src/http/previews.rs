use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::Admin;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::{Email, Page, Violations};

use super::{
    rows::{InvalidJson, SyncUserJson, UpdateJson},
    runs::{BegunJson, ExecutedJson},
    wire::{GuardJson, Moment, location_in_path},
};
use crate::{
    model::{Change, ChangeKind, Counts, Group, Plan, PlanId, RunId, SyncLocation},
    service::{Execute, Preview, UserSync},
};

/// A location, as previews name it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncLocation)]
pub(super) struct PlaceJson {
    id: i64,
    location_code: String,
    location_name: String,
}

impl From<SyncLocation> for PlaceJson {
    fn from(location: SyncLocation) -> Self {
        Self {
            id: location.id.get(),
            location_code: location.code,
            location_name: location.name,
        }
    }
}

/// How many users each thing would happen to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncSummary)]
pub(super) struct SummaryJson {
    new: u64,
    reactivated: u64,
    updated: u64,
    deleted: u64,
    unchanged: u64,
    /// Rows that are no users.
    invalid: u64,
    /// Distinct valid active users on the server.
    total: u64,
}

impl From<Counts> for SummaryJson {
    fn from(counts: Counts) -> Self {
        Self {
            new: counts.added,
            reactivated: counts.reactivated,
            updated: counts.updated,
            deleted: counts.deleted,
            unchanged: counts.unchanged,
            invalid: counts.invalid,
            total: counts.total,
        }
    }
}

/// A preview without its lists.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncPreviewHead)]
pub(super) struct HeadJson {
    #[schema(value_type = String)]
    preview_id: PlanId,
    location: PlaceJson,
    summary: SummaryJson,
    guard: GuardJson,
    /// The run that carried it out.
    #[schema(value_type = Option<String>)]
    run_id: Option<RunId>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// Until when it can be carried out.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Moment,
}

impl HeadJson {
    fn new(plan: Plan, location: SyncLocation) -> Self {
        Self {
            guard: GuardJson::from(&plan.verdict()),
            preview_id: plan.id,
            location: location.into(),
            summary: plan.counts.into(),
            run_id: plan.run_id,
            created_at: Moment(plan.created_at),
            expires_at: Moment(plan.expires_at),
        }
    }
}

/// What a sync would do. Each list has its first 1,000 users; the others are in
/// `GET /api/user-sync/previews/{previewId}/{group}`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncPreview)]
pub(super) struct PreviewJson {
    #[serde(flatten)]
    head: HeadJson,
    new: Vec<SyncUserJson>,
    reactivated: Vec<SyncUserJson>,
    updated: Vec<UpdateJson>,
    deleted: Vec<SyncUserJson>,
    unchanged: Vec<SyncUserJson>,
    invalid: Vec<InvalidJson>,
}

impl From<Preview> for PreviewJson {
    fn from(preview: Preview) -> Self {
        let Preview {
            plan,
            location,
            lists,
        } = preview;
        let mut json = Self {
            head: HeadJson::new(plan, location),
            new: Vec::new(),
            reactivated: Vec::new(),
            updated: Vec::new(),
            deleted: Vec::new(),
            unchanged: lists.unchanged.into_iter().map(Into::into).collect(),
            invalid: lists.invalid.into_iter().map(Into::into).collect(),
        };
        for change in lists.changes {
            match change.kind {
                ChangeKind::New => json.new.push(change.into()),
                ChangeKind::Reactivated => json.reactivated.push(change.into()),
                ChangeKind::Updated => json.updated.push(change.into()),
                ChangeKind::Deleted => json.deleted.push(change.into()),
                ChangeKind::Linked | ChangeKind::Kept => {}
            }
        }
        json
    }
}

/// Reads a location's server and says what a sync would do. No user is changed.
#[utoipa::path(post, path = "/api/user-sync/locations/{id}/preview", operation_id = "preview_sync", tag = "user-sync",
    params(("id" = i64, Path)), security(("bearer" = [])),
    responses((status = 200, body = PreviewJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 502, body = ErrorBody),
        (status = 504, body = ErrorBody)))]
pub(super) async fn preview(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<i64>,
) -> Result<Json<PreviewJson>, ApiError> {
    let preview = service.preview(location_in_path(id)?).await?;
    Ok(Json(preview.into()))
}

/// A preview that was made before, without its lists.
#[utoipa::path(get, path = "/api/user-sync/previews/{previewId}", operation_id = "find_sync_preview", tag = "user-sync",
    params(("previewId" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = HeadJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn find(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<PlanId>,
) -> Result<Json<HeadJson>, ApiError> {
    let plan = service.find_preview(&id).await?;
    let location = service.find_location(plan.location_id).await?;
    Ok(Json(HeadJson::new(plan, location)))
}

/// An entry of a list of a preview.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = SyncPreviewItem)]
pub(super) enum ItemJson {
    /// In all groups but the next two.
    User(SyncUserJson),
    /// In `updated`.
    Update(UpdateJson),
    /// In `invalid`.
    Invalid(InvalidJson),
}

fn item(kind: ChangeKind, change: Change) -> ItemJson {
    match kind {
        ChangeKind::Updated => ItemJson::Update(change.into()),
        _ => ItemJson::User(change.into()),
    }
}

/// A list of a preview: `new`, `reactivated`, `updated`, `deleted`, `unchanged` or `invalid`.
#[utoipa::path(get, path = "/api/user-sync/previews/{previewId}/{group}", operation_id = "list_sync_preview",
    tag = "user-sync", params(("previewId" = String, Path), ("group" = String, Path), PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<ItemJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn group(
    State(service): State<UserSync>,
    _: Admin,
    Path((id, group)): Path<(PlanId, String)>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<ItemJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let group: Group = group
        .parse()
        .map_err(|error| Violations::one("group", error))?;
    let plan = service.find_preview(&id).await?;
    let (items, total): (Vec<ItemJson>, u64) = match group {
        Group::Changes(kind) => {
            let (changes, total) = service.list_changes(&plan, kind, page).await?;
            let items = changes.into_iter().map(|change| item(kind, change));
            (items.collect(), total)
        }
        Group::Unchanged => {
            let (users, total) = service.list_unchanged(&plan, page).await?;
            let items = users.into_iter().map(|user| ItemJson::User(user.into()));
            (items.collect(), total)
        }
        Group::Invalid => {
            let (rows, total) = service.list_invalid(&plan, page).await?;
            let items = rows.into_iter().map(|row| ItemJson::Invalid(row.into()));
            (items.collect(), total)
        }
    };
    Ok(Json(Listing::new(items, page, total)))
}

/// Whether an answer waits for the end.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WaitQuery {
    /// Answers when it has ended.
    #[param(default = false)]
    wait: Option<bool>,
}

impl WaitQuery {
    pub(super) fn waits(self) -> bool {
        self.wait.unwrap_or(false)
    }
}

/// What is to be carried out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExecuteRequest {
    #[schema(value_type = String)]
    preview_id: PlanId,
    /// E-mails of users that are left as they are; 500 at most.
    exclude: Option<Vec<String>>,
    /// Overrides the guard, which is kept in the run.
    allow_large_deletion: Option<bool>,
}

/// The most users that are left out by name.
const EXCLUDED: usize = 500;

impl ExecuteRequest {
    fn into_execute(self) -> Result<Execute, Violations> {
        let given = self.exclude.unwrap_or_default();
        let mut violations = Violations::default();
        if given.len() > EXCLUDED {
            violations.add("exclude", "must have at most 500 items");
        }
        let mut exclude = Vec::with_capacity(given.len().min(EXCLUDED));
        for (place, email) in given.iter().take(EXCLUDED).enumerate() {
            exclude.extend(violations.check(&format!("exclude[{place}]"), Email::parse(email)));
        }
        violations.finish(|| {
            Some(Execute {
                preview_id: self.preview_id,
                exclude,
                allow_large_deletion: self.allow_large_deletion.unwrap_or(false),
            })
        })
    }
}

/// Carries out what a preview showed: all of it or none.
#[utoipa::path(post, path = "/api/user-sync/locations/{id}/execute", operation_id = "execute_sync", tag = "user-sync",
    params(("id" = i64, Path), WaitQuery), request_body = ExecuteRequest, security(("bearer" = [])),
    responses((status = 200, body = ExecutedJson), (status = 202, body = BegunJson), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub(super) async fn execute(
    State(service): State<UserSync>,
    admin: Admin,
    Path(id): Path<i64>,
    Query(query): Query<WaitQuery>,
    Json(request): Json<ExecuteRequest>,
) -> Result<Response, ApiError> {
    let id = location_in_path(id)?;
    let execute = request.into_execute()?;
    let actor = admin.caller().actor();
    let begun = service.execute(id, execute, &actor).await?;
    if query.waits() {
        let run = begun.end().await?;
        return Ok(Json(ExecutedJson::from(run)).into_response());
    }
    let begun = BegunJson {
        run_id: begun.run_id,
    };
    Ok((StatusCode::ACCEPTED, Json(begun)).into_response())
}
