use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::Session;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use validation::Page;

use crate::{
    events::rfc3339,
    model::{Notification, NotificationId},
    realtime::Realtime,
};

/// Which notifications.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NotificationsQuery {
    /// `true`: those that were not read; `false`: those that were.
    unread: Option<bool>,
}

/// What needs somebody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Notification)]
pub(super) struct NotificationJson {
    #[schema(value_type = String)]
    id: NotificationId,
    /// What it is about, such as `booking_request`.
    r#type: String,
    title: String,
    body: String,
    /// What a program needs to lead there.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was read.
    #[schema(format = DateTime)]
    read_at: Option<String>,
}

impl From<Notification> for NotificationJson {
    fn from(notification: Notification) -> Self {
        let draft = notification.draft;
        Self {
            id: notification.id,
            r#type: draft.kind,
            title: draft.title,
            body: draft.body,
            data: draft.data,
            created_at: rfc3339(notification.created_at),
            read_at: notification.read_at.map(rfc3339),
        }
    }
}

/// The caller's own notifications, newest first.
#[utoipa::path(get, path = "/api/notifications", operation_id = "list_notifications", tag = "messages",
    params(NotificationsQuery, PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<NotificationJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(realtime): State<Realtime>,
    session: Session,
    Query(query): Query<NotificationsQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<NotificationJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let talk = &realtime.server().talk;
    let (items, total) = talk.notifications(&session.id, query.unread, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// Notes that a notification was read; again changes nothing.
#[utoipa::path(post, path = "/api/notifications/{id}/read", operation_id = "read_notification", tag = "messages",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = NotificationJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn read(
    State(realtime): State<Realtime>,
    session: Session,
    Path(id): Path<NotificationId>,
) -> Result<Json<NotificationJson>, ApiError> {
    let talk = &realtime.server().talk;
    Ok(Json(talk.read_notification(&session.id, id).await?.into()))
}
