//! The OpenAPI document, and the page that shows it.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderName, header},
    routing::get,
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Where the document is.
const DOCUMENT: &str = "/api/openapi.json";

/// What the document says beside the routes.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Lockstep",
        description = "Keeps the two sides of an operation in step: a booking and the copy its customer sees, and every \
                       screen, in real time. Every error answer has the same shape, `ErrorBody`; `code` is stable.",
    ),
    tags(
        (name = "auth", description = "Signing in and out"),
        (name = "accounts", description = "Accounts and service tokens"),
        (name = "organizations", description = "Organizations and their members"),
        (name = "bookings", description = "Bookings and the copies that customers see"),
        (name = "sync", description = "Finding and healing differences between bookings and their copies"),
        (name = "partners", description = "Those who do the work"),
        (name = "products", description = "What is sold, and files of it"),
        (name = "stock", description = "How many there are: asking, holding, taking, giving back, and the ledger"),
        (name = "messages", description = "What people write to each other, and what needs them"),
        (name = "directory", description = "Locations, and the users of their servers"),
        (name = "user-sync", description = "What a sync would do, doing it, and taking it back"),
        (name = "sales documents", description = "Offers, orders, bills and credit notes of an organization"),
        (name = "metakocka", description = "Sales documents and Metakocka, both ways, exactly once"),
        (name = "events", description = "What happened, in order"),
        (name = "operations", description = "For whoever runs the gateway"),
    ),
    modifiers(&Bearer),
)]
pub(crate) struct Document;

/// Adds the security scheme `bearer`: an access token or a service token.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An access token from `POST /api/auth/login`, or a service token (`lk_…`)",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The document as it is printed and committed.
pub(crate) fn pretty(document: &utoipa::openapi::OpenApi) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}

/// `/api/openapi.json`, written once, and `/docs`, whose pages are in the binary.
pub(crate) fn router(document: &utoipa::openapi::OpenApi) -> Router {
    let json = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    let headers: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];
    let pages: Router = SwaggerUi::new("/docs")
        .config(Config::from(DOCUMENT).persist_authorization(true))
        .into();
    pages.route(DOCUMENT, get(async move || (headers, json.clone())))
}
