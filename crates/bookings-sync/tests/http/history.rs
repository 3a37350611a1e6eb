use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT};

on_both!(
    history_tells_who_did_what_by_which_call,
    a_line_of_history_has_every_field,
    history_comes_in_pages_newest_first,
    history_outlives_the_booking,
);

async fn history_tells_who_did_what_by_which_call(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({"notes": null})).await;
    let sync = json!({"customerId": "u1", "assignedStatus": "completed"});
    let calls = [
        ("admin", "POST", "B1/assign", json!({"partnerId": "p1"})),
        (
            "partner:p1",
            "PATCH",
            "B1",
            json!({"status": "PARTNER_ACCEPTED"}),
        ),
        (
            "service:bookings:write",
            "POST",
            "B1/manual-sync",
            sync.clone(),
        ),
        ("admin", "POST", "B1/find-and-sync", sync.clone()),
        ("admin", "POST", "sync-customer", sync),
    ];
    for (token, method, path, body) in calls {
        let path = format!("/bookings/{path}");
        app.call(token, method, &path, Some(body)).await.is(200);
    }
    let refused = json!({"status": "CANCELLED"});
    app.patch("customer:u1", "/bookings/B1", refused).await;
    let told: Vec<_> = app.history("B1").await.iter().map(summary).collect();
    let expected = [
        "sync-all-customer by admin:",
        "find-and-sync by admin:",
        "manual-sync by service: status assignedStatus",
        "booking-update by partner: status assignedStatus",
        "assign by admin: partnerId status assignedStatus",
        "create by admin: bookingNumber customerId service scheduledAt address amount currency status assignedStatus",
    ];
    assert_eq!(told, expected);
}

/// The call of a line of history, the kind of who called, and the fields that changed.
fn summary(line: &Value) -> String {
    let (call, kind) = (
        line["call"].as_str().unwrap(),
        line["actor"]["kind"].as_str().unwrap(),
    );
    let changes = line["changes"].as_array().unwrap().iter();
    let fields = changes.map(|change| format!(" {}", change["field"].as_str().unwrap()));
    format!("{call} by {kind}:{}", fields.collect::<Vec<_>>().concat())
}

async fn a_line_of_history_has_every_field(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({"partnerId": "p1"})).await;
    let accept = json!({"status": "PARTNER_ACCEPTED"});
    app.patch("partner:p1", "/bookings/B1", accept)
        .await
        .is(200);
    let history = app.history("B1").await;
    assert!(history[0]["id"].as_i64() > history[1]["id"].as_i64());
    let expected = json!({
        "id": history[0]["id"], "bookingId": "B1", "customerId": "u1", "call": "booking-update",
        "actor": {"id": "p1", "kind": "partner"}, "outcome": "done", "error": null, "at": NOW_TEXT,
        "changes": [
            {"field": "status", "from": "PARTNER_ASSIGNED", "to": "PARTNER_ACCEPTED"},
            {"field": "assignedStatus", "from": "assigned", "to": "confirm"},
        ],
    });
    assert_eq!(history[0], expected);
    assert_eq!(history[1]["changes"][0]["from"], Value::Null);
}

async fn history_comes_in_pages_newest_first(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    for n in 0..4 {
        let body = json!({"notes": format!("note {n}")});
        app.put("admin", "/bookings/B1", body).await.is(200);
    }
    let path = "/bookings/B1/sync-history?perPage=2&page=2";
    let window = app.get("customer:u1", path).await.is(200);
    assert_eq!(
        ["page", "perPage", "total"].map(|key| window[key].as_u64().unwrap()),
        [2, 2, 5]
    );
    let notes: Vec<_> = (0..2)
        .map(|n| &window["items"][n]["changes"][0]["to"])
        .collect();
    assert_eq!(notes, ["note 1", "note 0"]);
    app.get("admin", "/bookings/B1/sync-history?perPage=0")
        .await
        .refuses_field("perPage");
}

async fn history_outlives_the_booking(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    app.delete("admin", "/bookings/B1").await.is(200);
    let history = app.history("B1").await;
    assert_eq!((history.len(), &history[0]["call"]), (2, &json!("delete")));
    let path = "/bookings/B1/sync-history";
    app.get("customer:u1", path)
        .await
        .refuses(404, "Booking B1 not found");
    app.get("admin", "/bookings/X/sync-history")
        .await
        .refuses(404, "Booking X not found");
}
