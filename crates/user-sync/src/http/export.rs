use std::{io, sync::Arc};

use api_error::{ApiError, ErrorBody, Path};
use auth::Admin;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use validation::Page;

use super::{
    csv,
    rows::{FieldJson, RunChangeJson, SyncUserJson},
};
use crate::{
    model::{Change, ChangeKind, Plan, PlanId, Run, RunId},
    service::UserSync,
};

/// How many lines are read at once.
const CHUNK: u32 = 200;

/// The lists of a preview, in the order of the file.
const LISTS: [(&str, Option<ChangeKind>); 6] = [
    ("new", Some(ChangeKind::New)),
    ("reactivated", Some(ChangeKind::Reactivated)),
    ("updated", Some(ChangeKind::Updated)),
    ("deleted", Some(ChangeKind::Deleted)),
    ("unchanged", None),
    ("invalid", None),
];

/// What a file is made from.
#[derive(Debug)]
enum Source {
    Preview(Plan),
    Run(Run),
}

/// How far a file has come: which list, which window of it.
#[derive(Clone, Copy, Debug)]
struct Place {
    list: usize,
    page: u32,
}

/// A file that is read while it is sent.
struct File {
    service: UserSync,
    source: Source,
}

impl File {
    fn head(&self) -> [String; 7] {
        let last = match self.source {
            Source::Preview(_) => ["group", "email", "name", "phone", "role", "company", "note"],
            Source::Run(_) => [
                "action", "email", "name", "phone", "role", "company", "changes",
            ],
        };
        last.map(str::to_owned)
    }

    /// The lines at `place`, and where it goes on.
    async fn piece(&self, place: Place) -> Result<(Vec<[String; 7]>, Option<Place>), ApiError> {
        let page = Page::new(Some(place.page), Some(CHUNK)).unwrap_or_default();
        let lines = match &self.source {
            Source::Preview(plan) => self.of_preview(plan, place.list, page).await?,
            Source::Run(run) => {
                let (changes, _) = self.service.list_run_changes(run, page).await?;
                changes.into_iter().map(of_run).collect()
            }
        };
        let lists = match self.source {
            Source::Preview(_) => LISTS.len(),
            Source::Run(_) => 1,
        };
        let next = if lines.len() == CHUNK as usize {
            Some(Place {
                page: place.page + 1,
                ..place
            })
        } else {
            let list = place.list + 1;
            (list < lists).then_some(Place { list, page: 1 })
        };
        Ok((lines, next))
    }

    async fn of_preview(
        &self,
        plan: &Plan,
        list: usize,
        page: Page,
    ) -> Result<Vec<[String; 7]>, ApiError> {
        let (name, kind) = LISTS[list];
        Ok(match kind {
            Some(kind) => {
                let (changes, _) = self.service.list_changes(plan, kind, page).await?;
                changes
                    .into_iter()
                    .map(|change| of_change(name, change))
                    .collect()
            }
            None if name == "unchanged" => {
                let (users, _) = self.service.list_unchanged(plan, page).await?;
                let line = |user| of_user(name, SyncUserJson::from(user), String::new());
                users.into_iter().map(line).collect()
            }
            None => {
                let (rows, _) = self.service.list_invalid(plan, page).await?;
                let line = |row: crate::model::InvalidRow| {
                    let mut line: [String; 7] = std::array::from_fn(|_| String::new());
                    name.clone_into(&mut line[0]);
                    line[6] = format!("row {}: {}", row.row, row.error);
                    line
                };
                rows.into_iter().map(line).collect()
            }
        })
    }

    /// Sends it piece by piece; the first one is read before the head is sent, so that a failure is told as such.
    async fn send(self, name: &str) -> Result<Response, ApiError> {
        let file = Arc::new(self);
        let start = Place { list: 0, page: 1 };
        let (lines, next) = file.piece(start).await?;
        let lines = std::iter::once(file.head()).chain(lines);
        let first = csv::lines(lines).map_err(ApiError::internal)?;
        let pieces = stream::unfold(Some((first, next)), move |ready| {
            let file = Arc::clone(&file);
            async move {
                let (bytes, next) = ready?;
                let Some(place) = next else {
                    return Some((Ok(bytes), None));
                };
                match file.bytes(place).await {
                    Ok(following) => Some((Ok(bytes), Some(following))),
                    Err(error) => {
                        tracing::warn!(error = error.sentence(), "an export broke off");
                        Some((Err(io::Error::other("the export broke off")), None))
                    }
                }
            }
        });
        let file_name = format!("attachment; filename=\"{name}.csv\"");
        let headers: [(HeaderName, String); 2] = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, file_name),
        ];
        Ok((headers, Body::from_stream(pieces)).into_response())
    }

    async fn bytes(&self, place: Place) -> Result<(Bytes, Option<Place>), ApiError> {
        let (lines, next) = self.piece(place).await?;
        Ok((csv::lines(lines).map_err(ApiError::internal)?, next))
    }
}

fn of_user(group: &str, user: SyncUserJson, note: String) -> [String; 7] {
    let text = Option::unwrap_or_default;
    [
        group.to_owned(),
        user.email,
        text(user.name),
        text(user.phone),
        text(user.role),
        text(user.company),
        note,
    ]
}

fn note(changes: &[FieldJson]) -> String {
    let change = |change: &FieldJson| {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        format!(
            "{}: {} -> {}",
            change.field,
            text(&change.from),
            text(&change.to)
        )
    };
    let notes: Vec<_> = changes.iter().map(change).collect();
    notes.join("; ")
}

fn of_change(group: &str, change: Change) -> [String; 7] {
    let note = match change.before {
        Some(_) => note(&RunChangeJson::from(change.clone()).changes),
        None => String::new(),
    };
    of_user(group, change.into(), note)
}

fn of_run(change: Change) -> [String; 7] {
    let done = RunChangeJson::from(change.clone());
    of_user(done.action, change.into(), note(&done.changes))
}

/// A preview as CSV, a line a user.
#[utoipa::path(get, path = "/api/user-sync/previews/{previewId}/export", operation_id = "export_sync_preview",
    tag = "user-sync", params(("previewId" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn preview(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<PlanId>,
) -> Result<Response, ApiError> {
    let source = Source::Preview(service.find_preview(&id).await?);
    File { service, source }.send("preview").await
}

/// What a run did as CSV, a line a user.
#[utoipa::path(get, path = "/api/user-sync/runs/{id}/export", operation_id = "export_sync_run", tag = "user-sync",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn run(
    State(service): State<UserSync>,
    _: Admin,
    Path(id): Path<RunId>,
) -> Result<Response, ApiError> {
    let source = Source::Run(service.find_run(&id).await?);
    File { service, source }.send("run").await
}
