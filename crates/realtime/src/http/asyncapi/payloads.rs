//! The payloads of events, as the `AsyncAPI` document describes them.

#![expect(
    dead_code,
    reason = "they are described, and written by whoever records the event"
)]

use utoipa::ToSchema;

/// `auth:refresh`
#[derive(ToSchema)]
pub(crate) struct AuthRefresh {
    token: String,
}

/// A booking, and why.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct BookingReason {
    booking_id: String,
    reason: Option<String>,
}

/// `booking:status_update`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct BookingStatus {
    booking_id: String,
    status: String,
    reason: Option<String>,
}

/// A place in degrees.
#[derive(ToSchema)]
pub(crate) struct Place {
    #[schema(minimum = -90, maximum = 90)]
    latitude: f64,
    #[schema(minimum = -180, maximum = 180)]
    longitude: f64,
}

/// `message:send`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct MessageSend {
    recipient_id: String,
    #[schema(min_length = 1, max_length = 4000)]
    message: String,
    booking_id: Option<String>,
}

/// What an ack says; on success the further fields of the event.
#[derive(ToSchema)]
pub(crate) struct Acknowledgement {
    ok: bool,
    error: Option<String>,
    code: Option<String>,
}

/// `error`
#[derive(ToSchema)]
pub(crate) struct Failure {
    message: String,
    code: String,
    event: Option<String>,
}

/// `booking:status_updated`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct StatusUpdated {
    event_id: i64,
    booking_id: String,
    status: String,
    assigned_status: String,
    message: String,
}

/// `partner:assigned`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct PartnerAssigned {
    event_id: i64,
    booking_id: String,
    partner: AssignedPartner,
}

/// Who does a booking.
#[derive(ToSchema)]
pub(crate) struct AssignedPartner {
    id: String,
    name: Option<String>,
    phone: Option<String>,
    rating: Option<f64>,
}

/// `partner:location_update`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct LocationUpdated {
    booking_id: String,
    location: Place,
    #[schema(format = DateTime)]
    timestamp: String,
}

/// `booking:new_request`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct NewRequest {
    event_id: i64,
    booking_id: String,
    booking_number: String,
    service: String,
    #[schema(format = DateTime)]
    scheduled_at: String,
    address: String,
    amount: f64,
}

/// `booking:cancelled`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the contract's names")]
pub(crate) struct Cancelled {
    event_id: i64,
    booking_id: String,
    reason: String,
    cancelled_by: String,
}

/// `earnings:updated`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct EarningsUpdated {
    event_id: i64,
    partner_id: String,
    booking_id: String,
    amount: f64,
    currency: String,
    total: f64,
}

/// `message:received`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct MessageReceived {
    event_id: i64,
    id: String,
    sender_id: String,
    message: String,
    booking_id: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// `message:sent`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct MessageSent {
    event_id: i64,
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    recipient_id: String,
}

/// `message:read`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct MessageRead {
    event_id: i64,
    id: String,
    #[schema(format = DateTime)]
    read_at: String,
}

/// `typing:indicator`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct Typing {
    user_id: String,
    typing: bool,
}

/// `notification:new`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct NotificationNew {
    event_id: i64,
    id: String,
    r#type: String,
    title: String,
    body: String,
    #[schema(value_type = Object)]
    data: serde_json::Value,
    #[schema(format = DateTime)]
    created_at: String,
}

/// `dashboard:stats_update`, and `GET /api/stats`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct Stats {
    bookings: BookingFigures,
    customers: u64,
    partners: u64,
    active_partners: u64,
    online_customers: u64,
    online_partners: u64,
    pending_kyc: u64,
    revenue: Vec<Revenue>,
    stock: StockFigures,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// How many bookings there are.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct BookingFigures {
    total: u64,
    by_status: std::collections::BTreeMap<String, u64>,
}

/// What completed bookings brought in one currency.
#[derive(ToSchema)]
pub(crate) struct Revenue {
    amount: f64,
    currency: String,
}

/// How many products there are.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct StockFigures {
    products: u64,
    out_of_stock: u64,
}

/// `booking:created`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct BookingCreated {
    event_id: i64,
    booking_id: String,
    booking_number: String,
    customer_id: String,
    partner_id: Option<String>,
    service: String,
    #[schema(format = DateTime)]
    scheduled_at: String,
    address: String,
    amount: f64,
    currency: String,
    status: String,
    assigned_status: String,
    version: i64,
}

/// `booking:updated`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct BookingUpdated {
    event_id: i64,
    booking_id: String,
    booking_number: String,
    customer_id: String,
    partner_id: Option<String>,
    status: String,
    assigned_status: String,
    version: i64,
    #[schema(value_type = Vec<Object>)]
    changes: Vec<serde_json::Value>,
}

/// `partner:registered`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct PartnerRegistered {
    event_id: i64,
    partner_id: String,
    name: String,
    email: String,
    phone: Option<String>,
    services: Vec<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// `kyc:submitted`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct KycSubmitted {
    event_id: i64,
    partner_id: String,
    name: String,
    document_type: Option<String>,
    #[schema(format = DateTime)]
    submitted_at: Option<String>,
}

/// How far a job is.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct Progress(serde_json::Value);

/// `STOCK_UPDATED`, `STOCK_REDUCED`, `STOCK_VALIDATED`
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the contract's names")]
pub(crate) struct Stock {
    event_id: i64,
    product_id: String,
    size: Option<String>,
    color: Option<String>,
    stock: Option<i64>,
    #[schema(format = DateTime)]
    timestamp: String,
    after_order: Option<bool>,
}
