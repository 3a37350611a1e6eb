use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::{support::App, sync::DAMAGE};

on_both!(
    each_kind_of_drift_is_told_with_both_sides,
    drift_comes_in_pages,
    any_damage_is_drift_that_a_reconciliation_heals,
);

async fn each_kind_of_drift_is_told_with_both_sides(database: TestDatabase) {
    let app = App::on(database);
    for id in ["A-missing", "B-stale", "C-moved", "D-both", "E-fine"] {
        app.book(id, json!({})).await;
    }
    app.tamper(
        "DELETE FROM booking_mirrors WHERE booking_id = 'A-missing';
         UPDATE booking_mirrors SET address = NULL WHERE booking_id = 'B-stale';
         UPDATE booking_mirrors SET user_id = 'u2' WHERE booking_id = 'C-moved';
         INSERT INTO booking_mirrors (user_id, booking_id, status) VALUES ('u2', 'D-both', 'OLD');
         INSERT INTO booking_mirrors (user_id, booking_id, customer_id) VALUES ('u3', 'F-ghost', 'u4')",
    )
    .await;
    let drift = app
        .get("service:bookings:read", "/bookings/sync-drift")
        .await
        .is(200);
    let expected = [
        ("A-missing", "u1", "u1", "missing"),
        ("B-stale", "u1", "u1", "stale"),
        ("C-moved", "u1", "u2", "wrong_user"),
        ("D-both", "u1", "u2", "wrong_user"),
        ("F-ghost", "u4", "u3", "orphan"),
    ];
    let items = drift["items"].as_array().unwrap();
    assert_eq!(
        (&drift["total"], items.len()),
        (&json!(expected.len()), expected.len())
    );
    for (item, (booking, customer, user, kind)) in items.iter().zip(expected) {
        let told = ["bookingId", "customerId", "userId", "kind"].map(|key| &item[key]);
        assert_eq!(told, [booking, customer, user, kind]);
        assert_eq!(item["main"].is_null(), kind == "orphan");
        assert_eq!(item["mirror"].is_null(), kind == "missing");
    }
    assert_eq!(items[0]["main"]["amount"], 24.8);
    assert_eq!(items[1]["mirror"]["address"], Value::Null);
    let difference = json!([{"field": "address", "main": "123 Main St", "mirror": null}]);
    assert_eq!(items[1]["differences"], difference);
    assert_eq!(items[3]["mirror"]["status"], "OLD");
}

async fn drift_comes_in_pages(database: TestDatabase) {
    let app = App::on(database);
    for n in 0..5 {
        app.book(&format!("B{n}"), json!({})).await;
    }
    app.tamper("DELETE FROM booking_mirrors").await;
    let mut seen = Vec::new();
    for page in 1..=3 {
        let path = format!("/bookings/sync-drift?page={page}&perPage=2");
        let window = app.get("admin", &path).await.is(200);
        let told = ["page", "perPage", "total"].map(|key| window[key].as_u64().unwrap());
        assert_eq!(told, [page, 2, 5]);
        let items = window["items"].as_array().unwrap().clone();
        seen.extend(items.into_iter().map(|item| item["bookingId"].clone()));
    }
    assert_eq!(seen, ["B0", "B1", "B2", "B3", "B4"]);
    app.get("admin", "/bookings/sync-drift?perPage=201")
        .await
        .refuses_field("perPage");
    app.get("admin", "/bookings/sync-drift?page=0")
        .await
        .refuses_field("page");
    let beyond = app
        .get("admin", "/bookings/sync-drift?page=1000000")
        .await
        .is(200);
    assert_eq!(beyond["items"], json!([]));
}

async fn any_damage_is_drift_that_a_reconciliation_heals(database: TestDatabase) {
    let app = App::staffed(database).await;
    for (n, damage) in DAMAGE.iter().enumerate() {
        app.book_in(&format!("B{n}"), "IN_PROGRESS").await;
        app.tamper(damage).await;
        let drift = app.get("admin", "/bookings/sync-drift").await.is(200);
        let total = drift["total"].as_u64().unwrap();
        assert!(total > 0, "{damage}");
        let answer = app
            .post("admin", "/bookings/reconcile", json!({}))
            .await
            .is(200);
        assert_eq!(answer["healed"], total, "{damage}");
        app.assert_in_step().await;
    }
}
