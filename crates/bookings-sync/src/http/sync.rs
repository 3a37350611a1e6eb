use api_error::{ApiError, ErrorBody, Json, Path, Query};
use auth::{AccountId, BookingsWrite, Scoped};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    rights::BookingsReader,
    wire::{DifferenceJson, Moment},
};
use crate::{
    model::{AssignedStatus, BookingId, SyncedBy},
    service::{BookingSync, Bookings, SyncDone, SyncStatus},
};

/// Whose booking it is, and to which state both sides are set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SyncRequest {
    /// Must be the booking's own customer.
    #[schema(value_type = String)]
    customer_id: AccountId,
    /// Left out: the booking's own.
    #[schema(value_type = Option<String>)]
    assigned_status: Option<AssignedStatus>,
}

impl SyncRequest {
    fn for_booking(self, id: BookingId, kind: SyncedBy) -> BookingSync {
        BookingSync {
            id,
            customer_id: self.customer_id,
            assigned_status: self.assigned_status,
            kind,
        }
    }
}

/// What was synced.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SyncAnswer {
    success: bool,
    message: String,
    #[schema(value_type = String)]
    booking_id: BookingId,
    #[schema(value_type = String)]
    customer_id: AccountId,
    #[schema(value_type = String)]
    user_id: AccountId,
    #[schema(value_type = String)]
    assigned_status: &'static str,
    /// The customer's copy had been missing.
    created_mirror: bool,
    /// The user under whom it lay instead.
    moved_from: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

impl SyncAnswer {
    fn new(done: SyncDone, message: String, timestamp: Moment) -> Self {
        let SyncDone {
            booking,
            created_mirror,
            moved_from,
        } = done;
        Self {
            success: true,
            message,
            assigned_status: booking.assigned_status().as_str(),
            booking_id: booking.id,
            customer_id: booking.customer_id.clone(),
            user_id: booking.customer_id,
            created_mirror,
            moved_from,
            timestamp,
        }
    }
}

/// Sets a booking and its customer's copy to one state, and makes a missing copy.
#[utoipa::path(post, path = "/bookings/{id}/manual-sync", tag = "sync", params(("id" = String, Path)),
    request_body = SyncRequest, security(("bearer" = [])),
    responses((status = 200, body = SyncAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn manual_sync(
    State(bookings): State<Bookings>,
    writer: Scoped<BookingsWrite>,
    Path(id): Path<BookingId>,
    Json(request): Json<SyncRequest>,
) -> Result<Json<SyncAnswer>, ApiError> {
    let sync = request.for_booking(id, SyncedBy::ManualSync);
    let done = bookings.sync(&sync, &writer.caller().actor()).await?;
    let BookingSync {
        id, customer_id, ..
    } = sync;
    let status = done.booking.assigned_status();
    let message = format!(
        "Manual synced assignedStatus '{status}' for booking {id} using customerId {customer_id}"
    );
    Ok(Json(SyncAnswer::new(done, message, Moment(bookings.now()))))
}

/// The same, and a copy that lies under another user is found and moved.
#[utoipa::path(post, path = "/bookings/{id}/find-and-sync", tag = "sync", params(("id" = String, Path)),
    request_body = SyncRequest, security(("bearer" = [])),
    responses((status = 200, body = SyncAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn find_and_sync(
    State(bookings): State<Bookings>,
    writer: Scoped<BookingsWrite>,
    Path(id): Path<BookingId>,
    Json(request): Json<SyncRequest>,
) -> Result<Json<SyncAnswer>, ApiError> {
    let sync = request.for_booking(id, SyncedBy::FindAndSync);
    let done = bookings.sync(&sync, &writer.caller().actor()).await?;
    let BookingSync {
        id, customer_id, ..
    } = sync;
    let message = format!("Successfully synced booking {id} for user {customer_id}");
    Ok(Json(SyncAnswer::new(done, message, Moment(bookings.now()))))
}

/// Under whom the copy is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusQuery {
    /// Left out: the booking's own customer.
    #[param(value_type = Option<String>)]
    customer_id: Option<AccountId>,
}

/// How a booking and its customer's copy stand.
#[expect(clippy::struct_excessive_bools, reason = "the contract's flags")]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SyncStatusAnswer {
    #[schema(value_type = String)]
    booking_id: BookingId,
    #[schema(value_type = Option<String>)]
    customer_id: Option<AccountId>,
    #[schema(value_type = Option<String>)]
    user_id: Option<AccountId>,
    main_exists: bool,
    user_exists: bool,
    mirror_exists: bool,
    in_sync: bool,
    status_match: bool,
    /// The booking's `assignedStatus`.
    #[schema(value_type = Option<String>)]
    main_status: Option<&'static str>,
    /// The copy's `assignedStatus`.
    user_status: Option<String>,
    differences: Vec<DifferenceJson>,
    /// When the copy was last written by a change or a sync.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_sync: Option<Moment>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_manual_sync_at: Option<Moment>,
    synced_by: Option<String>,
}

impl SyncStatusAnswer {
    fn new(booking_id: BookingId, status: SyncStatus) -> Self {
        let (in_sync, status_match) = (status.in_sync(), status.status_match());
        let mirror = status.mirror.as_ref();
        Self {
            booking_id,
            customer_id: status.user_id.clone(),
            main_exists: status.main.is_some(),
            user_exists: status.user_exists,
            mirror_exists: mirror.is_some(),
            in_sync,
            status_match,
            main_status: status
                .main
                .as_ref()
                .map(|main| main.assigned_status().as_str()),
            user_status: mirror.and_then(|mirror| mirror.assigned_status.clone()),
            last_sync: mirror.and_then(|mirror| mirror.mirrored_at).map(Moment),
            last_manual_sync_at: mirror
                .and_then(|mirror| mirror.last_manual_sync_at)
                .map(Moment),
            synced_by: mirror.and_then(|mirror| mirror.synced_by.clone()),
            user_id: status.user_id,
            differences: status
                .differences
                .into_iter()
                .map(DifferenceJson::from)
                .collect(),
        }
    }
}

/// How a booking and its customer's copy stand, also where something is missing.
#[utoipa::path(get, path = "/bookings/{id}/manual-sync-status", tag = "sync", params(("id" = String, Path), StatusQuery),
    security(("bearer" = [])),
    responses((status = 200, body = SyncStatusAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn status(
    State(bookings): State<Bookings>,
    BookingsReader(viewer): BookingsReader,
    Path(id): Path<BookingId>,
    Query(query): Query<StatusQuery>,
) -> Result<Json<SyncStatusAnswer>, ApiError> {
    let status = bookings
        .sync_status(&viewer, &id, query.customer_id)
        .await?;
    Ok(Json(SyncStatusAnswer::new(id, status)))
}

/// What was synced.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomerSyncAnswer {
    success: bool,
    message: String,
    synced_count: u64,
    total_bookings: u64,
    /// Copies that had been missing.
    created_count: u64,
    /// All or none are synced, so a success has none.
    errors: Vec<Value>,
}

/// Syncs all bookings of a customer at once.
#[utoipa::path(post, path = "/bookings/sync-customer", tag = "sync", request_body = SyncRequest, security(("bearer" = [])),
    responses((status = 200, body = CustomerSyncAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn sync_customer(
    State(bookings): State<Bookings>,
    writer: Scoped<BookingsWrite>,
    Json(request): Json<SyncRequest>,
) -> Result<Json<CustomerSyncAnswer>, ApiError> {
    let SyncRequest {
        customer_id,
        assigned_status,
    } = request;
    let synced = bookings
        .sync_customer(&customer_id, assigned_status, &writer.caller().actor())
        .await?;
    Ok(Json(CustomerSyncAnswer {
        success: true,
        message: format!(
            "Synced {} bookings for customer {customer_id}",
            synced.total
        ),
        synced_count: synced.total,
        total_bookings: synced.total,
        created_count: synced.created,
        errors: Vec::new(),
    }))
}
