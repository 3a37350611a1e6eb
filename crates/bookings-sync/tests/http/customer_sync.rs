use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::{
    support::{App, STATUSES},
    sync::DAMAGE,
};

on_both!(
    all_bookings_of_a_customer_and_no_others_are_synced,
    the_set_based_path_writes_what_the_single_path_writes,
    whatever_happened_to_the_mirrors_one_call_repairs_them,
    a_customer_without_bookings_is_synced_and_an_unknown_one_is_not,
    a_thousand_bookings_are_one_call,
);

async fn sync(app: &App, customer: &str, target: Value) -> Value {
    let body = json!({"customerId": customer, "assignedStatus": target});
    app.post("admin", "/bookings/sync-customer", body)
        .await
        .is(200)
}

async fn all_bookings_of_a_customer_and_no_others_are_synced(database: TestDatabase) {
    let app = App::staffed(database).await;
    for n in 0..3 {
        app.book(&format!("B{n}"), json!({"customerId": "user123"}))
            .await;
    }
    let other = app.book("B4", json!({"customerId": "u2"})).await;
    app.tamper("DELETE FROM booking_mirrors WHERE booking_id = 'B1'")
        .await;
    app.tamper("UPDATE booking_mirrors SET user_id = 'u2' WHERE booking_id = 'B2'")
        .await;
    let answer = sync(&app, "user123", json!("confirm")).await;
    let expected = json!({
        "success": true, "message": "Synced 3 bookings for customer user123", "syncedCount": 3,
        "totalBookings": 3, "createdCount": 2, "errors": [],
    });
    assert_eq!(answer, expected);
    for n in 0..3 {
        let booking = app.booking(&format!("B{n}")).await;
        assert_eq!(
            (&booking["status"], &booking["version"]),
            (&json!("PARTNER_ACCEPTED"), &json!(2))
        );
        let mirror = app.mirror("user123", &format!("B{n}")).await.is(200);
        assert_eq!(mirror["syncedBy"], "sync-all-customer");
        assert_eq!(mirror["lastManualSyncAt"], mirror["mirroredAt"]);
    }
    assert_eq!(app.booking("B4").await, other);
    app.assert_in_step().await;
}

/// Everything that a sync writes, but for the call that is named in history and mirrors.
#[derive(Debug, PartialEq)]
struct Written {
    bookings: Vec<Vec<Option<String>>>,
    history: Vec<(String, Value)>,
    told: Vec<(String, String, Value)>,
    earnings: Vec<Vec<Option<String>>>,
}

async fn written(app: &App) -> Written {
    let history = app
        .rows(
            "booking_id, changes",
            "booking_history WHERE call LIKE '%sync%' ORDER BY booking_id, id",
        )
        .await;
    let mut told = app.told().await;
    // One call tells all events of the work before all earnings, many calls one booking after the other.
    told.sort_by_key(|(audience, event, data)| {
        (
            data["bookingId"].to_string(),
            audience.clone(),
            event.clone(),
        )
    });
    let columns = "id, customer_id, partner_id, status, assigned_status, updated_at, version";
    let earned = "booking_id, partner_id, amount_minor, currency, created_at";
    Written {
        bookings: app.rows(columns, "bookings ORDER BY id").await,
        history: history
            .into_iter()
            .map(|row| {
                let [id, changes] = row.try_into().unwrap();
                (
                    id.unwrap(),
                    serde_json::from_str(&changes.unwrap()).unwrap(),
                )
            })
            .collect(),
        told,
        earnings: app
            .rows(earned, "partner_earnings ORDER BY booking_id")
            .await,
    }
}

/// A booking in each state, with and without a partner, in currencies with 0, 2 and 3 decimals.
async fn prepare(app: &App) {
    let prices = [
        ("USD", "24.80"),
        ("JPY", "500"),
        ("KWD", "1.005"),
        ("USD", "0.10"),
        ("USD", "999999999999.99"),
    ];
    let mut prices = prices.iter().cycle();
    for (status, _) in STATUSES {
        for partner in [json!(null), json!("p1"), json!("p2")] {
            if status == "PENDING" && !partner.is_null() {
                continue;
            }
            let (currency, amount) = prices.next().unwrap();
            let name = partner.as_str().unwrap_or("nobody");
            let more = json!({
                "status": status, "partnerId": partner, "amount": amount, "currency": currency,
                "bookingNumber": "ignored", "service": "Ünïcode \"quoted\" \\ 'text'", "address": "tab\tnew\nline",
                "scheduledAt": "9999-12-31T23:59:59.123Z",
            });
            app.book(&format!("{status}-{name}"), more).await;
        }
    }
    // Numbers are drawn; to be compared they are those of the ids.
    app.tamper("UPDATE bookings SET booking_number = 'BK' || id")
        .await;
    app.tamper("UPDATE booking_mirrors SET booking_number = 'BK' || booking_id")
        .await;
    app.tamper("UPDATE partner_earnings SET booking_number = 'BK' || booking_id")
        .await;
    app.forget_news().await;
    app.clock.advance(chrono::TimeDelta::milliseconds(1_234));
}

async fn the_set_based_path_writes_what_the_single_path_writes(set_based: TestDatabase) {
    let set_based = App::staffed(set_based).await;
    prepare(&set_based).await;
    let single = App::staffed(TestDatabase::sqlite().await).await;
    prepare(&single).await;
    let targets = [
        "assigned",
        "unassigned",
        "assigned",
        "completed",
        "confirm",
        "cancelled",
        "completed",
    ];
    for target in targets {
        sync(&set_based, "u1", json!(target)).await;
        set_based.assert_in_step().await;
        for row in single.rows("id", "bookings ORDER BY id").await {
            let path = format!("/bookings/{}/manual-sync", row[0].as_ref().unwrap());
            let body = json!({"customerId": "u1", "assignedStatus": target});
            single.post("admin", &path, body).await.is(200);
        }
        assert_eq!(
            written(&set_based).await,
            written(&single).await,
            "{target}"
        );
        for app in [&set_based, &single] {
            app.forget_news().await;
            app.tamper("UPDATE bookings SET partner_id = 'p1' WHERE id LIKE '%p1'")
                .await;
            app.tamper("UPDATE bookings SET partner_id = 'p2' WHERE id LIKE '%p2'")
                .await;
            app.tamper("DELETE FROM partner_earnings WHERE booking_id LIKE 'IN_PROGRESS%'")
                .await;
        }
    }
    sync(&set_based, "u1", Value::Null).await;
    assert!(set_based.news().await.is_empty());
    set_based.assert_in_step().await;
}

async fn whatever_happened_to_the_mirrors_one_call_repairs_them(database: TestDatabase) {
    let app = App::staffed(database).await;
    for status in ["PENDING", "IN_PROGRESS", "COMPLETED"] {
        app.book_in(status, status).await;
    }
    for damage in &DAMAGE[..11] {
        app.tamper(damage).await;
        let answer = sync(&app, "u1", Value::Null).await;
        let created = answer["createdCount"].as_u64().unwrap();
        let is_gone = damage.starts_with("DELETE") || damage.contains("SET user_id");
        assert_eq!(created, if is_gone { 3 } else { 0 }, "{damage}");
        app.assert_in_step().await;
    }
    assert_eq!(app.booking("IN_PROGRESS").await["version"], 1);
}

async fn a_customer_without_bookings_is_synced_and_an_unknown_one_is_not(database: TestDatabase) {
    let app = App::on(database);
    for target in [Value::Null, json!("completed")] {
        let answer = sync(&app, "u1", target).await;
        let expected = json!({
            "success": true, "message": "Synced 0 bookings for customer u1", "syncedCount": 0,
            "totalBookings": 0, "createdCount": 0, "errors": [],
        });
        assert_eq!(answer, expected);
    }
    let post = async |body| app.post("admin", "/bookings/sync-customer", body).await;
    post(json!({"customerId": "nobody"}))
        .await
        .refuses(404, "User nobody not found");
    post(json!({})).await.refuses_field("customerId");
    post(json!({"customerId": 1}))
        .await
        .refuses_field("customerId");
    let unknown = json!({"customerId": "u1", "assignedStatus": "done"});
    post(unknown).await.refuses_field("assignedStatus");
}

async fn a_thousand_bookings_are_one_call(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({"partnerId": "p1", "amount": "0.10"}))
        .await;
    app.tamper(
        "INSERT INTO bookings (id, booking_number, customer_id, partner_id, service, scheduled_at, address, \
         amount_minor, currency, status, assigned_status, created_at, updated_at, version) \
         WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 1000) \
         SELECT 'B' || n.n, 'N' || n.n, customer_id, partner_id, service, scheduled_at, address, amount_minor, \
         currency, status, assigned_status, created_at, updated_at, version FROM bookings, n",
    )
    .await;
    app.forget_news().await;
    let answer = sync(&app, "u1", json!("completed")).await;
    assert_eq!(
        (&answer["syncedCount"], &answer["createdCount"]),
        (&json!(1000), &json!(999))
    );
    assert_eq!(app.news().await.len(), 3_000);
    let earnings = app
        .get("partner:p1", "/api/partners/p1/earnings")
        .await
        .is(200);
    assert_eq!(
        earnings["totals"],
        json!([{"amount": 100, "currency": "USD"}])
    );
    app.assert_in_step().await;
}
