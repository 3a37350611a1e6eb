use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::Admin;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::Page;

use super::{
    rows::RunChangeJson,
    wire::{Moment, ReasonJson, location_id},
};
use crate::{
    model::{PlanId, Run, RunId},
    service::UserSync,
};

/// A run that goes on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncBegun)]
pub(super) struct BegunJson {
    #[schema(value_type = String)]
    pub(super) run_id: RunId,
}

/// What a run did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncExecuted)]
pub(super) struct ExecutedJson {
    #[schema(value_type = String)]
    run_id: RunId,
    message: String,
    added: u64,
    reactivated: u64,
    updated: u64,
    deactivated: u64,
    unchanged: u64,
}

impl From<Run> for ExecutedJson {
    fn from(run: Run) -> Self {
        Self {
            message: run.message(),
            added: run.counts.added,
            reactivated: run.counts.reactivated,
            updated: run.counts.updated,
            deactivated: run.counts.deleted,
            unchanged: run.counts.unchanged,
            run_id: run.id,
        }
    }
}

/// One time that users were synced, or a sync was taken back.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncRun)]
pub(super) struct RunJson {
    #[schema(value_type = String)]
    id: RunId,
    location_id: i64,
    /// The preview that it carried out.
    #[schema(value_type = Option<String>)]
    preview_id: Option<PlanId>,
    /// `running`, `completed` (all of it) or `failed` (none of it).
    #[schema(value_type = String)]
    status: &'static str,
    /// `manual`, `schedule`, `bulk` or `undo`.
    #[schema(value_type = String)]
    trigger: &'static str,
    /// Who began it.
    actor: ActorJson,
    counts: CountsJson,
    progress: ProgressJson,
    #[schema(value_type = String, format = DateTime)]
    started_at: Moment,
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Moment>,
    duration_ms: Option<i64>,
    /// What an admin reads when it went well.
    message: Option<String>,
    /// Why it failed.
    error: Option<String>,
    /// The code of that.
    error_code: Option<String>,
    /// Whether it was allowed whatever the guard says.
    allow_large_deletion: bool,
    /// What the guard had to say, where it was overridden.
    guard_reasons: Vec<ReasonJson>,
    /// The run that this one took back.
    #[schema(value_type = Option<String>)]
    undone_run_id: Option<RunId>,
    /// The run that took this one back.
    #[schema(value_type = Option<String>)]
    undone_by_run_id: Option<RunId>,
    /// Whom an undo left as they were.
    conflicts: Vec<ConflictJson>,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncActor)]
pub(super) struct ActorJson {
    /// The account; `system` for a schedule.
    id: String,
    /// `admin` or `system`.
    kind: String,
}

/// How many users each thing happened to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncCounts)]
pub(super) struct CountsJson {
    added: u64,
    reactivated: u64,
    updated: u64,
    deactivated: u64,
    unchanged: u64,
}

/// How far something has come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncProgress)]
pub(super) struct ProgressJson {
    /// `fetching`, `executing` or `done`.
    #[schema(value_type = String)]
    phase: &'static str,
    done: u64,
    total: u64,
}

/// A user that an undo left as it was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncConflict)]
pub(super) struct ConflictJson {
    email: String,
    reason: String,
}

fn conflicts(run: &Run) -> Vec<ConflictJson> {
    let conflict = |(email, reason): &(String, String)| ConflictJson {
        email: email.clone(),
        reason: reason.clone(),
    };
    run.conflicts.iter().map(conflict).collect()
}

impl From<Run> for RunJson {
    fn from(run: Run) -> Self {
        use crate::model::{RunStatus, Trigger};
        let is_sync = run.status == RunStatus::Completed && run.trigger != Trigger::Undo;
        let (phase, done, total) = run.progress;
        let duration = run.finished_at.map(|end| end - run.started_at);
        let counts = CountsJson {
            added: run.counts.added,
            reactivated: run.counts.reactivated,
            updated: run.counts.updated,
            deactivated: run.counts.deleted,
            unchanged: run.counts.unchanged,
        };
        Self {
            message: is_sync.then(|| run.message()),
            conflicts: conflicts(&run),
            guard_reasons: run.allowed.iter().flatten().map(ReasonJson::from).collect(),
            allow_large_deletion: run.allowed.is_some(),
            location_id: run.location_id.get(),
            preview_id: run.plan_id.filter(|_| run.trigger != Trigger::Undo),
            status: run.status.as_str(),
            trigger: run.trigger.as_str(),
            actor: ActorJson {
                id: run.actor.0,
                kind: run.actor.1,
            },
            counts,
            progress: ProgressJson {
                phase: phase.as_str(),
                done,
                total,
            },
            started_at: Moment(run.started_at),
            finished_at: run.finished_at.map(Moment),
            duration_ms: duration.map(|duration| duration.num_milliseconds()),
            error_code: run.failure.as_ref().map(|failure| failure.code.clone()),
            error: run.failure.map(|failure| failure.error),
            undone_run_id: run.undoes,
            undone_by_run_id: run.undone_by,
            id: run.id,
        }
    }
}

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunsQuery {
    /// Those of a location.
    location_id: Option<i64>,
}

/// Runs, newest first.
#[utoipa::path(get, path = "/api/user-sync/runs", operation_id = "list_sync_runs", tag = "user-sync",
    params(RunsQuery, PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<RunJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(service): State<UserSync>,
    _: Admin,
    Query(query): Query<RunsQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<RunJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let location = query.location_id.map(|id| location_id("locationId", id));
    let (items, total) = service.list_runs(location.transpose()?, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// A run, and how far it is.
#[utoipa::path(get, path = "/api/user-sync/runs/{id}", operation_id = "find_sync_run", tag = "user-sync",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = RunJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn find(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<RunId>,
) -> Result<Json<RunJson>, ApiError> {
    Ok(Json(service.find_run(&id).await?.into()))
}

/// What a run did to whom; nothing where it did not complete.
#[utoipa::path(get, path = "/api/user-sync/runs/{id}/changes", operation_id = "list_sync_run_changes", tag = "user-sync",
    params(("id" = String, Path), PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<RunChangeJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn changes(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<RunId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<RunChangeJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let run = service.find_run(&id).await?;
    let (items, total) = service.list_run_changes(&run, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// What an undo did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncUndone)]
pub(super) struct UndoneJson {
    #[schema(value_type = String)]
    run_id: RunId,
    #[schema(value_type = String)]
    undone_run_id: RunId,
    /// How many users became what they were.
    restored: u64,
    /// Users that were changed since and stay as they are.
    conflicts: Vec<ConflictJson>,
}

/// Takes a run back: every user that it changed becomes what it was, and those that it added become inactive.
#[utoipa::path(post, path = "/api/user-sync/runs/{id}/undo", operation_id = "undo_sync_run", tag = "user-sync",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = UndoneJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn undo(
    State(service): State<UserSync>,
    admin: Admin,
    Path(id): Path<RunId>,
) -> Result<Json<UndoneJson>, ApiError> {
    let actor = admin.caller().actor();
    let run = service.undo(&id, &actor).await?.end().await?;
    Ok(Json(UndoneJson {
        conflicts: conflicts(&run),
        restored: run.progress.1,
        run_id: run.id,
        undone_run_id: id,
    }))
}
