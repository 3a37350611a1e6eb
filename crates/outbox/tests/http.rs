//! `GET /api/events`.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::sync::Arc;

use async_trait::async_trait;
use auth::{AccountId, AuthError, Authenticator, Caller, Role, Scope};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use chrono::DateTime;
use clock::FixedClock;
use database::StorageError;
use outbox::{Audience, Fact, Tail, append};
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};
use tower::ServiceExt;
use validation::Id;

on_both!(
    each_account_reads_its_own_events_and_admins_those_of_all_admins,
    the_cursor_leaves_out_what_the_caller_has,
    strangers_service_tokens_and_nonsense_cursors_are_refused,
);

/// Takes `admin:…`, `customer:…` and `service:…` for tokens.
struct Names;

#[async_trait]
impl Authenticator for Names {
    async fn authenticate(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        let (kind, name) = token.split_once(':').ok_or(AuthError::Invalid)?;
        let account = |role| Caller::account(AccountId::parse(name).unwrap(), role);
        match kind {
            "admin" => Ok(Arc::new(account(Role::Admin))),
            "customer" => Ok(Arc::new(account(Role::Customer))),
            "service" => Ok(Arc::new(Caller::service(
                Id::parse(name).unwrap(),
                [Scope::BookingsRead],
            ))),
            _ => Err(AuthError::Invalid),
        }
    }
}

struct Server {
    router: Router,
    tail: Arc<Tail>,
    test: TestDatabase,
}

impl Server {
    async fn start(test: TestDatabase) -> Self {
        let tail = Arc::new(
            Tail::start(test.database().clone(), Vec::new())
                .await
                .unwrap(),
        );
        let (router, _) =
            outbox::router(test.database().clone(), Arc::clone(&tail)).split_for_parts();
        let router = auth::authenticate(router, Arc::new(Names));
        let clock = FixedClock::at(DateTime::UNIX_EPOCH);
        Self {
            router: api_error::envelope(router, Arc::new(clock)),
            tail,
            test,
        }
    }

    async fn record(&self, audience: Audience, n: u32) {
        let facts = &[Fact::new(audience, "thing:happened", json!({"n": n}))];
        let at = DateTime::from_timestamp_millis(1_800_000_000_123).unwrap();
        let database = self.test.database();
        let recorded = database.write(|transaction| async move {
            Ok::<_, StorageError>(append(&*transaction, facts, at).await?)
        });
        recorded.await.unwrap();
    }

    async fn run_tail(&self) {
        self.tail.run_once().await.unwrap();
    }

    async fn get(&self, path: &str, token: Option<&str>) -> (StatusCode, Value) {
        let mut request = Request::get(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = self
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// The `n` of each event that `token` reads.
    async fn numbers(&self, path: &str, token: &str) -> Vec<u64> {
        let (status, body) = self.get(path, Some(token)).await;
        assert_eq!(status, StatusCode::OK);
        body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["data"]["n"].as_u64().unwrap())
            .collect()
    }
}

fn account(name: &str) -> Audience {
    Audience::Account(AccountId::parse(name).unwrap())
}

async fn each_account_reads_its_own_events_and_admins_those_of_all_admins(test: TestDatabase) {
    let server = Server::start(test).await;
    server.record(account("ann"), 1).await;
    server.record(account("bob"), 2).await;
    server.record(Audience::Admins, 3).await;
    server.record(account("root"), 4).await;
    server.run_tail().await;
    assert_eq!(server.numbers("/api/events", "customer:ann").await, [1]);
    assert_eq!(server.numbers("/api/events", "customer:bob").await, [2]);
    assert_eq!(server.numbers("/api/events", "admin:root").await, [3, 4]);
    assert_eq!(server.numbers("/api/events", "customer:eve").await, [0; 0]);
}

async fn the_cursor_leaves_out_what_the_caller_has(test: TestDatabase) {
    let server = Server::start(test).await;
    for n in 1..=3 {
        server.record(account("ann"), n).await;
    }
    server.run_tail().await;
    let (_, body) = server
        .get("/api/events?after=0", Some("customer:ann"))
        .await;
    let first = &body["items"][0];
    assert_eq!(first["event"], "thing:happened");
    assert_eq!(first["createdAt"], "2027-01-15T08:00:00.123Z");
    assert_eq!(first["data"], json!({"eventId": first["eventId"], "n": 1}));
    let path = format!("/api/events?after={}", first["eventId"]);
    assert_eq!(server.numbers(&path, "customer:ann").await, [2, 3]);
    assert_eq!(
        server
            .numbers("/api/events?after=18446744073709551615", "customer:ann")
            .await,
        [0; 0]
    );
}

async fn strangers_service_tokens_and_nonsense_cursors_are_refused(test: TestDatabase) {
    let server = Server::start(test).await;
    assert_eq!(
        server.get("/api/events", None).await.0,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        server.get("/api/events", Some("nonsense")).await.1["error"],
        "Invalid token"
    );
    assert_eq!(
        server.get("/api/events", Some("service:x")).await.0,
        StatusCode::FORBIDDEN
    );
    for after in ["-1", "1.5", "x", "99999999999999999999", "%00", "%ff"] {
        let (status, body) = server
            .get(&format!("/api/events?after={after}"), Some("customer:ann"))
            .await;
        assert_eq!(
            (status, &body["code"]),
            (StatusCode::BAD_REQUEST, &json!("invalid_request")),
            "{after}"
        );
    }
}
