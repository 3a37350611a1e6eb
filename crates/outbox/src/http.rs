use std::sync::Arc;

use api_error::{ApiError, ErrorBody, Json, Query};
use auth::{Role, Session};
use axum::extract::State;
use chrono::SecondsFormat;
use database::{Database, StorageError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Audience, RecordedEvent, Tail, store};

/// How many events one call answers with.
const LIMIT: u32 = 500;

#[derive(Clone)]
struct Events {
    database: Database,
    tail: Arc<Tail>,
}

/// `GET /api/events`.
pub fn router(database: Database, tail: Arc<Tail>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list))
        .with_state(Events { database, tail })
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// The `eventId` of the last event that the caller has; 0 or left out: all that are kept.
    #[param(minimum = 0, default = 0)]
    after: Option<u64>,
}

/// Events in the order in which they happened.
#[derive(Debug, Serialize, ToSchema)]
struct EventList {
    items: Vec<EventItem>,
}

/// A recorded event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EventItem {
    /// Grows strictly; the cursor of the next call.
    event_id: i64,
    /// Its name, such as `booking:status_updated`.
    event: String,
    /// What it says, the same as over Socket.IO.
    #[schema(value_type = Object)]
    data: Box<RawValue>,
    #[schema(value_type = String, format = DateTime)]
    created_at: String,
}

impl From<RecordedEvent> for EventItem {
    fn from(event: RecordedEvent) -> Self {
        Self {
            event_id: event.event_id,
            event: event.event,
            data: event.data,
            created_at: event
                .created_at
                .to_rfc3339_opts(SecondsFormat::Millis, true),
        }
    }
}

/// The caller's own recorded events, oldest first, at most 500 a call, kept 7 days.
#[utoipa::path(
    get,
    path = "/api/events", operation_id = "list_events",
    tag = "events",
    params(EventsQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = EventList),
        (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody),
    )
)]
async fn list(
    State(events): State<Events>,
    session: Session,
    Query(query): Query<EventsQuery>,
) -> Result<Json<EventList>, ApiError> {
    let after = query
        .after
        .map_or(0, |after| i64::try_from(after).unwrap_or(i64::MAX));
    let mut audience = vec![Audience::Account(session.id)];
    if session.role == Role::Admin {
        audience.push(Audience::Admins);
    }
    let read = async {
        let until = events.tail.settled().await?;
        store::read_own(&events.database, &audience, (after, until), LIMIT).await
    };
    let items = read.await.map_err(refused)?;
    Ok(Json(EventList {
        items: items.into_iter().map(EventItem::from).collect(),
    }))
}

fn refused(error: StorageError) -> ApiError {
    if error.is_unavailable() {
        ApiError::unavailable(error)
    } else {
        ApiError::internal(error)
    }
}
