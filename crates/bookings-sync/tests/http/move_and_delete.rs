use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(
    another_customer_gets_the_mirror,
    a_deleted_booking_has_no_mirror_anywhere,
    what_is_over_is_deleted_quietly_and_stays_earned,
);

async fn another_customer_gets_the_mirror(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({"partnerId": "p1"})).await;
    app.tamper("INSERT INTO booking_mirrors (user_id, booking_id) VALUES ('u7', 'B1')")
        .await;
    app.forget_news().await;
    let after = app
        .put("admin", "/bookings/B1", json!({"customerId": "u2"}))
        .await
        .is(200);
    assert_eq!(
        (&after["customerId"], &after["version"]),
        (&json!("u2"), &json!(2))
    );
    app.assert_in_step().await;
    app.mirror("u1", "B1")
        .await
        .refuses(404, "Booking B1 not found");
    assert_eq!(app.mirror("u2", "B1").await.is(200)["customerId"], "u2");
    app.get("customer:u1", "/bookings/B1")
        .await
        .refuses(404, "Booking B1 not found");
    app.get("customer:u2", "/bookings/B1").await.is(200);
    let told = app.told().await;
    let heard: Vec<_> = told
        .iter()
        .map(|(who, what, _)| (who.as_str(), what.as_str()))
        .collect();
    let expected = [
        ("role:admin", "booking:updated"),
        ("account:u1", "booking:cancelled"),
        ("account:u2", "booking:status_updated"),
    ];
    assert_eq!(heard, expected);
    let change = json!([{"field": "customerId", "from": "u1", "to": "u2"}]);
    assert_eq!(told[0].2["changes"], change);
    let reply = app
        .put("admin", "/bookings/B1", json!({"customerId": "p1"}))
        .await;
    reply.refuses(404, "User p1 not found");
    app.assert_in_step().await;
}

async fn a_deleted_booking_has_no_mirror_anywhere(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book_in("B1", "IN_PROGRESS").await;
    app.tamper("INSERT INTO booking_mirrors (user_id, booking_id) VALUES ('u7', 'B1')")
        .await;
    app.forget_news().await;
    let gone = app.delete("admin", "/bookings/B1").await.is(200);
    assert_eq!(gone, json!({"success": true}));
    app.get("admin", "/bookings/B1")
        .await
        .refuses(404, "Booking B1 not found");
    for user in ["u1", "u7"] {
        app.mirror(user, "B1")
            .await
            .refuses(404, "Booking B1 not found");
    }
    let told = app.told().await;
    let heard: Vec<_> = told
        .iter()
        .map(|(who, what, _)| (who.as_str(), what.as_str()))
        .collect();
    let expected = [
        ("role:admin", "booking:updated"),
        ("account:u1", "booking:cancelled"),
        ("account:p1", "booking:cancelled"),
    ];
    assert_eq!(heard, expected);
    assert_eq!(
        (&told[0].2["deleted"], &told[1].2["cancelledBy"]),
        (&Value::Bool(true), &json!("admin"))
    );
    app.delete("admin", "/bookings/B1")
        .await
        .refuses(404, "Booking B1 not found");
    app.assert_in_step().await;
}

async fn what_is_over_is_deleted_quietly_and_stays_earned(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book_in("B2", "COMPLETED").await;
    app.forget_news().await;
    app.delete("service:bookings:write", "/bookings/B2")
        .await
        .is(200);
    assert_eq!(
        app.news().await.len(),
        1,
        "nobody must hear that what is over is off"
    );
    let earnings = app
        .get("partner:p1", "/api/partners/p1/earnings")
        .await
        .is(200);
    assert_eq!(earnings["total"], 1, "what was earned stays earned");
    app.assert_in_step().await;
}
