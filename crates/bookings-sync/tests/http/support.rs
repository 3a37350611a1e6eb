//! The router with real repositories and a directory of invented people.

mod fakes;
mod reply;
mod rows;

use std::sync::Arc;

use auth::AccountId;
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use bookings_sync::{
    BookingRepository, Bookings, Directory, KycDecision, KycDocument, PartnerRepository, Partners,
    SeaBookingRepository, SeaPartnerRepository,
};
use chrono::DateTime;
use clock::FixedClock;
use database::Database;
use serde_json::{Value, json};
use test_support::TestDatabase;
use tower::ServiceExt;
use validation::Text;

use self::fakes::{Invented, Tokens};
pub(crate) use self::reply::Reply;

/// The moment at which the clock of every test stands: 2027-01-15T08:00:00Z.
pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const NOW_TEXT: &str = "2027-01-15T08:00:00.000Z";

/// One node with a database of its own.
pub(crate) struct App {
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) bookings: Arc<SeaBookingRepository>,
    pub(crate) partners: Partners,
    pub(crate) test_database: TestDatabase,
    router: Router,
}

/// Many statuses, each by its two names.
pub(crate) const STATUSES: [(&str, &str); 6] = [
    ("PENDING", "unassigned"),
    ("PARTNER_ASSIGNED", "assigned"),
    ("PARTNER_ACCEPTED", "confirm"),
    ("IN_PROGRESS", "confirm"),
    ("COMPLETED", "completed"),
    ("CANCELLED", "cancelled"),
];

pub(crate) fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

impl App {
    pub(crate) fn on(test_database: TestDatabase) -> Self {
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        let clock = Arc::new(FixedClock::at(now));
        let database = test_database.database();
        let (router, partners) = node(database, &clock);
        Self {
            bookings: Arc::new(SeaBookingRepository::new(database.clone())),
            partners,
            clock,
            router,
            test_database,
        }
    }

    /// The same with partners `p1` and `p2`, who are approved.
    pub(crate) async fn staffed(test_database: TestDatabase) -> Self {
        let app = Self::on(test_database);
        for partner in ["p1", "p2"] {
            app.approve(partner).await;
        }
        app
    }

    /// A router of another node on the same database.
    pub(crate) async fn another_node(&self) -> Router {
        node(&self.test_database.another_node().await, &self.clock).0
    }

    pub(crate) async fn approve(&self, partner: &str) {
        let text = |text| Text::parse(text).unwrap();
        let document = KycDocument {
            document_type: text("passport"),
            document_number: text("X1"),
            document_url: Text::parse("https://example.com/x1").unwrap(),
        };
        let partner = account(partner);
        self.partners.submit_kyc(&partner, document).await.unwrap();
        let approved = KycDecision::Approve;
        self.partners.decide_kyc(&partner, approved).await.unwrap();
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Reply {
        self.call(token, "GET", path, None).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Reply {
        self.call(token, "POST", path, Some(body)).await
    }

    pub(crate) async fn put(&self, token: &str, path: &str, body: Value) -> Reply {
        self.call(token, "PUT", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, token: &str, path: &str, body: Value) -> Reply {
        self.call(token, "PATCH", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, token: &str, path: &str) -> Reply {
        self.call(token, "DELETE", path, None).await
    }

    /// A call as `token`; nobody where it is empty.
    pub(crate) async fn call(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Reply {
        send(&self.router, request(token, method, path, body)).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        send(&self.router, request).await
    }

    /// Makes the booking `id` of the customer `u1`, with the fields of `more` in place of the usual ones.
    pub(crate) async fn book(&self, id: &str, more: Value) -> Value {
        let body = merged(order(id), more);
        self.post("admin", "/bookings", body).await.is(201)
    }

    /// Makes the booking `id` of `u1` and `p1` in a state; a pending one has no partner.
    pub(crate) async fn book_in(&self, id: &str, status: &str) -> Value {
        let more = match status {
            "PENDING" => json!({}),
            _ => json!({"partnerId": "p1", "status": status}),
        };
        self.book(id, more).await
    }

    /// The booking as an admin sees it.
    pub(crate) async fn booking(&self, id: &str) -> Value {
        self.get("admin", &format!("/bookings/{id}")).await.is(200)
    }

    /// The mirror of a booking under a user, as an admin sees it.
    pub(crate) async fn mirror(&self, user: &str, id: &str) -> Reply {
        self.get("admin", &format!("/users/{user}/bookings/{id}"))
            .await
    }

    /// What was done to a booking, newest first.
    pub(crate) async fn history(&self, id: &str) -> Vec<Value> {
        let path = format!("/bookings/{id}/sync-history");
        self.get("admin", &path).await.is(200)["items"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// Changes rows as another program would.
    pub(crate) async fn tamper(&self, sql: &str) {
        self.test_database.tamper(sql).await;
    }
}

fn node(database: &Database, clock: &Arc<FixedClock>) -> (Router, Partners) {
    let shared = || Arc::<FixedClock>::clone(clock);
    let directory: Arc<dyn Directory> = Arc::new(Invented);
    let profiles: Arc<dyn PartnerRepository> =
        Arc::new(SeaPartnerRepository::new(database.clone()));
    let partners = Partners::new(profiles, Arc::clone(&directory), shared());
    let repository: Arc<dyn BookingRepository> =
        Arc::new(SeaBookingRepository::new(database.clone()));
    let bookings = Bookings::new(repository, partners.clone(), directory, shared());
    let (router, _) =
        bookings_sync::router(bookings, partners.clone(), database.clone()).split_for_parts();
    let router = auth::authenticate(router, Arc::new(Tokens));
    (api_error::envelope(router, shared()), partners)
}

/// What an admin sends for a booking of `u1`.
pub(crate) fn order(id: &str) -> Value {
    json!({
        "id": id,
        "customerId": "u1",
        "service": "House Cleaning",
        "scheduledAt": "2027-02-01T09:30:00Z",
        "address": "123 Main St",
        "amount": 24.8,
        "currency": "USD",
        "notes": "ring twice",
    })
}

/// `base` with the fields of `more` in place of its own.
pub(crate) fn merged(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else {
        return base;
    };
    base.as_object_mut().unwrap().extend(more);
    base
}

pub(crate) fn request(token: &str, method: &str, path: &str, body: Option<Value>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    request.body(body).unwrap()
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Reply {
    Reply::of(router.clone().oneshot(request).await.unwrap()).await
}
