use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Query};
use auth::{BookingsRead, BookingsWrite, Scoped};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validation::Page;

use super::wire::DifferenceJson;
use crate::{
    model::{DriftItem, Mirror, Reconciliation},
    service::Bookings,
};

/// One place where a booking and a copy are out of step.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DriftItemJson {
    booking_id: String,
    customer_id: Option<String>,
    /// Under whom the copy lies, or should.
    user_id: Option<String>,
    /// `missing`, `stale`, `wrong_user` or `orphan`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// The mirrored fields of the booking, where there is one.
    #[schema(value_type = Option<Object>)]
    main: Option<Map<String, Value>>,
    /// The same of the copy, where there is one.
    #[schema(value_type = Option<Object>)]
    mirror: Option<Map<String, Value>>,
    differences: Vec<DifferenceJson>,
}

impl From<DriftItem> for DriftItemJson {
    fn from(item: DriftItem) -> Self {
        let object = |fields: [(&str, Value); 10]| {
            fields
                .map(|(field, value)| (field.to_owned(), value))
                .into_iter()
                .collect()
        };
        let differences = match (&item.main, &item.mirror) {
            (Some(main), Some(mirror)) => mirror.differences(main),
            _ => Vec::new(),
        };
        Self {
            booking_id: item.booking_id,
            customer_id: item.customer_id,
            user_id: item.user_id,
            kind: item.kind.as_str(),
            main: item.main.as_ref().map(Mirror::fields_of).map(object),
            mirror: item.mirror.as_ref().map(Mirror::fields).map(object),
            differences: differences.into_iter().map(DifferenceJson::from).collect(),
        }
    }
}

/// Every place where a booking and a copy are out of step, by booking.
#[utoipa::path(get, path = "/bookings/sync-drift", tag = "sync", params(PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<DriftItemJson>), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn drift(
    State(bookings): State<Bookings>,
    _: Scoped<BookingsRead>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<DriftItemJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let (items, total) = bookings.drift(page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// Whether to heal or only to look.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReconcileRequest {
    /// Left out: heal.
    dry_run: Option<bool>,
}

/// What was found and healed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReconcileAnswer {
    success: bool,
    dry_run: bool,
    checked: u64,
    missing: u64,
    stale: u64,
    wrong_user: u64,
    orphan: u64,
    healed: u64,
}

/// Brings every copy back in step with its booking, in bounded steps beside live traffic.
#[utoipa::path(post, path = "/bookings/reconcile", tag = "sync", request_body = ReconcileRequest, security(("bearer" = [])),
    responses((status = 200, body = ReconcileAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn reconcile(
    State(bookings): State<Bookings>,
    writer: Scoped<BookingsWrite>,
    Json(request): Json<ReconcileRequest>,
) -> Result<Json<ReconcileAnswer>, ApiError> {
    let dry_run = request.dry_run.unwrap_or(false);
    let done = bookings
        .reconcile(dry_run, &writer.caller().actor())
        .await?;
    let Reconciliation {
        checked,
        missing,
        stale,
        wrong_user,
        orphan,
        healed,
    } = done;
    Ok(Json(ReconcileAnswer {
        success: true,
        dry_run,
        checked,
        missing,
        stale,
        wrong_user,
        orphan,
        healed,
    }))
}
