//! What can go wrong, at the push of a button: each does harm that the rest of the gateway is there to withstand.
//!
//! The routes exist in the demo only, and for admins.

mod mirrors;
mod storm;

use std::sync::Arc;

use api_error::{ApiError, Json};
use auth::Admin;
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use database::Database;
use serde::{Deserialize, Serialize};
use simulators::metakocka::{Call, Fault};
use stock::Stock;

use super::outside::{ERP_COMPANY, Outside};
use crate::wiring::Parts;

use self::{
    mirrors::{Tampered, tamper},
    storm::{Storm, storm},
};

/// The most answers that are lost at once.
const ANSWERS: u32 = 20;

/// What mishaps happen to.
#[derive(Clone)]
pub(super) struct Mishaps {
    outside: Arc<Outside>,
    database: Database,
    stock: Stock,
}

impl Mishaps {
    pub(super) fn new(parts: &Parts, outside: Arc<Outside>) -> Self {
        Self {
            outside,
            database: parts.database.clone(),
            stock: parts.shop.stock.clone(),
        }
    }

    /// `/api/demo` and what is below.
    pub(super) fn router(self) -> Router {
        Router::new()
            .route("/api/demo", get(show))
            .route("/api/demo/mishaps/lost-answers", post(lose_answers))
            .route("/api/demo/mishaps/empty-user-server", post(empty_server))
            .route("/api/demo/mishaps/tampered-mirrors", post(tamper_mirrors))
            .route("/api/demo/mishaps/oversell-storm", post(oversell))
            .route("/api/demo/mishaps/heal", post(heal))
            .with_state(self)
    }

    fn picture(&self) -> Picture {
        let sites = self.outside.sites.iter().map(|site| UserSite {
            location_id: site.id,
            name: site.name,
            url: site.server.url(),
            users: site.server.users().len(),
        });
        let erp = &self.outside.erp;
        let calls = erp.calls();
        Picture {
            user_servers: sites.collect(),
            erp: Erp {
                url: erp.url(),
                company_id: ERP_COMPANY,
                documents: erp.documents(ERP_COMPANY).len(),
                creating_calls: calls.of(Call::PutDocument),
            },
        }
    }
}

/// What is beside the demo, as it is now.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Picture {
    user_servers: Vec<UserSite>,
    erp: Erp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserSite {
    location_id: i64,
    name: &'static str,
    url: String,
    users: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Erp {
    url: String,
    company_id: &'static str,
    documents: usize,
    creating_calls: u32,
}

async fn show(State(mishaps): State<Mishaps>, _admin: Admin) -> Json<Picture> {
    Json(mishaps.picture())
}

#[derive(Deserialize)]
struct LoseAnswers {
    times: Option<u32>,
}

/// The ERP does what it is asked to and closes the connection instead of saying so.
async fn lose_answers(
    State(mishaps): State<Mishaps>,
    _admin: Admin,
    Json(request): Json<LoseAnswers>,
) -> Json<Picture> {
    let times = request.times.unwrap_or(1).clamp(1, ANSWERS);
    let fault = Fault::lost(Call::PutDocument).times(times);
    mishaps.outside.erp.fail(fault);
    Json(mishaps.picture())
}

#[derive(Deserialize)]
struct EmptyServer {
    location: Option<String>,
}

/// A server of users answers as always, and has none.
async fn empty_server(
    State(mishaps): State<Mishaps>,
    _admin: Admin,
    Json(request): Json<EmptyServer>,
) -> Result<Json<Picture>, ApiError> {
    let name = request.location.as_deref().unwrap_or("Dev");
    let site = mishaps.outside.site(name);
    let site = site.ok_or_else(|| ApiError::not_found(format!("Location {name} not found")))?;
    site.server.set_users(Vec::new());
    Ok(Json(mishaps.picture()))
}

/// Another program damages the copies of some bookings.
async fn tamper_mirrors(
    State(mishaps): State<Mishaps>,
    _admin: Admin,
) -> Result<Json<Vec<Tampered>>, ApiError> {
    let tampered = tamper(&mishaps.database).await;
    tampered.map(Json).map_err(ApiError::internal)
}

/// Far more people than there are units buy the same thing at once.
async fn oversell(State(mishaps): State<Mishaps>, admin: Admin) -> Result<Json<Storm>, ApiError> {
    storm(&mishaps.stock, &admin.caller().actor())
        .await
        .map(Json)
}

/// The servers of others are as they were.
async fn heal(State(mishaps): State<Mishaps>, _admin: Admin) -> Json<Picture> {
    mishaps.outside.heal();
    Json(mishaps.picture())
}
