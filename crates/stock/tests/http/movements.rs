use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT, WRITER};

on_both!(
    the_ledger_is_read_newest_first_by_product_and_order,
    the_ledger_cannot_be_changed,
);

async fn the_ledger_is_read_newest_first_by_product_and_order(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.make("P2", &[("M", "Red", 2)]).await;
    app.reserve("h1", &[("M", "Red", 1)]).await.is(200);
    let body = json!({"items": crate::support::items(&[("M", "Red", 2)]), "reservationId": "h1"});
    app.post("/api/stock/reduce?orderId=7", body).await.is(200);
    let list = async |query: &str| {
        let path = format!("/api/stock/movements{query}");
        app.call(WRITER, "GET", &path, None).await
    };
    let by_order = list("?orderId=7").await.is(200);
    let mut expected = json!({"productId": "P1", "size": "M", "color": "Red", "delta": -2, "balanceAfter": 8,
        "kind": "order", "reason": "order", "orderId": "7", "reservationId": "h1",
        "actor": {"id": "shop", "kind": "service"}, "createdAt": NOW_TEXT});
    expected["id"] = by_order["items"][0]["id"].clone();
    assert!(expected["id"].is_i64());
    assert_eq!(
        by_order,
        json!({"items": [expected], "page": 1, "perPage": 50, "total": 1})
    );
    let whole = list("?productId=P1&perPage=2").await.is(200);
    assert_eq!(
        (&whole["total"], &whole["items"][0]),
        (&json!(4), &expected)
    );
    assert_eq!(whole["items"].as_array().unwrap().len(), 2);
    let second = list("?productId=P1&perPage=2&page=2").await.is(200);
    assert_eq!(
        (&second["items"][1]["reason"], &second["items"][1]["delta"]),
        (&json!("opening"), &json!(10))
    );
    assert_eq!(list("").await.is(200)["total"], 5);
    assert_eq!(list("?productId=P2&orderId=7").await.is(200)["total"], 0);
    list("?perPage=201").await.refuses_field("perPage");
    list("?productId=a%20b").await.refuses_field("productId");
}

async fn the_ledger_cannot_be_changed(database: TestDatabase) {
    use sea_orm::ConnectionTrait;
    let app = App::stocked(database).await;
    let before = app.ledger().await;
    for change in [
        "UPDATE stock_movements SET delta = 99",
        "DELETE FROM stock_movements",
    ] {
        let writer = app.test_database.database().writer();
        let refused = writer.execute_unprepared(change).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
    assert_eq!(app.ledger().await, before);
}
