use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, Reply};

on_both!(
    an_empty_body_is_an_empty_object,
    what_is_not_json_is_refused,
    other_methods_and_paths_are_refused,
);

async fn raw(
    app: &App,
    method: &str,
    path: &str,
    kind: Option<&str>,
    body: &'static [u8],
) -> Reply {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, "Bearer admin");
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    app.send(request.body(Body::from(body)).unwrap()).await
}

async fn an_empty_body_is_an_empty_object(database: TestDatabase) {
    let app = App::on(database);
    let before = app.book("B1", json!({})).await;
    for kind in [None, Some("text/plain"), Some("application/json")] {
        raw(&app, "POST", "/bookings/reconcile", kind, b"")
            .await
            .is(200);
        let same = raw(&app, "PUT", "/bookings/B1", kind, b"").await.is(200);
        assert_eq!(same, before);
        raw(&app, "POST", "/bookings", kind, b"")
            .await
            .refuses_field("service");
    }
    app.assert_in_step().await;
}

async fn what_is_not_json_is_refused(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    let routes = [
        ("POST", "/bookings"),
        ("PUT", "/bookings/B1"),
        ("PATCH", "/bookings/B1"),
        ("POST", "/bookings/B1/assign"),
        ("POST", "/bookings/B1/manual-sync"),
        ("POST", "/bookings/B1/find-and-sync"),
        ("POST", "/bookings/sync-customer"),
        ("POST", "/bookings/reconcile"),
        ("POST", "/api/partners/p1/kyc"),
        ("PATCH", "/api/partners/p1/kyc"),
    ];
    for (method, path) in routes {
        for kind in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
        ] {
            let reply = raw(&app, method, path, kind, b"{}").await;
            let sentence = "The request body must be JSON (Content-Type: application/json)";
            reply.refuses(415, sentence);
        }
        for body in [
            &b"{"[..],
            b"[]",
            b"null",
            b"{\"a\": \xff}",
            b"{} {}",
            b"\"text\"",
            b"{\"service\": }",
        ] {
            let kind = Some("application/json; charset=utf-8");
            let reply = raw(&app, method, path, kind, body).await;
            assert_eq!(reply.status, 400, "{method} {path} {body:?}");
            assert_eq!(reply.body["code"], "invalid_request");
        }
    }
    assert_eq!(app.booking("B1").await["version"], 1);
    app.assert_in_step().await;
}

async fn other_methods_and_paths_are_refused(database: TestDatabase) {
    let app = App::on(database);
    let reply = app.call("admin", "DELETE", "/bookings", None).await;
    reply.refuses(405, "This address does not know this method");
    let reply = app.get("admin", "/bookings/B1/unknown").await;
    reply.refuses(404, "There is nothing at this address");
    for path in ["/bookings/a%20b", "/bookings/%00", "/bookings/%F0%9F%A7%B9"] {
        app.get("admin", path).await.refuses_field("path");
    }
    let long = format!("/bookings/{}", "x".repeat(129));
    app.get("admin", &long).await.refuses_field("path");
}
