use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT, WRITER, sizes};

on_both!(
    a_product_is_made_found_and_listed,
    a_product_may_be_little_more_than_a_title,
    a_product_that_makes_no_sense_is_refused,
    a_taken_id_is_refused,
    a_product_is_deleted_and_its_ledger_stays,
    a_deleted_product_may_come_again,
);

async fn a_product_is_made_found_and_listed(database: TestDatabase) {
    let app = App::on(database).await;
    let request = json!({"_id": "60d21b4667d0d8992e610c85", "title": "Product Name", "description": "Product Description",
        "price": 100.5, "currency": "L.E.", "sizeVariants": sizes(&[("M", "Red", 10), ("M", "Blue", 0)])});
    let made = app.post("/api/products", request).await.is(201);
    let color = |color: &str, stock: i64| json!({"color": color, "stock": stock, "reserved": 0, "available": stock});
    let expected = json!({"_id": "60d21b4667d0d8992e610c85", "title": "Product Name",
        "description": "Product Description", "price": 100.5, "currency": "L.E.", "stock": 10,
        "sizeVariants": [{"size": "M", "colorVariants": [color("Red", 10), color("Blue", 0)]}],
        "createdAt": NOW_TEXT, "updatedAt": NOW_TEXT});
    assert_eq!(made, expected);
    let found = app
        .get("/api/products/60d21b4667d0d8992e610c85")
        .await
        .is(200);
    assert_eq!(found, expected);
    let listed = app.get("/api/products").await.is(200);
    assert_eq!(
        listed,
        json!({"items": [expected], "page": 1, "perPage": 50, "total": 1})
    );
    let opening = |delta: i64| ("opening".to_owned(), delta, delta);
    assert_eq!(app.ledger().await, [opening(10), opening(0)]);
    let news = app.news().await;
    let payload =
        json!({"productId": "60d21b4667d0d8992e610c85", "stock": 10, "timestamp": NOW_TEXT});
    assert_eq!(news, [("STOCK_UPDATED".to_owned(), payload)]);
    let reply = app.get("/api/products/nobody").await;
    reply.refuses(404, "not_found", "Product nobody not found");
    app.assert_sound().await;
}

async fn a_product_may_be_little_more_than_a_title(database: TestDatabase) {
    let app = App::on(database).await;
    let made = app
        .post(
            "/api/products",
            json!({"title": " Shirt ", "price": "24.80"}),
        )
        .await
        .is(201);
    assert_eq!(
        (&made["title"], &made["price"], &made["currency"]),
        (&json!("Shirt"), &json!(24.8), &json!("USD"))
    );
    assert_eq!(
        (&made["stock"], &made["sizeVariants"]),
        (&json!(0), &json!([]))
    );
    assert!(made["description"].is_null());
    assert_eq!(made["_id"].as_str().unwrap().len(), 36);
}

async fn a_product_that_makes_no_sense_is_refused(database: TestDatabase) {
    let app = App::on(database).await;
    let long = "x".repeat(201);
    for (field, value) in [
        ("title", json!("")),
        ("title", json!(long)),
        ("title", json!(7)),
        ("description", json!("x".repeat(4_001))),
        ("price", json!(-1)),
        ("price", json!(0.001)),
        ("price", json!("cheap")),
        ("currency", json!("ninechars")),
        ("currency", json!("")),
        ("_id", json!("a b")),
        ("sizeVariants", json!({})),
        ("sizeVariants", sizes(&[("M", "Red", 1), ("M", "Red", 2)])),
        (
            "sizeVariants",
            (0..501)
                .map(|n| json!({"size": n.to_string(), "colorVariants": [{"color": "c"}]}))
                .collect::<Value>(),
        ),
    ] {
        let mut request = json!({"title": "Shirt", "price": 1});
        request[field] = value.clone();
        app.post("/api/products", request)
            .await
            .refuses_field(field);
    }
    for (size, color, stock) in [
        (json!(""), json!("Red"), json!(1)),
        (json!("M"), json!(long), json!(1)),
        (json!("M"), json!("Red"), json!(-1)),
        (json!("M"), json!("Red"), json!(1_000_000_001)),
        (json!("M"), json!("Red"), json!(0.5)),
    ] {
        let variants = json!([{"size": size, "colorVariants": [{"color": color, "stock": stock}]}]);
        let reply = app
            .post(
                "/api/products",
                json!({"title": "Shirt", "sizeVariants": variants}),
            )
            .await;
        assert_eq!(reply.status, 400, "{}", reply.text);
    }
    app.post("/api/products", json!({}))
        .await
        .refuses_field("title");
    assert!(app.rows("id", "products").await.is_empty() && app.ledger().await.is_empty());
}

async fn a_taken_id_is_refused(database: TestDatabase) {
    let app = App::stocked(database).await;
    let reply = app
        .post("/api/products", json!({"_id": "P1", "title": "Other"}))
        .await;
    reply.refuses(409, "conflict", "Product P1 exists already");
    assert_eq!(
        app.get("/api/products/P1").await.is(200)["title"],
        "Product P1"
    );
    assert_eq!(app.ledger().await.len(), 3);
}

async fn a_product_is_deleted_and_its_ledger_stays(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Red", 2)]).await.is(200);
    let delete = async || app.call(WRITER, "DELETE", "/api/products/P1", None).await;
    delete()
        .await
        .refuses(409, "conflict", "2 units of M in Red are reserved");
    app.release("reservationId", "h1").await.is(200);
    app.news().await;
    assert_eq!(delete().await.is(200), json!({"success": true}));
    delete()
        .await
        .refuses(404, "not_found", "Product P1 not found");
    app.get("/api/products/P1")
        .await
        .refuses(404, "not_found", "Product P1 not found");
    let payload = json!({"productId": "P1", "stock": 0, "deleted": true, "timestamp": NOW_TEXT});
    assert_eq!(app.news().await, [("STOCK_UPDATED".to_owned(), payload)]);
    let movements = app
        .call(WRITER, "GET", "/api/stock/movements?productId=P1", None)
        .await
        .is(200);
    assert_eq!(movements["total"], 6);
    let sum: i64 = app.ledger().await.iter().map(|(_, delta, _)| delta).sum();
    assert_eq!(sum, 0);
    app.assert_sound().await;
}

async fn a_deleted_product_may_come_again(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.call(WRITER, "DELETE", "/api/products/P1", None)
        .await
        .is(200);
    app.make("P1", &[("M", "Red", 4)]).await;
    assert_eq!(app.level("M", "Red").await, (4, 0));
    app.assert_sound().await;
}
