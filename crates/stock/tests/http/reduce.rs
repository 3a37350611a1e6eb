use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT, WRITER, item, items, request};

on_both!(
    an_order_takes_all_its_lines_and_says_what_is_left,
    an_order_that_cannot_be_served_changes_nothing,
    an_order_takes_effect_once,
    an_idempotency_key_does_what_an_order_id_does,
    a_refused_order_leaves_its_id_free,
    one_id_names_one_order,
    lines_that_make_no_sense_are_refused,
    an_order_is_told_to_everybody,
    a_basket_of_many_products_is_one_order,
);

async fn an_order_takes_all_its_lines_and_says_what_is_left(database: TestDatabase) {
    let app = App::stocked(database).await;
    let lines = [("M", "Red", 2), ("M", "Blue", 5), ("M", "Red", 1)];
    let answer = app.reduce("12345", &lines).await.is(200);
    let result = |color: &str, quantity: i64, new_stock: i64| {
        json!({"productId": "P1", "size": "M", "color": color, "quantity": quantity, "newStock": new_stock,
            "status": "success"})
    };
    let results = [
        result("Red", 2, 7),
        result("Blue", 5, 0),
        result("Red", 1, 7),
    ];
    let expected = json!({"success": true, "orderId": "12345", "results": results, "replayed": false,
        "afterOrder": true, "timestamp": NOW_TEXT});
    assert_eq!(answer, expected);
    assert_eq!(app.level("M", "Red").await, (7, 0));
    let moved: Vec<_> = app.ledger().await.split_off(3);
    let order = |delta, after| ("order".to_owned(), delta, after);
    assert_eq!(
        moved,
        [order(-5, 0), order(-3, 7)],
        "one movement a variant"
    );
    app.assert_sound().await;
}

async fn an_order_that_cannot_be_served_changes_nothing(database: TestDatabase) {
    let app = App::stocked(database).await;
    let before = app
        .rows(
            "size, color, stock, updated_at",
            "stock_variants ORDER BY size, color",
        )
        .await;
    app.news().await;
    let reply = app
        .reduce("1", &[("M", "Blue", 1), ("M", "Red", 6), ("M", "Red", 5)])
        .await;
    let lines = [
        ("insufficient_stock", 10, 11),
        ("insufficient_stock", 10, 11),
    ];
    reply.refuses_lines("insufficient_stock", &lines);
    assert_eq!(reply.body["errors"][0]["error"], "Insufficient stock");
    assert_eq!(reply.body["errors"][0]["item"], item("P1", "M", "Red", 6));
    let body = json!({"items": [item("P1", "XL", "Red", 1), item("P1", "M", "Green", 1), item("P9", "M", "Red", 1),
        item("P1", "M", "Red", 99), item("P1", "M", "Red", 1)]});
    let reply = app.post("/api/stock/reduce?orderId=2", body).await;
    let lines = [
        ("size_not_found", 0, 1),
        ("color_not_found", 0, 1),
        ("product_not_found", 0, 1),
        ("insufficient_stock", 10, 100),
        ("insufficient_stock", 10, 100),
    ];
    reply.refuses_lines("stock_unavailable", &lines);
    let after = app
        .rows(
            "size, color, stock, updated_at",
            "stock_variants ORDER BY size, color",
        )
        .await;
    assert_eq!(before, after);
    assert_eq!(app.ledger().await.len(), 3);
    assert!(app.rows("id", "stock_orders").await.is_empty() && app.news().await.is_empty());
}

async fn an_order_takes_effect_once(database: TestDatabase) {
    let app = App::stocked(database).await;
    let first = app
        .reduce("1", &[("M", "Red", 2), ("M", "Blue", 1)])
        .await
        .is(200);
    app.later(5_000);
    app.reduce("2", &[("M", "Red", 1)]).await.is(200);
    let again = app
        .reduce("1", &[("M", "Blue", 1), ("M", "Red", 1), ("M", "Red", 1)])
        .await
        .is(200);
    let mut expected = first.clone();
    expected["replayed"] = true.into();
    assert_eq!(again, expected, "the first answer, whatever happened since");
    assert_eq!(app.level("M", "Red").await, (7, 0));
    app.assert_sound().await;
}

async fn keyed(
    app: &App,
    key: &str,
    query: &str,
    lines: &[(&str, &str, i64)],
) -> crate::support::Reply {
    let path = format!("/api/stock/reduce{query}");
    let mut request = request(WRITER, "POST", &path, Some(json!({"items": items(lines)})));
    request
        .headers_mut()
        .insert("idempotency-key", key.parse().unwrap());
    app.node().send(request).await
}

async fn an_idempotency_key_does_what_an_order_id_does(database: TestDatabase) {
    let app = App::stocked(database).await;
    let first = keyed(&app, "a/b=1", "", &[("M", "Red", 2)]).await.is(200);
    let again = keyed(&app, "a/b=1", "", &[("M", "Red", 2)]).await.is(200);
    assert_eq!(
        (&again["replayed"], &again["orderId"]),
        (&json!(true), &first["orderId"])
    );
    let mismatch = "This id was used for other items";
    let other = keyed(&app, "a/b=1", "", &[("M", "Red", 3)]).await;
    other.refuses(409, "idempotency_mismatch", mismatch);
    let other = keyed(&app, "a/b=1", "?orderId=9", &[("M", "Red", 2)]).await;
    other.refuses(409, "idempotency_mismatch", mismatch);
    keyed(&app, "c", "?orderId=9", &[("M", "Red", 1)])
        .await
        .is(200);
    let by_id = app.reduce("9", &[("M", "Red", 1)]).await.is(200);
    assert_eq!(by_id["replayed"], true);
    keyed(&app, "a b", "", &[("M", "Red", 1)])
        .await
        .refuses_field("Idempotency-Key");
    let made = first["orderId"].as_str().unwrap();
    assert_eq!(
        app.release("orderId", made).await.is(200)["replayed"],
        false
    );
    assert_eq!(app.level("M", "Red").await, (9, 0));
    app.assert_sound().await;
}

async fn a_refused_order_leaves_its_id_free(database: TestDatabase) {
    let app = App::stocked(database).await;
    let refused = app.reduce("1", &[("L", "Red", 2)]).await;
    refused.refuses_lines("insufficient_stock", &[("insufficient_stock", 1, 2)]);
    assert_eq!(
        app.reduce("1", &[("L", "Red", 1)]).await.is(200)["replayed"],
        false
    );
}

async fn one_id_names_one_order(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reduce("1", &[("M", "Red", 1)]).await.is(200);
    for other in [[("M", "Red", 2)], [("M", "Blue", 1)]] {
        let reply = app.reduce("1", &other).await;
        reply.refuses(
            409,
            "idempotency_mismatch",
            "This id was used for other items",
        );
    }
    let without_ids = async || {
        app.post(
            "/api/stock/reduce",
            json!({"items": items(&[("M", "Red", 1)])}),
        )
        .await
        .is(200)
    };
    let (one, other) = (without_ids().await, without_ids().await);
    assert_ne!(one["orderId"], other["orderId"]);
    assert_eq!(
        (&one["afterOrder"], &other["replayed"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(app.level("M", "Red").await, (7, 0));
}

async fn lines_that_make_no_sense_are_refused(database: TestDatabase) {
    let app = App::stocked(database).await;
    let reduce = async |items: Value| {
        app.post("/api/stock/reduce?orderId=1", json!({"items": items}))
            .await
    };
    for (field, value) in [
        ("quantity", json!(0)),
        ("quantity", json!(-1)),
        ("quantity", json!(1.5)),
        ("quantity", json!("2")),
        ("quantity", json!(1_000_001)),
        ("quantity", Value::Null),
        ("productId", json!("a b")),
        ("productId", json!(7)),
        ("size", json!("x".repeat(201))),
        ("color", json!("a\0b")),
        ("color", json!(" ")),
    ] {
        let mut line = item("P1", "M", "Red", 1);
        line[field] = value;
        reduce(json!([line]))
            .await
            .refuses_field(&format!("items[0].{field}"));
    }
    reduce(json!([{}]))
        .await
        .refuses_field("items[0].productId");
    reduce(json!([])).await.refuses_field("items");
    reduce(vec![item("P1", "M", "Red", 1); 501].into())
        .await
        .refuses_field("items");
    app.post("/api/stock/reduce", json!({}))
        .await
        .refuses_field("items");
    let body = || json!({"items": items(&[("M", "Red", 1)])});
    app.post("/api/stock/reduce?orderId=a%20b", body())
        .await
        .refuses_field("orderId");
    app.post("/api/stock/reduce?afterOrder=perhaps", body())
        .await
        .refuses_field("afterOrder");
    assert_eq!(app.level("M", "Red").await, (10, 0));
    assert!(app.rows("id", "stock_orders").await.is_empty());
}

async fn an_order_is_told_to_everybody(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.news().await;
    app.reduce("1", &[("M", "Red", 2), ("M", "Blue", 1)])
        .await
        .is(200);
    let told = |color: &str, stock: i64| {
        let payload = json!({"productId": "P1", "size": "M", "color": color, "stock": stock, "reserved": 0,
            "available": stock, "timestamp": NOW_TEXT, "afterOrder": true});
        ("STOCK_REDUCED".to_owned(), payload)
    };
    assert_eq!(app.news().await, [told("Blue", 4), told("Red", 8)]);
    app.reduce("1", &[("M", "Red", 2), ("M", "Blue", 1)])
        .await
        .is(200);
    assert_eq!(app.news().await, [], "a replay is no news");
}

async fn a_basket_of_many_products_is_one_order(database: TestDatabase) {
    let app = App::on(database).await;
    for n in 0..50 {
        app.make(&format!("P{n}"), &[("M", "Red", 3)]).await;
    }
    let items: Vec<_> = (0..50)
        .rev()
        .map(|n| item(&format!("P{n}"), "M", "Red", 2))
        .collect();
    let answer = app
        .post("/api/stock/reduce?orderId=1", json!({"items": items}))
        .await
        .is(200);
    assert_eq!(answer["results"].as_array().unwrap().len(), 50);
    let again = app
        .post("/api/stock/reduce?orderId=2", json!({"items": items}))
        .await;
    again.refuses_lines("insufficient_stock", &[("insufficient_stock", 1, 2); 50]);
    app.assert_sound().await;
}
