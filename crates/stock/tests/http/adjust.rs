use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT, Reply};

on_both!(
    a_count_is_a_movement_with_its_reason,
    a_count_goes_neither_below_zero_nor_below_what_is_held,
    counts_that_make_no_sense_are_refused,
);

async fn adjust(app: &App, more: Value) -> Reply {
    let mut body = json!({"size": "M", "color": "Red"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    app.post("/api/products/P1/stock/adjust", body).await
}

async fn a_count_is_a_movement_with_its_reason(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.news().await;
    let answer = adjust(&app, json!({"delta": -3, "reason": "broken"}))
        .await
        .is(200);
    let expected = json!({"success": true, "productId": "P1", "size": "M", "color": "Red", "stock": 7, "reserved": 0,
        "available": 7, "timestamp": NOW_TEXT});
    assert_eq!(answer, expected);
    assert_eq!(
        app.get("/api/products/P1/stock").await.is(200)["stock"],
        13,
        "at once on this node"
    );
    assert_eq!(adjust(&app, json!({"set": 20})).await.is(200)["stock"], 20);
    assert_eq!(adjust(&app, json!({"set": 20})).await.is(200)["stock"], 20);
    let rows = app.rows(
        "kind, reason, delta, balance_after, actor_id, actor_kind",
        "stock_movements WHERE kind = 'adjust' ORDER BY id",
    );
    let rows = rows.await.into_iter().map(|row| {
        row.into_iter()
            .map(Option::unwrap)
            .collect::<Vec<_>>()
            .join(" ")
    });
    let expected = [
        "adjust broken -3 7 shop service",
        "adjust adjust 13 20 shop service",
    ];
    assert_eq!(rows.collect::<Vec<_>>(), expected);
    let told: Vec<_> = app
        .news()
        .await
        .into_iter()
        .map(|(event, data)| (event, data["stock"].clone()))
        .collect();
    let updated = |stock: i64| ("STOCK_UPDATED".to_owned(), json!(stock));
    assert_eq!(told, [updated(7), updated(20)]);
    app.assert_sound().await;
}

async fn a_count_goes_neither_below_zero_nor_below_what_is_held(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Red", 4)]).await.is(200);
    let sentence = "The stock cannot be changed so: 4 units are reserved";
    adjust(&app, json!({"delta": -7}))
        .await
        .refuses(409, "conflict", sentence);
    adjust(&app, json!({"set": 3}))
        .await
        .refuses(409, "conflict", sentence);
    let sentence = "The stock cannot be changed so: there are only 10 units";
    adjust(&app, json!({"delta": -11}))
        .await
        .refuses(409, "conflict", sentence);
    let sentence = "The stock cannot be changed so: there can be at most 1000000000 units";
    adjust(&app, json!({"delta": 1_000_000_000}))
        .await
        .refuses(409, "conflict", sentence);
    assert_eq!(app.level("M", "Red").await, (10, 4));
    adjust(&app, json!({"delta": -6})).await.is(200);
    app.assert_sound().await;
}

async fn counts_that_make_no_sense_are_refused(database: TestDatabase) {
    let app = App::stocked(database).await;
    for more in [
        json!({}),
        json!({"delta": 1, "set": 1}),
        json!({"delta": 1_000_000_001}),
        json!({"delta": "1"}),
        json!({"delta": 0.5}),
    ] {
        adjust(&app, more).await.refuses_field("delta");
    }
    for bad in [json!(-1), json!(1_000_000_001), json!(1.5)] {
        adjust(&app, json!({"set": bad})).await.refuses_field("set");
    }
    adjust(&app, json!({"set": 1, "reason": "x".repeat(201)}))
        .await
        .refuses_field("reason");
    adjust(&app, json!({"set": 1, "size": ""}))
        .await
        .refuses_field("size");
    let reply = adjust(&app, json!({"set": 1, "color": "Green"})).await;
    reply.refuses(404, "not_found", "Product P1 has no M in Green");
    let body = json!({"size": "M", "color": "Red", "set": 1});
    let reply = app.post("/api/products/P9/stock/adjust", body).await;
    reply.refuses(404, "not_found", "Product P9 not found");
    assert_eq!(
        (app.level("M", "Red").await, app.ledger().await.len()),
        ((10, 0), 3)
    );
}
