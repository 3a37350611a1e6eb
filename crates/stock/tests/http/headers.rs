use axum::http::header;
use serde_json::json;
use stock::ProductId;
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW, NOW_TEXT, Node, Reply, WRITER, items, request};

on_both!(
    the_stock_of_a_product_is_shown,
    every_answer_says_when_it_was_made_and_whether_it_may_be_kept,
    whoever_has_the_present_stock_is_told_so,
    a_second_with_two_changes_never_hides_the_second_one,
    two_nodes_name_a_state_alike,
);

const STOCK: &str = "/api/products/P1/stock";

async fn ask(node: &Node, path: &str, headers: &[(header::HeaderName, &str)]) -> Reply {
    let mut request = request("", "GET", path, None);
    for (name, value) in headers {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    node.send(request).await
}

async fn the_stock_of_a_product_is_shown(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Red", 3)]).await.is(200);
    app.later(1_500);
    let reply = app.get(STOCK).await;
    let color = |color: &str, stock: i64, reserved: i64| json!({"color": color, "stock": stock, "reserved": reserved, "available": stock - reserved});
    let sizes = json!([
        {"size": "M", "colorVariants": [color("Red", 10, 3), color("Blue", 5, 0)]},
        {"size": "L", "colorVariants": [color("Red", 1, 0)]},
    ]);
    let expected = json!({"productId": "P1", "title": "Product P1", "stock": 16, "sizeVariants": sizes,
        "updatedAt": NOW_TEXT, "timestamp": "2027-01-15T08:00:01.500Z"});
    assert_eq!(reply.is(200), expected);
    let reply = app.get("/api/products/P9/stock").await;
    reply.refuses(404, "not_found", "Product P9 not found");
    assert_eq!(
        reply.header("x-stock-timestamp"),
        (NOW * 1_000 + 1_500).to_string()
    );
    assert!(
        reply.header("cache-control").contains("no-store"),
        "an error is not kept"
    );
}

const KEPT: &str = "public, max-age=5";
const NEVER: &str = "no-cache, no-store, must-revalidate";

/// Reads and what they are answered with.
const READS: [(&str, u16, &str); 10] = [
    (STOCK, 200, KEPT),
    ("/api/products/P1/stock?afterOrder=true", 200, NEVER),
    ("/api/products", 200, KEPT),
    ("/api/products/P1", 200, KEPT),
    ("/api/stock/sync?productIds=P1", 200, KEPT),
    ("/api/stock/sync?productIds=P1&afterOrder=true", 200, NEVER),
    ("/api/socket", 200, KEPT),
    ("/api/stock/movements", 200, NEVER),
    ("/api/products/P9/stock", 404, NEVER),
    ("/api/products/a%20b/stock", 400, NEVER),
];

async fn every_answer_says_when_it_was_made_and_whether_it_may_be_kept(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.later(123);
    let item = items(&[("M", "Red", 1)]);
    let writes = [
        ("POST", "/api/stock/validate", json!({"items": item}), 200),
        ("POST", "/api/stock/validate", json!({"items": []}), 400),
        ("POST", "/api/stock/reduce", json!({"items": item}), 200),
        (
            "POST",
            "/api/stock/sync",
            json!({"productIds": ["P1"]}),
            200,
        ),
        ("PATCH", STOCK, json!({}), 405),
    ];
    let reads = READS.map(|(path, status, cache)| ("GET", path, None, status, cache));
    let writes =
        writes.map(|(method, path, body, status)| (method, path, Some(body), status, NEVER));
    for (method, path, body, status, cache) in reads.into_iter().chain(writes) {
        let reply = app.call(WRITER, method, path, body).await;
        let what = format!("{method} {path}: {}", reply.text);
        assert_eq!(reply.status.as_u16(), status, "{what}");
        let stamp = reply.header("x-stock-timestamp");
        assert_eq!(stamp, (NOW * 1_000 + 123).to_string(), "{what}");
        assert_eq!(reply.header("cache-control"), cache, "{what}");
        let pragma = if cache == NEVER { "no-cache" } else { "" };
        assert_eq!(reply.header("pragma"), pragma, "{what}");
    }
    let reply = app
        .call("", "POST", "/api/stock/reduce", Some(json!({})))
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("cache-control")),
        (401, NEVER)
    );
}

async fn whoever_has_the_present_stock_is_told_so(database: TestDatabase) {
    let app = App::stocked(database).await;
    let first = ask(app.node(), STOCK, &[]).await;
    let (tag, date) = (
        first.header("etag").to_owned(),
        first.header("last-modified").to_owned(),
    );
    assert_eq!(date, "Fri, 15 Jan 2027 08:00:00 GMT");
    for known in [
        (header::IF_NONE_MATCH, &*tag),
        (header::IF_MODIFIED_SINCE, &date),
    ] {
        for path in [STOCK, "/api/products/P1/stock?afterOrder=true"] {
            let same = ask(app.node(), path, std::slice::from_ref(&known)).await;
            assert_eq!((same.status.as_u16(), &*same.text), (304, ""), "{known:?}");
            assert_eq!(
                (same.header("etag"), same.header("last-modified")),
                (&*tag, &*date)
            );
            assert!(!same.header("x-stock-timestamp").is_empty());
            let is_kept = same.header("cache-control") == "public, max-age=5";
            assert_eq!(is_kept, path == STOCK);
        }
    }
    let both = [
        (header::IF_NONE_MATCH, "\"other\""),
        (header::IF_MODIFIED_SINCE, &date),
    ];
    ask(app.node(), STOCK, &both).await.is(200);
    app.later(2_000);
    app.reduce("1", &[("M", "Red", 1)]).await.is(200);
    for known in [
        (header::IF_NONE_MATCH, &*tag),
        (header::IF_MODIFIED_SINCE, &date),
    ] {
        ask(app.node(), STOCK, &[known]).await.is(200);
    }
}

async fn a_second_with_two_changes_never_hides_the_second_one(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.later(10_200);
    app.reduce("1", &[("M", "Red", 1)]).await.is(200);
    let date = ask(app.node(), STOCK, &[])
        .await
        .header("last-modified")
        .to_owned();
    let since = [(header::IF_MODIFIED_SINCE, &*date)];
    assert_eq!(ask(app.node(), STOCK, &since).await.status, 304);
    app.later(500);
    app.reduce("2", &[("M", "Blue", 1)]).await.is(200);
    let second = ask(app.node(), STOCK, &since).await;
    assert_eq!(second.header("last-modified"), date, "the same second");
    second.is(200);
    // Another node whose clock is behind must not make it look older.
    app.later(-1_000);
    let other = app.another_node().await;
    let body = json!({"items": items(&[("M", "Red", 1)])});
    let order = request(WRITER, "POST", "/api/stock/reduce?orderId=3", Some(body));
    other.send(order).await.is(200);
    ask(&other, STOCK, &since).await.is(200);
    app.later(60_000);
    ask(&other, STOCK, &since).await.is(200);
    other
        .stock
        .touch(&[ProductId::parse("P1").unwrap()])
        .await
        .unwrap();
    let date = ask(&other, STOCK, &[])
        .await
        .header("last-modified")
        .to_owned();
    let since = [(header::IF_MODIFIED_SINCE, &*date)];
    assert_eq!(ask(&other, STOCK, &since).await.status, 304);
}

async fn two_nodes_name_a_state_alike(database: TestDatabase) {
    let app = App::stocked(database).await;
    let other = app.another_node().await;
    let tag = async |node: &Node| ask(node, STOCK, &[]).await.header("etag").to_owned();
    let first = tag(app.node()).await;
    assert_eq!(first, tag(&other).await);
    let order = json!({"items": items(&[("M", "Red", 1)])});
    let order = request(WRITER, "POST", "/api/stock/reduce", Some(order));
    other.send(order).await.is(200);
    app.node().tail.run_once().await.unwrap();
    let second = tag(app.node()).await;
    assert_ne!(first, second);
    assert_eq!(second, tag(&other).await);
}
