use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, Node, request};

on_both!(
    a_change_on_one_node_is_shown_by_the_other_as_soon_as_it_is_told,
    whoever_has_ordered_reads_the_database,
    every_kind_of_change_is_told,
);

async fn red(node: &Node, more: &str) -> i64 {
    let path = format!("/api/products/P1/stock{more}");
    let answer = node.send(request("", "GET", &path, None)).await.is(200);
    crate::support::level(&answer, "M", "Red").0
}

async fn a_change_on_one_node_is_shown_by_the_other_as_soon_as_it_is_told(database: TestDatabase) {
    let app = App::stocked(database).await;
    let other = app.another_node().await;
    assert_eq!((red(app.node(), "").await, red(&other, "").await), (10, 10));
    app.reduce("1", &[("M", "Red", 1)]).await.is(200);
    assert_eq!((red(app.node(), "").await, red(&other, "").await), (9, 10));
    other.tail.run_once().await.unwrap();
    assert_eq!(red(&other, "").await, 9);
}

async fn whoever_has_ordered_reads_the_database(database: TestDatabase) {
    let app = App::stocked(database).await;
    let other = app.another_node().await;
    red(&other, "").await;
    app.reduce("1", &[("M", "Red", 1)]).await.is(200);
    assert_eq!(red(&other, "?afterOrder=true").await, 9);
    let get = |path: &str| request("", "GET", path, None);
    let answer = other
        .send(get("/api/stock/sync?productIds=P1&afterOrder=true"))
        .await
        .is(200);
    assert_eq!(answer["products"][0]["stock"], 15);
    let answer = other
        .send(get("/api/products/P1?afterOrder=true"))
        .await
        .is(200);
    assert_eq!(answer["stock"], 15);
    let body = json!({"items": crate::support::items(&[("M", "Red", 10)])});
    let ask = |path: &str| request("", "POST", path, Some(body.clone()));
    let answer = other
        .send(ask("/api/stock/validate?afterOrder=true"))
        .await
        .is(200);
    assert_eq!(answer["success"], false);
}

async fn every_kind_of_change_is_told(database: TestDatabase) {
    let app = App::stocked(database).await;
    let other = app.another_node().await;
    let put = json!({"title": "Renamed"});
    let adjust = json!({"size": "M", "color": "Red", "delta": 1});
    let hold = json!({"reservationId": "h", "items": crate::support::items(&[("M", "Red", 1)])});
    let calls = [
        ("PUT", "/api/products/P1", put),
        ("POST", "/api/products/P1/stock/adjust", adjust),
        ("POST", "/api/stock/reserve", hold),
        ("POST", "/api/stock/release", json!({"reservationId": "h"})),
        ("POST", "/api/stock/sync", json!({"productIds": ["P1"]})),
        ("DELETE", "/api/products/P1", json!({})),
    ];
    let shown = async || {
        let path = "/api/products/P1/stock";
        let reply = other.send(request("", "GET", path, None)).await;
        (reply.status, reply.header("etag").to_owned())
    };
    let mut last = shown().await;
    for (method, path, body) in calls {
        app.later(1);
        app.call("admin", method, path, Some(body)).await.is(200);
        assert_eq!(shown().await, last, "{method} {path}");
        other.tail.run_once().await.unwrap();
        let now = shown().await;
        assert_ne!(now, last, "{method} {path}");
        last = now;
    }
}
