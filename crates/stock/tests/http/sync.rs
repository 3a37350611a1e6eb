use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT, WRITER};

on_both!(
    the_stock_of_several_products_comes_in_the_order_of_the_ids,
    a_sync_marks_products_as_changed_and_tells_of_each,
    ids_that_make_no_sense_are_refused,
);

fn ids(answer: &Value) -> Vec<&str> {
    let products = answer["products"].as_array().unwrap().iter();
    products
        .map(|product| product["productId"].as_str().unwrap())
        .collect()
}

async fn the_stock_of_several_products_comes_in_the_order_of_the_ids(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.make("P2", &[("M", "Red", 2)]).await;
    for more in ["", "&afterOrder=true"] {
        let path = format!("/api/stock/sync?productIds=P2,P9,%20P1,P2,{more}");
        let answer = app.get(&path).await.is(200);
        assert_eq!(ids(&answer), ["P2", "P1"]);
        assert_eq!(
            (&answer["success"], &answer["missing"]),
            (&json!(true), &json!(["P9"]))
        );
        assert_eq!(answer["timestamp"], NOW_TEXT);
        let one = app.get("/api/products/P1/stock").await.is(200);
        for field in ["title", "stock", "sizeVariants", "updatedAt"] {
            assert_eq!(answer["products"][1][field], one[field], "{field}");
        }
    }
}

async fn a_sync_marks_products_as_changed_and_tells_of_each(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.make("P2", &[("M", "Red", 2)]).await;
    app.get("/api/products/P1/stock").await.is(200);
    app.news().await;
    app.later(1_000);
    let body = json!({"productIds": ["P2", "P1", "P9"]});
    let answer = app
        .call("admin", "POST", "/api/stock/sync", Some(body))
        .await
        .is(200);
    assert_eq!(
        (ids(&answer), &answer["missing"]),
        (vec!["P2", "P1"], &json!(["P9"]))
    );
    assert_eq!(
        answer["products"][0]["updatedAt"],
        "2027-01-15T08:00:01.000Z"
    );
    let shown = app.get("/api/products/P1/stock").await.is(200);
    assert_eq!(shown["updatedAt"], "2027-01-15T08:00:01.000Z");
    let told = |id: &str, stock: i64| {
        let payload =
            json!({"productId": id, "stock": stock, "timestamp": "2027-01-15T08:00:01.000Z"});
        ("STOCK_UPDATED".to_owned(), payload)
    };
    assert_eq!(app.news().await, [told("P2", 2), told("P1", 16)]);
}

async fn ids_that_make_no_sense_are_refused(database: TestDatabase) {
    let app = App::stocked(database).await;
    let many = vec!["P1"; 201].join(",");
    for query in [
        "",
        "?productIds=",
        "?productIds=,",
        "?productIds=a%20b",
        &format!("?productIds={many}"),
    ] {
        app.get(&format!("/api/stock/sync{query}"))
            .await
            .refuses_field("productIds");
    }
    for (body, field) in [
        (json!({}), "productIds"),
        (json!({"productIds": []}), "productIds"),
        (json!({"productIds": "P1"}), "productIds"),
        (json!({"productIds": ["a b"]}), "productIds[0]"),
        (json!({"productIds": vec!["P1"; 501]}), "productIds"),
    ] {
        let reply = app
            .call(WRITER, "POST", "/api/stock/sync", Some(body))
            .await;
        reply.refuses_field(field);
    }
}
