use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, WRITER, sizes};

on_both!(
    what_is_left_out_stays,
    what_is_not_there_is_not_found,
    a_stock_that_changes_is_a_movement,
    a_variant_that_is_held_stays,
    an_edit_that_makes_no_sense_changes_nothing,
    an_edit_that_changes_nothing_is_no_news,
);

async fn edit(app: &App, body: Value) -> crate::support::Reply {
    app.call(WRITER, "PUT", "/api/products/P1", Some(body))
        .await
}

async fn what_is_left_out_stays(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.later(1_000);
    let edited = edit(&app, json!({"title": "Shirt", "description": "Warm"}))
        .await
        .is(200);
    assert_eq!(
        (&edited["title"], &edited["description"]),
        (&json!("Shirt"), &json!("Warm"))
    );
    assert_eq!(
        (&edited["price"], &edited["stock"]),
        (&json!(100), &json!(16))
    );
    assert_eq!(edited["updatedAt"], "2027-01-15T08:00:01.000Z");
    assert_eq!(
        app.get("/api/products/P1").await.is(200),
        edited,
        "at once on this node"
    );
    let edited = edit(&app, json!({"price": 120, "description": null}))
        .await
        .is(200);
    assert_eq!(
        (&edited["price"], &edited["currency"]),
        (&json!(120), &json!("L.E."))
    );
    assert!(edited["description"].is_null());
    let edited = edit(&app, json!({"currency": "EUR"})).await.is(200);
    assert_eq!(
        (&edited["price"], &edited["currency"]),
        (&json!(120), &json!("EUR"))
    );
    let found = app.get("/api/products?q=shirt").await.is(200);
    assert_eq!(found["total"], 1, "searches know the new title");
    assert_eq!(app.get("/api/products?q=Product").await.is(200)["total"], 0);
    assert_eq!(app.ledger().await.len(), 3);
}

async fn what_is_not_there_is_not_found(database: TestDatabase) {
    let app = App::on(database).await;
    for body in [json!({"title": "x"}), json!({"price": 1}), json!({})] {
        let reply = app
            .call(WRITER, "PUT", "/api/products/P9", Some(body))
            .await;
        reply.refuses(404, "not_found", "Product P9 not found");
    }
}

async fn a_stock_that_changes_is_a_movement(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Red", 2)]).await.is(200);
    app.news().await;
    let variants = json!([
        {"size": "S", "colorVariants": [{"color": "Black", "stock": 4}, {"color": "White"}]},
        {"size": "M", "colorVariants": [{"color": "Red", "stock": 7}, {"color": "Blue"}]},
    ]);
    let edited = edit(&app, json!({"sizeVariants": variants})).await.is(200);
    let color = |color: &str, stock: i64, reserved: i64| json!({"color": color, "stock": stock, "reserved": reserved, "available": stock - reserved});
    let expected = json!([
        {"size": "S", "colorVariants": [color("Black", 4, 0), color("White", 0, 0)]},
        {"size": "M", "colorVariants": [color("Red", 7, 2), color("Blue", 5, 0)]},
    ]);
    assert_eq!(
        (&edited["sizeVariants"], &edited["stock"]),
        (&expected, &json!(16))
    );
    let line = |kind: &str, delta, after| (kind.to_owned(), delta, after);
    let expected = [
        line("opening", 4, 4),
        line("opening", 0, 0),
        line("edit", -3, 7),
        line("removal", -1, 0),
    ];
    assert_eq!(app.ledger().await.split_off(3), expected);
    let news = app.news().await;
    assert_eq!((news.len(), &news[0].1["stock"]), (5, &json!(16)));
    assert_eq!(
        (&news[3].1["color"], &news[3].1["available"]),
        (&json!("Red"), &json!(5))
    );
    app.assert_sound().await;
}

async fn a_variant_that_is_held_stays(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Red", 2)]).await.is(200);
    let reply = edit(&app, json!({"sizeVariants": sizes(&[("M", "Blue", 1)])})).await;
    reply.refuses(409, "conflict", "2 units of M in Red are reserved");
    let below = sizes(&[("M", "Red", 1), ("M", "Blue", 9), ("L", "Red", 1)]);
    let reply = edit(&app, json!({"sizeVariants": below, "title": "New"})).await;
    reply.refuses(409, "conflict", "M in Red: 2 units are reserved");
    assert_eq!(app.level("M", "Blue").await, (5, 0));
    assert_eq!(
        app.get("/api/products/P1").await.is(200)["title"],
        "Product P1"
    );
    assert_eq!(app.ledger().await.len(), 3);
    app.assert_sound().await;
}

async fn an_edit_that_makes_no_sense_changes_nothing(database: TestDatabase) {
    let app = App::stocked(database).await;
    let before = app.get("/api/products/P1?afterOrder=true").await.is(200);
    for (field, value) in [
        ("title", json!(" ")),
        ("price", json!(0.001)),
        ("currency", json!("ninechars")),
        ("description", json!("x".repeat(4_001))),
        ("sizeVariants", sizes(&[("M", "Red", 1), ("M", "Red", 2)])),
    ] {
        edit(&app, json!({field: value})).await.refuses_field(field);
    }
    assert_eq!(
        app.get("/api/products/P1?afterOrder=true").await.is(200),
        before
    );
}

async fn an_edit_that_changes_nothing_is_no_news(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.news().await;
    app.later(1_000);
    let same = sizes(&[("M", "Red", 10), ("M", "Blue", 5), ("L", "Red", 1)]);
    let edited = edit(&app, json!({"title": "Product P1", "sizeVariants": same}))
        .await
        .is(200);
    assert_eq!(edited["updatedAt"], "2027-01-15T08:00:00.000Z");
    assert_eq!((app.news().await.len(), app.ledger().await.len()), (0, 3));
}
