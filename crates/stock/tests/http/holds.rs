use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, items};

on_both!(
    a_hold_keeps_units_from_others,
    a_hold_is_made_once,
    an_order_uses_its_hold_up,
    a_hold_ends_by_itself,
    a_hold_that_ended_does_not_come_back,
    holds_that_cannot_be_are_refused,
);

async fn a_hold_keeps_units_from_others(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.news().await;
    let held = app.reserve("h1", &[("M", "Red", 8)]).await.is(200);
    let result = json!({"productId": "P1", "size": "M", "color": "Red", "quantity": 8, "available": 2,
        "status": "reserved"});
    let expected = json!({"success": true, "reservationId": "h1", "results": [result], "replayed": false,
        "expiresAt": "2027-01-15T08:01:00.000Z", "timestamp": "2027-01-15T08:00:00.000Z"});
    assert_eq!(held, expected);
    assert_eq!(app.level("M", "Red").await, (10, 8));
    assert_eq!(app.ledger().await.len(), 3, "nothing has moved");
    let news = app.news().await;
    assert_eq!(
        (news[0].0.as_str(), &news[0].1["available"]),
        ("STOCK_UPDATED", &json!(2))
    );
    let short = [("insufficient_stock", 2, 3)];
    app.reduce("1", &[("M", "Red", 3)])
        .await
        .refuses_lines("insufficient_stock", &short);
    app.reserve("h2", &[("M", "Red", 3)])
        .await
        .refuses_lines("insufficient_stock", &short);
    app.reduce("1", &[("M", "Red", 2)]).await.is(200);
    assert_eq!(app.level("M", "Red").await, (8, 8));
    app.assert_sound().await;
}

async fn a_hold_is_made_once(database: TestDatabase) {
    let app = App::stocked(database).await;
    let first = app
        .reserve("h1", &[("M", "Red", 2), ("M", "Blue", 1)])
        .await
        .is(200);
    app.later(10_000);
    let again = app
        .reserve("h1", &[("M", "Blue", 1), ("M", "Red", 2)])
        .await
        .is(200);
    assert_eq!(
        (&again["replayed"], &again["expiresAt"]),
        (&json!(true), &first["expiresAt"])
    );
    let other = app.reserve("h1", &[("M", "Red", 3)]).await;
    other.refuses(
        409,
        "idempotency_mismatch",
        "This id was used for other items",
    );
    assert_eq!(app.level("M", "Red").await, (10, 2));
    let made = app
        .post(
            "/api/stock/reserve",
            json!({"items": items(&[("M", "Red", 1)])}),
        )
        .await
        .is(200);
    assert_eq!(made["expiresAt"], "2027-01-15T08:15:10.000Z", "15 minutes");
    app.release("reservationId", made["reservationId"].as_str().unwrap())
        .await
        .is(200);
    app.assert_sound().await;
}

async fn an_order_uses_its_hold_up(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Red", 8), ("M", "Blue", 1)])
        .await
        .is(200);
    let order = async |id: &str, units: i64| {
        let body = json!({"items": items(&[("M", "Red", units)]), "reservationId": "h1"});
        app.post(&format!("/api/stock/reduce?orderId={id}"), body)
            .await
    };
    order("1", 11)
        .await
        .refuses_lines("insufficient_stock", &[("insufficient_stock", 10, 11)]);
    assert_eq!(app.level("M", "Red").await, (10, 8));
    let answer = order("1", 9).await.is(200);
    assert_eq!(answer["results"][0]["newStock"], 1);
    assert_eq!(
        (app.level("M", "Red").await, app.level("M", "Blue").await),
        ((1, 0), (5, 0))
    );
    assert_eq!(order("1", 9).await.is(200)["replayed"], true);
    order("2", 1)
        .await
        .refuses(409, "conflict", "Reservation h1 was used by an order");
    let reply = app.release("reservationId", "h1").await;
    reply.refuses(409, "conflict", "Reservation h1 was used by an order");
    let ledger = app
        .rows(
            "reservation_id, order_id",
            "stock_movements WHERE kind = 'order'",
        )
        .await;
    assert_eq!(ledger, [[Some("h1".to_owned()), Some("1".to_owned())]]);
    let body = json!({"items": items(&[("M", "Red", 1)]), "reservationId": "nobody"});
    let reply = app.post("/api/stock/reduce", body).await;
    reply.refuses(404, "not_found", "Reservation nobody not found");
    app.assert_sound().await;
}

async fn a_hold_ends_by_itself(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Red", 8), ("M", "Blue", 5)])
        .await
        .is(200);
    let expiry = &app.node().expiry;
    app.later(59_999);
    assert_eq!(expiry.run_once().await.unwrap(), 0);
    app.later(1);
    app.news().await;
    let body = json!({"items": items(&[("M", "Red", 1)]), "reservationId": "h1"});
    let reply = app.post("/api/stock/reduce?orderId=1", body).await;
    reply.refuses(409, "reservation_expired", "Reservation h1 has expired");
    assert_eq!(reply.body["reservationId"], "h1");
    assert_eq!(app.level("M", "Red").await, (10, 8), "until somebody looks");
    let other = app.another_node().await;
    let (one, two) = tokio::join!(expiry.run_once(), other.expiry.run_once());
    assert_eq!(one.unwrap() + two.unwrap(), 1, "once, on whichever node");
    assert_eq!(app.level("M", "Red").await, (10, 0));
    let told: Vec<_> = app
        .news()
        .await
        .into_iter()
        .map(|(event, data)| (event, data["available"].clone()))
        .collect();
    let updated = |available: i64| ("STOCK_UPDATED".to_owned(), json!(available));
    assert_eq!(told, [updated(5), updated(10)]);
    app.reduce("1", &[("M", "Red", 10)]).await.is(200);
    app.assert_sound().await;
}

async fn a_hold_that_ended_does_not_come_back(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reserve("h1", &[("M", "Red", 1)]).await.is(200);
    app.reserve("h2", &[("M", "Red", 1)]).await.is(200);
    app.release("reservationId", "h2").await.is(200);
    let reply = app.reserve("h2", &[("M", "Red", 1)]).await;
    reply.refuses(409, "conflict", "Reservation h2 was released");
    app.later(60_000);
    let expired = "Reservation h1 has expired";
    app.reserve("h1", &[("M", "Red", 1)])
        .await
        .refuses(409, "reservation_expired", expired);
    app.node().expiry.run_once().await.unwrap();
    app.reserve("h1", &[("M", "Red", 1)])
        .await
        .refuses(409, "reservation_expired", expired);
    assert_eq!(
        app.release("reservationId", "h1").await.is(200)["replayed"],
        true
    );
    app.assert_sound().await;
}

async fn holds_that_cannot_be_are_refused(database: TestDatabase) {
    let app = App::stocked(database).await;
    let reserve = async |ttl: serde_json::Value| {
        let body =
            json!({"reservationId": "h1", "items": items(&[("M", "Red", 1)]), "ttlSeconds": ttl});
        app.post("/api/stock/reserve", body).await
    };
    for bad in [json!(0), json!(-1), json!(86_401), json!(1.5), json!("60")] {
        reserve(bad).await.refuses_field("ttlSeconds");
    }
    let body = json!({"reservationId": "a b", "items": items(&[("M", "Red", 1)])});
    app.post("/api/stock/reserve", body)
        .await
        .refuses_field("reservationId");
    app.post("/api/stock/reserve", json!({"items": []}))
        .await
        .refuses_field("items");
    let reply = app.reserve("h1", &[("M", "Green", 1)]).await;
    reply.refuses_lines("stock_unavailable", &[("color_not_found", 0, 1)]);
    reserve(json!(1)).await.is(200);
}
