use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header::AUTHORIZATION, header::CONTENT_TYPE},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::*;

/// The demo without a port of its own.
struct Demo {
    router: Router,
    outside: Arc<Outside>,
    _folder: tempfile::TempDir,
    _app: App,
}

impl Demo {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/demo.db?mode=rwc", folder.path().display());
        let config = Config::read(&|name| (name == "DATABASE_URL").then(|| url.clone()));
        let config = config.unwrap();
        let database = start::database(&config.storage).await.unwrap();
        let parts = Parts::new(database, &config).await.unwrap();
        let outside = Arc::new(Outside::start().await.unwrap());
        seed::company(&parts, &outside).await.unwrap();
        let sync = parts.users.service.clone();
        let mishaps = Mishaps::new(&parts, Arc::clone(&outside));
        let app = App::assemble_with(parts, &config, mishaps.router());
        directory::past(sync, Arc::clone(&outside), CancellationToken::new()).await;
        Self {
            router: app.router(),
            outside,
            _folder: folder,
            _app: app,
        }
    }

    async fn call(
        &self,
        token: &str,
        (method, path): (Method, &str),
        body: Value,
    ) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(body.to_string()));
        let answer = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    async fn token_of(&self, who: &str) -> String {
        let body = json!({"email": format!("{who}@{DOMAIN}"), "password": PASSWORD});
        let request = Request::post("/api/auth/login")
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()));
        let answer = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        body["accessToken"].as_str().unwrap().to_owned()
    }

    async fn preview(&self, token: &str, location: i64) -> Value {
        let path = format!("/api/user-sync/locations/{location}/preview");
        let (status, body) = self.call(token, (Method::POST, &path), json!({})).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }

    async fn post(&self, token: &str, mishap: &str, body: Value) -> Value {
        let path = format!("/api/demo/mishaps/{mishap}");
        let (status, body) = self.call(token, (Method::POST, &path), body).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }
}

#[tokio::test]
async fn a_storm_of_buyers_sells_no_unit_twice() {
    let demo = Demo::start().await;
    let admin = demo.token_of(ADMIN).await;
    let storm = demo.post(&admin, "oversell-storm", json!({})).await;
    assert_eq!(
        (&storm["stockBefore"], &storm["stockAfter"]),
        (&json!(20), &json!(0))
    );
    assert_eq!(
        (&storm["sold"], &storm["refused"]),
        (&json!(20), &json!(180))
    );
}

#[tokio::test]
async fn damaged_mirrors_show_as_drift() {
    let demo = Demo::start().await;
    let admin = demo.token_of(ADMIN).await;
    let drift = async || {
        let path = (Method::GET, "/bookings/sync-drift");
        demo.call(&admin, path, Value::Null).await.1
    };
    assert_eq!(drift().await["total"], 0);
    let tampered = demo.post(&admin, "tampered-mirrors", json!({})).await;
    let kinds: Vec<_> = tampered
        .as_array()
        .unwrap()
        .iter()
        .map(|each| &each["drift"])
        .collect();
    assert_eq!(kinds, ["missing", "stale", "wrong_user"]);
    assert!(drift().await["total"].as_u64().unwrap() >= 3);
}

#[tokio::test]
async fn there_is_a_past_and_something_to_preview() {
    let demo = Demo::start().await;
    let admin = demo.token_of(ADMIN).await;
    let preview = demo.preview(&admin, 7).await;
    let summary = &preview["summary"];
    let counts = ["new", "deleted", "unchanged"].map(|kind| summary[kind].as_u64().unwrap());
    assert_eq!(counts, [3, 2, 4]);
    let preview = demo.preview(&admin, 8).await;
    assert_eq!(preview["summary"]["new"], 8);
}

#[tokio::test]
async fn an_empty_user_server_is_stopped_by_the_guard() {
    let demo = Demo::start().await;
    let admin = demo.token_of(ADMIN).await;
    demo.post(&admin, "empty-user-server", json!({"location": "Test"}))
        .await;
    let preview = demo.preview(&admin, 7).await;
    assert_eq!(
        (&preview["guard"]["blocked"], &preview["summary"]["deleted"]),
        (&json!(true), &json!(6))
    );
}

#[tokio::test]
async fn an_answer_that_is_lost_makes_no_second_document() {
    let demo = Demo::start().await;
    let admin = demo.token_of(ADMIN).await;
    let count = || demo.outside.erp.documents(outside::ERP_COMPANY).len();
    // Three were synced, two came by phone.
    assert_eq!(count(), 5);
    demo.post(&admin, "lost-answers", json!({})).await;
    let sync = async || {
        let path = "/api/integrations/metakocka/sales-documents/sync";
        let body = json!({"documentId": "order-shirts"});
        demo.call(&admin, (Method::POST, path), body).await
    };
    let (status, answer) = sync().await;
    assert_eq!(status, StatusCode::BAD_GATEWAY, "{answer}");
    assert_eq!((&answer["syncStatus"], count()), (&json!("pending"), 6));
    let (status, answer) = sync().await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!((&answer["syncStatus"], count()), (&json!("synced"), 6));
}

#[tokio::test]
async fn a_document_that_both_sides_changed_is_a_conflict() {
    let demo = Demo::start().await;
    let admin = demo.token_of(ADMIN).await;
    let path = "/api/integrations/metakocka/sales-documents/sync";
    let body = json!({"documentId": "order-lamps"});
    let (status, answer) = demo.call(&admin, (Method::POST, path), body).await;
    assert_eq!(
        (status, &answer["code"]),
        (StatusCode::CONFLICT, &json!("conflict")),
        "{answer}"
    );
}

#[tokio::test]
async fn the_servers_of_others_fail_and_heal() {
    let demo = Demo::start().await;
    let admin = demo.token_of(ADMIN).await;
    let users = |picture: &Value| {
        let sites = picture["userServers"].as_array().unwrap().clone();
        let users: Vec<_> = sites
            .iter()
            .map(|site| site["users"].as_u64().unwrap())
            .collect();
        users
    };
    let path = (Method::GET, "/api/demo");
    let (_, picture) = demo.call(&admin, path, Value::Null).await;
    assert_eq!(users(&picture), [8, 7, 800]);
    let picture = demo
        .post(&admin, "empty-user-server", json!({"location": "test"}))
        .await;
    assert_eq!(users(&picture), [8, 0, 800]);
    demo.post(&admin, "lost-answers", json!({"times": 2})).await;
    let picture = demo.post(&admin, "heal", json!({})).await;
    assert_eq!(users(&picture), [8, 7, 800]);
}

#[tokio::test]
async fn mishaps_are_for_admins_of_the_demo() {
    let demo = Demo::start().await;
    let customer = demo.token_of("nina").await;
    let path = "/api/demo/mishaps/oversell-storm";
    for (token, status) in [
        (&*customer, StatusCode::FORBIDDEN),
        ("", StatusCode::UNAUTHORIZED),
    ] {
        let (refused, _) = demo.call(token, (Method::POST, path), json!({})).await;
        assert_eq!(refused, status);
    }
    let (parts, _folder) = crate::commands::empty().await.unwrap();
    let (routes, _) = crate::router::routes(&parts);
    let request = Request::post(path).body(Body::empty()).unwrap();
    let answer = routes.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}
