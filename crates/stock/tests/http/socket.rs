use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT};

on_both!(
    the_sockets_of_this_node_are_counted,
    one_of_the_three_events_may_be_told_by_hand,
    anything_else_is_refused,
);

async fn the_sockets_of_this_node_are_counted(database: TestDatabase) {
    let app = App::on(database).await;
    let expected =
        json!({"success": true, "status": "running", "connectedClients": 3, "timestamp": NOW_TEXT});
    assert_eq!(app.get("/api/socket").await.is(200), expected);
}

async fn one_of_the_three_events_may_be_told_by_hand(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.news().await;
    for event in ["STOCK_UPDATED", "STOCK_REDUCED", "STOCK_VALIDATED"] {
        let data = json!({"productId": "P1", "size": "M", "color": "Red", "stock": 3, "afterOrder": true, "x": 1});
        let answer = app
            .post("/api/socket", json!({"event": event, "data": data}))
            .await
            .is(200);
        let payload = json!({"productId": "P1", "size": "M", "color": "Red", "stock": 3, "timestamp": NOW_TEXT,
            "afterOrder": true});
        let expected =
            json!({"success": true, "event": event, "data": payload, "timestamp": NOW_TEXT});
        assert_eq!(answer, expected);
        assert_eq!(app.news().await, [(event.to_owned(), payload)]);
    }
    assert_eq!(
        app.level("M", "Red").await,
        (10, 0),
        "the stock stays as it is"
    );
}

async fn anything_else_is_refused(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.news().await;
    let data = || json!({"productId": "P1"});
    for (body, field) in [
        (json!({}), "event"),
        (json!({"event": "STOCK_STOLEN", "data": data()}), "event"),
        (json!({"event": "stock_updated", "data": data()}), "event"),
        (json!({"event": 7, "data": data()}), "event"),
        (json!({"event": "STOCK_UPDATED"}), "data"),
        (
            json!({"event": "STOCK_UPDATED", "data": {}}),
            "data.productId",
        ),
        (
            json!({"event": "STOCK_UPDATED", "data": {"productId": "P1", "stock": -1}}),
            "data.stock",
        ),
        (
            json!({"event": "STOCK_UPDATED", "data": {"productId": "P1", "size": ""}}),
            "data.size",
        ),
    ] {
        app.post("/api/socket", body).await.refuses_field(field);
    }
    assert_eq!(app.news().await, []);
}
