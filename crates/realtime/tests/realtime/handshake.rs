use serde_json::json;
use test_support::TestDatabase;

use crate::support::{App, Client};

async fn refusal(app: &App, place: &str, auth: &str) -> (String, String) {
    let mut client = Client::knock(&app.node.router, place, auth).await;
    let (message, data) = client.refusal().await;
    (message, data["code"].as_str().unwrap().to_owned())
}

async fn whoever_may_not_come_in_hears_why(database: TestDatabase) {
    let app = App::on(database).await;
    let refusals = [
        ("", "Authentication required", "unauthenticated"),
        ("{}", "Authentication required", "unauthenticated"),
        (
            r#"{"token":7}"#,
            "Authentication required",
            "unauthenticated",
        ),
        (r#"{"token":"x"}"#, "Invalid token", "unauthenticated"),
        (
            r#"{"token":"p1@1800000000"}"#,
            "Token expired",
            "unauthenticated",
        ),
        (
            r#"{"token":"c1"}"#,
            "Role customer may not use /partner",
            "forbidden",
        ),
        (
            r#"{"token":"a1"}"#,
            "Role admin may not use /partner",
            "forbidden",
        ),
        (
            r#"{"token":"lk_service"}"#,
            "Role service may not use /partner",
            "forbidden",
        ),
    ];
    for (auth, message, code) in refusals {
        let refused = refusal(&app, "/partner", auth).await;
        assert_eq!(refused, (message.to_owned(), code.to_owned()), "{auth}");
    }
    let refused = refusal(&app, "/nowhere", r#"{"token":"c1"}"#).await;
    assert_eq!(refused.0, "Invalid namespace");
}

async fn a_cursor_that_is_no_whole_number_is_refused(database: TestDatabase) {
    let app = App::on(database).await;
    for cursor in ["-1", "1.5", "\"1\"", "true", "{}"] {
        let auth = format!(r#"{{"token":"c1","lastEventId":{cursor}}}"#);
        let refused = refusal(&app, "/customer", &auth).await;
        assert_eq!(refused.1, "invalid_request", "{cursor}");
    }
}

async fn one_connection_may_have_several_namespaces(database: TestDatabase) {
    let app = App::on(database).await;
    let mut client = app.join("c1").await;
    client.send("0").await;
    assert!(client.packet().await.starts_with("0{\"sid\""));
    client.send("21[\"stock:subscribe\",[]]").await;
    let ack = client.packet().await;
    assert!(ack.starts_with("31[{"), "{ack}");
    let ack = client.ask("booking:untrack", json!("B1")).await;
    assert_eq!(ack, json!({"ok": true}));
    assert_eq!(app.node.realtime.count_shoppers(), 1);
}

async fn the_times_are_those_of_socket_io_itself(database: TestDatabase) {
    let app = App::on(database).await;
    let (_, open) = app
        .call("", "GET", "/socket.io/?EIO=4&transport=polling")
        .await;
    assert!(open.is_null(), "it is a packet, not JSON");
    let request = axum::http::Request::get("/socket.io/?EIO=4&transport=polling");
    let request = request.body(axum::body::Body::empty()).unwrap();
    let answer = tower::ServiceExt::oneshot(app.node.router.clone(), request).await;
    let body = http_body_util::BodyExt::collect(answer.unwrap().into_body()).await;
    let body = body.unwrap().to_bytes();
    let open: serde_json::Value = serde_json::from_slice(&body[1..]).unwrap();
    assert_eq!(open["pingInterval"], 25_000);
    assert_eq!(open["pingTimeout"], 20_000);
    assert_eq!(open["maxPayload"], 1_000_000);
    assert_eq!(open["upgrades"], json!(["websocket"]));
}

test_support::on_both!(
    whoever_may_not_come_in_hears_why,
    a_cursor_that_is_no_whole_number_is_refused,
    one_connection_may_have_several_namespaces,
    the_times_are_those_of_socket_io_itself,
);
