use serde_json::json;
use test_support::TestDatabase;

use crate::support::{App, of};

async fn an_admin_sees_the_figures_now_and_when_they_change(database: TestDatabase) {
    let app = App::on(database).await;
    let (mut admin, mut idle) = (app.join("a1").await, app.join("a1").await);
    let _customer = app.join("c1").await;
    let (_one, _two) = (app.join("p1").await, app.join("p1").await);
    assert_eq!(admin.ask("request:stats", json!(null)).await["ok"], true);
    let expected = json!({
        "bookings": {"total": 7, "byStatus": {"PENDING": 3, "COMPLETED": 4}},
        "customers": 2, "partners": 2, "activePartners": 1, "onlineCustomers": 1, "onlinePartners": 1,
        "pendingKyc": 1, "revenue": [{"amount": 24.8, "currency": "USD"}],
        "stock": {"products": 5, "outOfStock": 1}, "updatedAt": "2027-01-15T08:00:00.000Z",
    });
    assert_eq!(admin.hears("dashboard:stats_update").await, expected);
    assert_eq!(app.get("a1", "/api/stats").await, expected);

    *app.town.customers.lock().unwrap() = 3;
    app.later(5_000);
    // Whatever is committed may move them.
    app.node.record(of("c1"), "message:read", json!({})).await;
    app.node.realtime.send_stats_once().await;
    let next = admin.hears("dashboard:stats_update").await;
    assert_eq!(
        (&next["customers"], &next["updatedAt"]),
        (&json!(3), &json!("2027-01-15T08:00:05.000Z"))
    );
    idle.has_heard_nothing().await;
    for token in ["c1", "p1", "lk_service"] {
        assert_eq!(app.call(token, "GET", "/api/stats").await.0, 403, "{token}");
    }
    assert_eq!(app.call("x", "GET", "/api/stats").await.0, 401);
}

async fn progress_is_told_to_all_admins(database: TestDatabase) {
    let app = App::on(database).await;
    let (mut admin, mut customer) = (app.join("a1").await, app.join("c1").await);
    let feed = app.node.realtime.progress();
    feed.tell("user-sync:progress", json!({"done": 3, "total": 7}));
    assert_eq!(
        admin.hears("user-sync:progress").await,
        json!({"done": 3, "total": 7})
    );
    customer.has_heard_nothing().await;
}

test_support::on_both!(
    an_admin_sees_the_figures_now_and_when_they_change,
    progress_is_told_to_all_admins,
);
