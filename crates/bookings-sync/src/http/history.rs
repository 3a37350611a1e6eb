use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use validation::Page;

use super::{rights::BookingsReader, wire::Moment};
use crate::{
    model::{BookingId, FieldChange, HistoryEntry, Outcome},
    service::Bookings,
};

/// One line of a booking's history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct HistoryJson {
    id: i64,
    #[schema(value_type = String)]
    booking_id: BookingId,
    customer_id: String,
    /// `create`, `booking-update`, `assign`, `delete`, `manual-sync`, `find-and-sync`, `sync-all-customer`, `reconcile`.
    call: String,
    actor: ActorJson,
    changes: Vec<ChangeJson>,
    /// `done` or `refused`.
    #[schema(value_type = String)]
    outcome: &'static str,
    /// Why it was refused.
    error: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActorJson {
    id: String,
    /// `admin`, `partner`, `customer`, `service` or `system`.
    kind: String,
}

/// A field, before and after.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangeJson {
    field: String,
    from: Value,
    to: Value,
}

impl From<HistoryEntry> for HistoryJson {
    fn from(entry: HistoryEntry) -> Self {
        let (outcome, error) = match entry.outcome {
            Outcome::Done => ("done", None),
            Outcome::Refused(error) => ("refused", Some(error)),
        };
        let change = |change: FieldChange| ChangeJson {
            field: change.field,
            from: change.from,
            to: change.to,
        };
        Self {
            id: entry.id,
            booking_id: entry.booking_id,
            customer_id: entry.customer_id,
            call: entry.call,
            actor: ActorJson {
                id: entry.actor.0,
                kind: entry.actor.1,
            },
            changes: entry.changes.into_iter().map(change).collect(),
            outcome,
            error,
            at: Moment(entry.at),
        }
    }
}

/// Who changed or synced what, newest first.
#[utoipa::path(get, path = "/bookings/{id}/sync-history", tag = "sync", params(("id" = String, Path), PageQuery),
    security(("bearer" = [])),
    responses((status = 200, body = Listing<HistoryJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn history(
    State(bookings): State<Bookings>,
    BookingsReader(viewer): BookingsReader,
    Path(id): Path<BookingId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<HistoryJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let (items, total) = bookings.history(&viewer, &id, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}
