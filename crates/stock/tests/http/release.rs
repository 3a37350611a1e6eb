use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, WRITER};

on_both!(
    an_order_is_given_back_once,
    a_hold_is_given_back_once,
    what_is_unknown_is_not_found,
    a_variant_that_is_gone_takes_nothing_back,
);

async fn an_order_is_given_back_once(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reduce("1", &[("M", "Red", 2), ("M", "Blue", 1)])
        .await
        .is(200);
    app.news().await;
    let answer = app.release("orderId", "1").await.is(200);
    assert_eq!(
        (&answer["orderId"], &answer["replayed"]),
        (&json!("1"), &json!(false))
    );
    let result = json!({"productId": "P1", "size": "M", "color": "Red", "quantity": 2, "newStock": 10,
        "status": "released"});
    assert_eq!(answer["results"][0], result);
    assert_eq!(app.news().await.len(), 2);
    let again = app.release("orderId", "1").await.is(200);
    assert_eq!(
        (&again["replayed"], &again["results"][0]),
        (&json!(true), &result)
    );
    assert_eq!(app.level("M", "Red").await, (10, 0));
    let reply = app.reduce("1", &[("M", "Red", 2), ("M", "Blue", 1)]).await;
    reply.refuses(409, "order_released", "Order 1 was released");
    let ledger = app.ledger().await.split_off(5);
    let back = |delta, after| ("release".to_owned(), delta, after);
    assert_eq!(ledger, [back(1, 5), back(2, 10)]);
    app.assert_sound().await;
}

async fn a_hold_is_given_back_once(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Red", 4)]).await.is(200);
    let answer = app.release("reservationId", "h1").await.is(200);
    assert_eq!(
        (&answer["reservationId"], &answer["replayed"]),
        (&json!("h1"), &json!(false))
    );
    assert_eq!(
        app.release("reservationId", "h1").await.is(200)["replayed"],
        true
    );
    assert_eq!(app.level("M", "Red").await, (10, 0));
    app.assert_sound().await;
}

async fn what_is_unknown_is_not_found(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.release("orderId", "9")
        .await
        .refuses(404, "not_found", "Order 9 not found");
    let reply = app.release("reservationId", "9").await;
    reply.refuses(404, "not_found", "Reservation 9 not found");
    for body in [json!({}), json!({"orderId": "1", "reservationId": "1"})] {
        app.post("/api/stock/release", body)
            .await
            .refuses_field("orderId");
    }
    app.release("orderId", "a b").await.refuses_field("orderId");
}

async fn a_variant_that_is_gone_takes_nothing_back(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reduce("1", &[("M", "Red", 2)]).await.is(200);
    app.call(WRITER, "DELETE", "/api/products/P1", None)
        .await
        .is(200);
    let answer = app.release("orderId", "1").await.is(200);
    assert_eq!(answer["results"][0]["status"], "removed");
    assert!(answer["results"][0]["newStock"].is_null());
    app.assert_sound().await;
}
