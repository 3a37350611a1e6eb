use serde_json::json;
use test_support::TestDatabase;

use crate::support::{App, of};

async fn what_needs_somebody_is_kept_once_until_it_is_read(database: TestDatabase) {
    let app = App::on(database).await;
    let mut partner = app.join("p1").await;
    let payload = json!({"bookingId": "B1"});
    app.node
        .record(of("p1"), "booking:new_request", payload)
        .await;
    app.node.hear().await;
    partner.hears("booking:new_request").await;
    assert_eq!(app.node.realtime.notify_once().await.unwrap(), 1);
    assert_eq!(app.node.realtime.notify_once().await.unwrap(), 0);
    app.node.hear().await;
    let told = partner.hears("notification:new").await;
    assert_eq!(told["type"], "booking_request");
    for field in ["id", "title", "body", "data", "createdAt", "eventId"] {
        assert!(told.get(field).is_some(), "{field}");
    }

    let list = app.get("p1", "/api/notifications?unread=true").await;
    assert_eq!(
        (&list["total"], &list["items"][0]["id"]),
        (&json!(1), &told["id"])
    );
    let path = format!("/api/notifications/{}/read", told["id"].as_str().unwrap());
    let (status, _) = app.call("p2", "POST", &path).await;
    assert_eq!(status, 404, "somebody else's");
    let (status, read) = app.call("p1", "POST", &path).await;
    assert_eq!(
        (status, &read["readAt"]),
        (200, &json!("2027-01-15T08:00:00.000Z"))
    );
    assert_eq!(
        app.get("p1", "/api/notifications?unread=true").await["total"],
        0
    );
    assert_eq!(
        app.get("p1", "/api/notifications?unread=false").await["total"],
        1
    );
    assert_eq!(app.get("p1", "/api/notifications").await["total"], 1);
}

async fn two_nodes_make_each_notification_once(database: TestDatabase) {
    let app = App::on(database).await;
    let other = app.another_node().await;
    for round in 1..=5 {
        for _ in 0..4 {
            app.node
                .record(of("p1"), "booking:new_request", json!({}))
                .await;
            app.node
                .record(of("c1"), "partner:assigned", json!({}))
                .await;
        }
        app.node.hear().await;
        other.hear().await;
        let made = tokio::join!(
            app.node.realtime.notify_once(),
            other.realtime.notify_once()
        );
        assert_eq!(made.0.unwrap() + made.1.unwrap(), 4, "round {round}");
        let list = app.get("p1", "/api/notifications").await;
        assert_eq!(list["total"], 4 * round);
    }
}

async fn a_node_that_died_before_notifying_is_made_up_for(database: TestDatabase) {
    let app = App::on(database).await;
    app.node
        .record(of("p1"), "booking:new_request", json!({}))
        .await;
    // Nobody heard of it; a node that starts now begins behind it.
    let next = app.another_node().await;
    assert_eq!(next.realtime.notify_once().await.unwrap(), 1);
    assert_eq!(app.get("p1", "/api/notifications").await["total"], 1);
}

test_support::on_both!(
    what_needs_somebody_is_kept_once_until_it_is_read,
    two_nodes_make_each_notification_once,
    a_node_that_died_before_notifying_is_made_up_for,
);
