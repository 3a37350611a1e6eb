use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT, Reply, faults, item, items};

on_both!(
    a_basket_that_can_be_had_is_valid,
    every_line_that_cannot_be_had_says_why,
    lines_for_one_variant_add_up,
    what_is_missing_is_told_and_what_is_wrong_is_refused,
    valid_lines_are_told_once_for_many_askers,
);

async fn validate(app: &App, items: Value) -> Reply {
    app.call(
        "",
        "POST",
        "/api/stock/validate",
        Some(json!({"items": items})),
    )
    .await
}

async fn a_basket_that_can_be_had_is_valid(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Red", 3)]).await.is(200);
    let reply = validate(&app, items(&[("M", "Red", 7), ("L", "Red", 1)])).await;
    assert!(reply.header("cache-control").contains("no-store"));
    let valid = |size: &str, quantity: i64, available: i64| {
        json!({"productId": "P1", "size": size, "color": "Red", "quantity": quantity, "available": available,
            "status": "valid"})
    };
    let expected = json!({"success": true, "items": [valid("M", 7, 7), valid("L", 1, 1)], "errors": [],
        "timestamp": NOW_TEXT});
    assert_eq!(reply.is(200), expected);
    assert_eq!(
        app.level("M", "Red").await,
        (10, 3),
        "nothing is held by it"
    );
}

async fn every_line_that_cannot_be_had_says_why(database: TestDatabase) {
    let app = App::stocked(database).await;
    let lines = json!([
        item("P1", "M", "Red", 1),
        item("P9", "M", "Red", 1),
        item("P1", "S", "Red", 1),
        item("P1", "L", "Blue", 2),
        item("P1", "L", "Red", 2),
        {"productId": "P1", "size": "M"},
    ]);
    let answer = validate(&app, lines.clone()).await.is(200);
    assert_eq!(answer["success"], false);
    assert_eq!(answer["items"].as_array().unwrap().len(), 1);
    let expected = [
        ("product_not_found", 0, 1),
        ("size_not_found", 0, 1),
        ("color_not_found", 0, 2),
        ("insufficient_stock", 1, 2),
        ("missing_fields", 0, 0),
    ];
    assert_eq!(faults(&answer), expected);
    let sentences = [
        "Product not found",
        "Size variant not found",
        "Color variant not found",
        "Insufficient stock",
        "Missing required fields",
    ];
    for (n, sentence) in sentences.into_iter().enumerate() {
        assert_eq!(answer["errors"][n]["error"], sentence);
        assert_eq!(answer["errors"][n]["item"], lines[n + 1]);
    }
}

async fn lines_for_one_variant_add_up(database: TestDatabase) {
    let app = App::stocked(database).await;
    let lines = items(&[("M", "Blue", 3), ("M", "Red", 10), ("M", "Blue", 3)]);
    let answer = validate(&app, lines).await.is(200);
    assert_eq!(faults(&answer), [("insufficient_stock", 5, 6); 2]);
    assert_eq!(answer["items"][0]["color"], "Red");
    let answer = validate(&app, items(&[("M", "Blue", 3), ("M", "Blue", 2)]))
        .await
        .is(200);
    assert_eq!(answer["success"], true);
}

async fn what_is_missing_is_told_and_what_is_wrong_is_refused(database: TestDatabase) {
    let app = App::stocked(database).await;
    for line in [
        json!({}),
        json!({"productId": "P1", "size": "M", "color": "Red"}),
        json!({"productId": "P1", "size": "M", "color": "", "quantity": 1}),
        json!({"productId": null, "size": "M", "color": "Red", "quantity": 1}),
    ] {
        let answer = validate(&app, json!([line])).await.is(200);
        assert_eq!(faults(&answer), [("missing_fields", 0, 0)]);
    }
    for (field, value) in [
        ("quantity", json!(0)),
        ("quantity", json!(-3)),
        ("quantity", json!(1.5)),
        ("quantity", json!("1")),
        ("productId", json!(1)),
        ("size", json!(["M"])),
        ("color", json!("a\0b")),
        ("productId", json!("x".repeat(129))),
    ] {
        let mut line = item("P1", "M", "Red", 1);
        line[field] = value;
        let field = format!("items[0].{field}");
        validate(&app, json!([line])).await.refuses_field(&field);
    }
    validate(&app, json!([])).await.refuses_field("items");
    validate(&app, json!("P1")).await.refuses_field("items");
    validate(&app, vec![item("P1", "M", "Red", 1); 501].into())
        .await
        .refuses_field("items");
    let reply = app
        .call("", "POST", "/api/stock/validate", Some(json!({})))
        .await;
    reply.refuses_field("items");
}

async fn valid_lines_are_told_once_for_many_askers(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.news().await;
    for _ in 0..3 {
        validate(&app, items(&[("M", "Red", 1), ("M", "Blue", 99)]))
            .await
            .is(200);
    }
    assert_eq!(app.node().news.run_once().await.unwrap(), 1);
    assert_eq!(app.node().news.run_once().await.unwrap(), 0);
    let news = app.news().await;
    let payload = json!({"productId": "P1", "size": "M", "color": "Red", "stock": 10, "reserved": 0, "available": 10,
        "timestamp": NOW_TEXT});
    assert_eq!(news, [("STOCK_VALIDATED".to_owned(), payload)]);
}
