mod bookings;
mod drift;
mod error;
mod history;
mod partners;
mod rights;
mod sync;
mod users;
mod wire;

use std::sync::Arc;

use database::{CheckedCache, Database, Watch};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    model::Booking,
    service::{Bookings, Partners},
};

/// A booking as every answer shows it.
pub fn booking_json(booking: Booking) -> serde_json::Value {
    serde_json::to_value(wire::BookingJson::from(booking)).unwrap_or_default()
}

/// Everything under `/bookings` and `/users`, and partners but for their registration, which begins with an account.
pub fn router(bookings: Bookings, partners: Partners, database: Database) -> OpenApiRouter {
    let pages = CheckedCache::new(database, Watch::Everything, users::CACHED_PAGES);
    let of_bookings = OpenApiRouter::new()
        .routes(routes!(bookings::list, bookings::create))
        .routes(routes!(sync::sync_customer))
        .routes(routes!(drift::drift))
        .routes(routes!(drift::reconcile))
        .routes(routes!(
            bookings::find,
            bookings::put,
            bookings::patch,
            bookings::delete
        ))
        .routes(routes!(bookings::assign))
        .routes(routes!(sync::manual_sync))
        .routes(routes!(sync::find_and_sync))
        .routes(routes!(sync::status))
        .routes(routes!(history::history))
        .with_state(bookings.clone());
    let of_users = OpenApiRouter::new()
        .routes(routes!(users::list))
        .routes(routes!(users::find))
        .with_state(Arc::new(users::Mirrors { bookings, pages }));
    let of_partners = OpenApiRouter::new()
        .routes(routes!(partners::list))
        .routes(routes!(partners::find))
        .routes(routes!(partners::submit_kyc, partners::decide_kyc))
        .routes(routes!(partners::earnings))
        .with_state(partners);
    of_bookings.merge(of_users).merge(of_partners)
}
