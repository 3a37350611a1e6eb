use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::{AccountId, BookingsWrite, Scoped};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::{Amount, Currency, Money, Page, Text, Violations};

use super::{
    rights::{BookingsCreator, BookingsReader, BookingsWriter},
    wire::{BookingJson, Moment, nullable},
};
use crate::{
    model::{AssignedStatus, BookingDraft, BookingId, Edit, Status},
    repository::BookingFilter,
    service::{Bookings, Change, Viewer},
};

/// What is in US dollars unless the client says otherwise.
const DEFAULT_CURRENCY: &str = "USD";

/// Which bookings.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct BookingsQuery {
    /// Those of one customer.
    #[param(value_type = Option<String>)]
    customer_id: Option<AccountId>,
    /// Those of one partner.
    #[param(value_type = Option<String>)]
    partner_id: Option<AccountId>,
    /// `unassigned`, `assigned`, `confirm`, `completed` or `cancelled`.
    #[param(value_type = Option<String>)]
    assigned_status: Option<AssignedStatus>,
    /// `PENDING`, `PARTNER_ASSIGNED`, `PARTNER_ACCEPTED`, `IN_PROGRESS`, `COMPLETED` or `CANCELLED`.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// Scheduled at this time or later.
    #[param(value_type = Option<String>)]
    from: Option<Moment>,
    /// Scheduled before this time.
    #[param(value_type = Option<String>)]
    to: Option<Moment>,
    /// A text in id, number, service, address or notes.
    #[param(value_type = Option<String>, max_length = 200)]
    q: Option<String>,
}

impl BookingsQuery {
    fn into_filter(self) -> Result<BookingFilter, Violations> {
        let text = self
            .q
            .as_deref()
            .map(Text::<200>::parse_optional)
            .transpose();
        let text = text.map_err(|error| Violations::one("q", error))?.flatten();
        Ok(BookingFilter {
            customer_id: self.customer_id,
            partner_id: self.partner_id,
            status: self.status,
            assigned_status: self.assigned_status,
            from: self.from.map(|from| from.0),
            to: self.to.map(|to| to.0),
            text: text.map(Text::into_string),
        })
    }
}

/// Bookings that the caller may see, newest first.
#[utoipa::path(get, path = "/bookings", operation_id = "list_bookings", tag = "bookings", params(BookingsQuery, PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<BookingJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(bookings): State<Bookings>,
    BookingsReader(viewer): BookingsReader,
    Query(query): Query<BookingsQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<BookingJson>>, ApiError> {
    let (page, filter) = (Page::try_from(page)?, query.into_filter()?);
    let (items, total) = bookings.list(&viewer, filter, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// A new booking.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateBooking {
    /// A given id; staff only.
    #[schema(value_type = Option<String>)]
    id: Option<BookingId>,
    /// The customer's account; a customer's own booking needs none.
    #[schema(value_type = Option<String>)]
    customer_id: Option<AccountId>,
    /// Who is to do it; staff only.
    #[schema(value_type = Option<String>)]
    partner_id: Option<AccountId>,
    #[schema(value_type = String, max_length = 200)]
    service: Text<200>,
    #[schema(value_type = String, format = DateTime)]
    scheduled_at: Moment,
    #[schema(value_type = String, max_length = 4000)]
    address: Text<4000>,
    /// A number or a decimal text; 0 where it is left out.
    #[schema(value_type = Option<f64>)]
    amount: Option<Amount>,
    /// ISO 4217; USD where it is left out.
    #[schema(value_type = Option<String>)]
    currency: Option<Currency>,
    /// Staff only.
    #[schema(value_type = Option<String>)]
    status: Option<Status>,
    /// Staff only.
    #[schema(value_type = Option<String>)]
    assigned_status: Option<AssignedStatus>,
    #[schema(value_type = Option<String>, max_length = 4000)]
    notes: Option<String>,
}

impl CreateBooking {
    fn into_draft(self, creator: Option<AccountId>) -> Result<BookingDraft, ApiError> {
        if let Some(own) = &creator {
            let for_others = self.customer_id.as_ref().is_some_and(|id| id != own);
            let staff_only =
                self.id.is_some() || self.partner_id.is_some() || self.status.is_some();
            if for_others || staff_only || self.assigned_status.is_some() {
                return Err(ApiError::forbidden(
                    "A customer may only ask for an own booking",
                ));
            }
        }
        let customer_id = creator
            .or(self.customer_id)
            .ok_or_else(|| Violations::one("customerId", "is required"))?;
        let currency = self
            .currency
            .map_or_else(|| Currency::parse(DEFAULT_CURRENCY), Ok);
        let amount = self
            .amount
            .map_or(rust_decimal::Decimal::ZERO, |amount| amount.0);
        let price = currency.and_then(|currency| Money::new(amount, currency));
        let notes = self.notes.as_deref().map(Text::parse_optional).transpose();
        let status = match (self.status, self.assigned_status) {
            (Some(status), Some(assigned)) if status.assigned_status() != assigned => {
                return Err(Violations::one("assignedStatus", "disagrees with status").into());
            }
            (status, assigned) => status.or(assigned.map(AssignedStatus::first_status)),
        };
        if self.partner_id.is_some() && status == Some(Status::Pending) {
            return Err(
                Violations::one("partnerId", "an unassigned booking has no partner").into(),
            );
        }
        Ok(BookingDraft {
            id: self.id,
            customer_id,
            partner_id: self.partner_id,
            service: self.service,
            scheduled_at: self.scheduled_at.0,
            address: self.address,
            price: price.map_err(|error| Violations::one("amount", error))?,
            status,
            notes: notes
                .map_err(|error| Violations::one("notes", error))?
                .flatten(),
        })
    }
}

/// Makes a booking, and the copy that its customer reads.
#[utoipa::path(post, path = "/bookings", tag = "bookings", request_body = CreateBooking, security(("bearer" = [])),
    responses((status = 201, body = BookingJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn create(
    State(bookings): State<Bookings>,
    creator: BookingsCreator,
    Json(request): Json<CreateBooking>,
) -> Result<(StatusCode, Json<BookingJson>), ApiError> {
    let draft = request.into_draft(creator.customer)?;
    let booking = bookings.create(draft, &creator.actor).await?;
    Ok((StatusCode::CREATED, Json(booking.into())))
}

/// A booking that the caller may see.
#[utoipa::path(get, path = "/bookings/{id}", operation_id = "find_booking", tag = "bookings", params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = BookingJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn find(
    State(bookings): State<Bookings>,
    BookingsReader(viewer): BookingsReader,
    Path(id): Path<BookingId>,
) -> Result<Json<BookingJson>, ApiError> {
    Ok(Json(bookings.find(&viewer, &id).await?.into()))
}

/// What is to change; what is left out stays.
#[expect(clippy::option_option, reason = "null and left out are two things")]
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdateBooking {
    #[schema(value_type = Option<String>)]
    customer_id: Option<AccountId>,
    /// Null takes the booking from its partner.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    partner_id: Option<Option<AccountId>>,
    #[schema(value_type = Option<String>, max_length = 200)]
    service: Option<Text<200>>,
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_at: Option<Moment>,
    #[schema(value_type = Option<String>, max_length = 4000)]
    address: Option<Text<4000>>,
    #[schema(value_type = Option<f64>)]
    amount: Option<Amount>,
    #[schema(value_type = Option<String>)]
    currency: Option<Currency>,
    /// The only field that customers and partners may change.
    #[schema(value_type = Option<String>)]
    status: Option<Status>,
    #[schema(value_type = Option<String>)]
    assigned_status: Option<AssignedStatus>,
    /// Null removes them.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 4000)]
    notes: Option<Option<String>>,
    /// Why; told to whoever hears of a cancellation.
    #[schema(value_type = Option<String>, max_length = 4000)]
    reason: Option<String>,
    /// The version that the caller knows: 409 if the booking has moved on.
    version: Option<i64>,
}

impl UpdateBooking {
    fn into_change(self, viewer: Viewer) -> Result<Change, ApiError> {
        let notes = self
            .notes
            .map(|notes| notes.as_deref().map_or(Ok(None), Text::parse_optional))
            .transpose();
        let edit = Edit {
            customer_id: self.customer_id,
            partner_id: self.partner_id,
            service: self.service,
            scheduled_at: self.scheduled_at.map(|at| at.0),
            address: self.address,
            amount: self.amount.map(|amount| amount.0),
            currency: self.currency,
            status: self.status,
            assigned_status: self.assigned_status,
            notes: notes.map_err(|error| Violations::one("notes", error))?,
        };
        if viewer == Viewer::Staff {
            return Ok(Change::Edit(edit));
        }
        let status = edit.status;
        if edit
            != (Edit {
                status,
                ..Edit::default()
            })
        {
            return Err(ApiError::forbidden("You may only change the status"));
        }
        let status = status.ok_or_else(|| Violations::one("status", "is required"))?;
        Ok(match viewer {
            Viewer::Partner(id) => Change::ByPartner(id, status),
            Viewer::Customer(id) => Change::ByCustomer(id, status),
            Viewer::Staff => Change::Edit(edit),
        })
    }
}

/// Changes a booking, and the copy that its customer reads, in one transaction.
#[utoipa::path(put, path = "/bookings/{id}", tag = "bookings", params(("id" = String, Path)), request_body = UpdateBooking,
    security(("bearer" = [])),
    responses((status = 200, body = BookingJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn put(
    State(bookings): State<Bookings>,
    writer: BookingsWriter,
    Path(id): Path<BookingId>,
    Json(request): Json<UpdateBooking>,
) -> Result<Json<BookingJson>, ApiError> {
    let version = request.version;
    let reason = request
        .reason
        .as_deref()
        .map(Text::<4000>::parse_optional)
        .transpose();
    let reason = reason
        .map_err(|error| Violations::one("reason", error))?
        .flatten();
    let change = request.into_change(writer.viewer)?;
    let why = (version, reason.as_ref().map(Text::as_str));
    Ok(Json(
        bookings
            .change(&id, &change, why, &writer.actor)
            .await?
            .into(),
    ))
}

/// The same as `PUT`.
#[utoipa::path(patch, path = "/bookings/{id}", tag = "bookings", params(("id" = String, Path)), request_body = UpdateBooking,
    security(("bearer" = [])),
    responses((status = 200, body = BookingJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn patch(
    state: State<Bookings>,
    writer: BookingsWriter,
    id: Path<BookingId>,
    request: Json<UpdateBooking>,
) -> Result<Json<BookingJson>, ApiError> {
    put(state, writer, id, request).await
}

/// It is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Deleted {
    success: bool,
}

/// Deletes a booking, and the copy that its customer reads. Its history stays.
#[utoipa::path(delete, path = "/bookings/{id}", tag = "bookings", params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = Deleted), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn delete(
    State(bookings): State<Bookings>,
    writer: Scoped<BookingsWrite>,
    Path(id): Path<BookingId>,
) -> Result<Json<Deleted>, ApiError> {
    bookings.delete(&id, &writer.caller().actor()).await?;
    Ok(Json(Deleted { success: true }))
}

/// Who is to do it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssignBooking {
    #[schema(value_type = String)]
    partner_id: AccountId,
    /// The version that the caller knows: 409 if the booking has moved on.
    version: Option<i64>,
}

/// Gives a booking to an approved partner, whose yes is awaited then.
#[utoipa::path(post, path = "/bookings/{id}/assign", tag = "bookings", params(("id" = String, Path)),
    request_body = AssignBooking, security(("bearer" = [])),
    responses((status = 200, body = BookingJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn assign(
    State(bookings): State<Bookings>,
    writer: Scoped<BookingsWrite>,
    Path(id): Path<BookingId>,
    Json(request): Json<AssignBooking>,
) -> Result<Json<BookingJson>, ApiError> {
    let AssignBooking {
        partner_id,
        version,
    } = request;
    let (change, actor) = (Change::Assign(partner_id), writer.caller().actor());
    Ok(Json(
        bookings
            .change(&id, &change, (version, None), &actor)
            .await?
            .into(),
    ))
}
