use chrono::TimeDelta;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT};

on_both!(
    a_completed_booking_earns_its_partner_its_price_once,
    nothing_is_earned_without_a_partner_and_once_there_is_one,
    totals_are_kept_currency_by_currency,
    earnings_come_in_pages,
);

async fn earnings(app: &App, partner: &str) -> Value {
    let path = format!("/api/partners/{partner}/earnings");
    app.get(&format!("partner:{partner}"), &path).await.is(200)
}

async fn move_to(app: &App, id: &str, status: &str) {
    app.put(
        "admin",
        &format!("/bookings/{id}"),
        json!({"status": status}),
    )
    .await
    .is(200);
}

/// What the partners were told of their earnings: whom, of which booking, the amount and the total.
async fn told(app: &App) -> Vec<(String, Value, Value, Value)> {
    let told = app
        .told()
        .await
        .into_iter()
        .filter(|(_, event, _)| event == "earnings:updated");
    told.map(|(who, _, data)| {
        (
            who,
            data["bookingId"].clone(),
            data["amount"].clone(),
            data["total"].clone(),
        )
    })
    .collect()
}

async fn a_completed_booking_earns_its_partner_its_price_once(database: TestDatabase) {
    let app = App::staffed(database).await;
    let booking = app.book_in("B1", "IN_PROGRESS").await;
    app.patch("partner:p1", "/bookings/B1", json!({"status": "COMPLETED"}))
        .await
        .is(200);
    let entry = json!({
        "bookingId": "B1", "bookingNumber": booking["bookingNumber"], "amount": 24.8, "currency": "USD",
        "earnedAt": NOW_TEXT,
    });
    let expected = json!({
        "partnerId": "p1", "totals": [{"amount": 24.8, "currency": "USD"}], "items": [entry], "page": 1,
        "perPage": 50, "total": 1,
    });
    assert_eq!(earnings(&app, "p1").await, expected);
    app.clock.advance(TimeDelta::hours(1));
    let again = json!({"status": "IN_PROGRESS", "amount": 99, "partnerId": "p2"});
    app.put("admin", "/bookings/B1", again).await.is(200);
    move_to(&app, "B1", "COMPLETED").await;
    for call in ["manual-sync", "find-and-sync"] {
        move_to(&app, "B1", "CANCELLED").await;
        let body = json!({"customerId": "u1", "assignedStatus": "completed"});
        app.post("admin", &format!("/bookings/B1/{call}"), body)
            .await
            .is(200);
    }
    move_to(&app, "B1", "PARTNER_ASSIGNED").await;
    let body = json!({"customerId": "u1", "assignedStatus": "completed"});
    app.post("admin", "/bookings/sync-customer", body)
        .await
        .is(200);
    assert_eq!(earnings(&app, "p1").await, expected);
    assert_eq!(earnings(&app, "p2").await["total"], 0);
    let data = json!({"partnerId": "p1", "bookingId": "B1", "amount": 24.8, "currency": "USD", "total": 24.8});
    let heard = app
        .told()
        .await
        .into_iter()
        .filter(|(_, event, _)| event == "earnings:updated");
    let heard: Vec<_> = heard.collect();
    assert_eq!(
        heard,
        [("account:p1".to_owned(), "earnings:updated".to_owned(), data)]
    );
    app.assert_in_step().await;
}

async fn nothing_is_earned_without_a_partner_and_once_there_is_one(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({})).await;
    move_to(&app, "B1", "COMPLETED").await;
    assert!(told(&app).await.is_empty());
    let late = json!({"partnerId": "p1", "status": "COMPLETED"});
    app.put("admin", "/bookings/B1", late).await.is(200);
    app.put("admin", "/bookings/B1", json!({"notes": "paid"}))
        .await
        .is(200);
    app.book(
        "B2",
        json!({"partnerId": "p1", "status": "COMPLETED", "amount": 0.2}),
    )
    .await;
    let expected = [
        (
            "account:p1".to_owned(),
            json!("B1"),
            json!(24.8),
            json!(24.8),
        ),
        ("account:p1".to_owned(), json!("B2"), json!(0.2), json!(25)),
    ];
    assert_eq!(told(&app).await, expected);
    app.assert_in_step().await;
}

async fn totals_are_kept_currency_by_currency(database: TestDatabase) {
    let app = App::staffed(database).await;
    let prices = [
        ("0.10", "USD"),
        ("0.20", "USD"),
        ("500", "JPY"),
        ("1.005", "KWD"),
        ("0.3", "USD"),
        ("7", "JPY"),
    ];
    for (n, (amount, currency)) in prices.into_iter().enumerate() {
        let price = json!({"amount": amount, "currency": currency, "partnerId": "p1", "status": "IN_PROGRESS"});
        app.book(&format!("B{n}"), price).await;
        move_to(&app, &format!("B{n}"), "COMPLETED").await;
    }
    let totals: Vec<_> = told(&app)
        .await
        .into_iter()
        .map(|(_, _, _, total)| total)
        .collect();
    assert_eq!(
        totals,
        [
            json!(0.1),
            json!(0.3),
            json!(500),
            json!(1.005),
            json!(0.6),
            json!(507)
        ]
    );
    let expected = json!([
        {"amount": 507, "currency": "JPY"},
        {"amount": 1.005, "currency": "KWD"},
        {"amount": 0.6, "currency": "USD"},
    ]);
    assert_eq!(earnings(&app, "p1").await["totals"], expected);
    app.assert_in_step().await;
}

async fn earnings_come_in_pages(database: TestDatabase) {
    let app = App::staffed(database).await;
    for n in 0..3 {
        app.book_in(&format!("B{n}"), "COMPLETED").await;
        app.clock.advance(TimeDelta::seconds(1));
    }
    let path = "/api/partners/p1/earnings?page=2&perPage=2";
    let page = app.get("admin", path).await.is(200);
    assert_eq!(page["items"][0]["bookingId"], "B0");
    assert_eq!(
        ["page", "perPage", "total"].map(|key| page[key].as_u64().unwrap()),
        [2, 2, 3]
    );
    assert_eq!(page["totals"][0]["amount"], 74.4);
    app.get("admin", "/api/partners/p1/earnings?perPage=201")
        .await
        .refuses_field("perPage");
}
