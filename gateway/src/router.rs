//! The routes of all domains, in one table.

use std::sync::Arc;

use axum::{Router, response::Redirect, routing::get};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    health,
    openapi::{self, Document},
    panel, partners,
    providers::StockSockets,
    wiring::Parts,
};

/// All routes, without layers, and the document that describes them.
pub(crate) fn routes(parts: &Parts) -> (Router, utoipa::openapi::OpenApi) {
    let Parts {
        database,
        tail,
        accounts,
        partners: profiles,
        bookings,
        shop,
        realtime,
        users,
        documents,
        health,
        ..
    } = parts;
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(accounts::router(accounts.clone()))
        .merge(bookings_sync::router(
            bookings.clone(),
            profiles.clone(),
            database.clone(),
        ))
        .merge(stock::router(
            shop.stock.clone(),
            Arc::new(StockSockets::new(realtime.clone())),
        ))
        .merge(user_sync::router(users.service.clone()))
        .merge(metakocka::router(
            documents.metakocka.clone(),
            database.clone(),
        ))
        .merge(partners::router(accounts.clone()))
        .merge(realtime::router(realtime))
        .merge(outbox::router(database.clone(), tail.clone()))
        .merge(health::router(health.clone()))
        .split_for_parts();
    let router = router
        .merge(realtime::socket_router(realtime))
        .merge(openapi::router(&document))
        .merge(panel::router())
        .route("/", get(async || Redirect::temporary("/admin/")));
    (router, document)
}

#[cfg(test)]
mod tests;
