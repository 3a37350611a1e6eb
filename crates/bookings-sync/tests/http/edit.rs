use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, STATUSES};

on_both!(
    each_editable_field_changes_alone,
    patch_is_the_same_as_put,
    nothing_changed_is_no_change,
    a_conflict_is_refused,
    vocabularies_that_disagree_are_refused,
    an_assignment_asks_the_partner_again,
    what_cannot_be_assigned_is_refused,
    a_booking_is_taken_from_its_partner_by_null,
    invalid_changes_change_nothing,
);

async fn each_editable_field_changes_alone(database: TestDatabase) {
    let app = App::staffed(database).await;
    let mut before = app.book("B1", json!({})).await;
    let edits = [
        ("service", json!("Gardening")),
        ("scheduledAt", json!("2027-03-01T00:00:00.000Z")),
        ("address", json!("Elsewhere")),
        ("amount", json!(1000)),
        ("currency", json!("EUR")),
        ("notes", json!("Ünïcode 🧹 'quoted' \"twice\" %_\\")),
        ("notes", Value::Null),
        ("customerId", json!("u2")),
        ("status", json!("IN_PROGRESS")),
    ];
    for (field, value) in edits {
        app.clock.advance(chrono::TimeDelta::seconds(1));
        let after = app
            .put("admin", "/bookings/B1", json!({field: value}))
            .await
            .is(200);
        assert_eq!(after[field], value);
        for (key, old) in before.as_object().unwrap() {
            let moves = [field, "version", "updatedAt"].contains(&key.as_str())
                || (field == "status" && key == "assignedStatus");
            assert!(moves != (after[key] == *old), "{field}: {key}");
        }
        assert_eq!(
            after["version"].as_i64(),
            before["version"].as_i64().map(|v| v + 1)
        );
        app.assert_in_step().await;
        before = after;
    }
}

async fn patch_is_the_same_as_put(database: TestDatabase) {
    let app = App::staffed(database).await;
    for (n, method) in ["PUT", "PATCH"].into_iter().enumerate() {
        let (id, path) = (format!("B{n}"), format!("/bookings/B{n}"));
        app.book(&id, json!({})).await;
        let body = json!({"assignedStatus": "assigned", "service": "Gardening"});
        let after = app.call("admin", method, &path, Some(body)).await.is(200);
        assert_eq!(
            [&after["status"], &after["service"], &after["version"]],
            [&json!("PARTNER_ASSIGNED"), &json!("Gardening"), &json!(2)]
        );
        assert_eq!(app.history(&id).await[0]["call"], "booking-update");
    }
    app.assert_in_step().await;
}

async fn nothing_changed_is_no_change(database: TestDatabase) {
    let app = App::staffed(database).await;
    let before = app
        .book("B1", json!({"partnerId": "p1", "status": "IN_PROGRESS"}))
        .await;
    app.forget_news().await;
    let same = json!({"assignedStatus": "confirm"});
    for body in [
        json!({}),
        same,
        before.clone(),
        json!({"service": null, "amount": "24.80"}),
    ] {
        let after = app.put("admin", "/bookings/B1", body).await.is(200);
        assert_eq!(after, before);
    }
    assert_eq!(
        (app.news().await.len(), app.history("B1").await.len()),
        (0, 1)
    );
    app.assert_in_step().await;
}

async fn a_conflict_is_refused(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({})).await;
    let edit = json!({"service": "Gardening", "version": 1});
    app.put("admin", "/bookings/B1", edit.clone()).await.is(200);
    let sentence = "Booking B1 was changed meanwhile: it is at version 2, not 1";
    let stale = app.put("admin", "/bookings/B1", edit).await;
    stale.refuses_with(409, "conflict", sentence);
    assert_eq!(stale.body["currentVersion"], 2);
    let cancel = json!({"status": "CANCELLED", "version": 1});
    let stale = app.patch("customer:u1", "/bookings/B1", cancel).await;
    stale.refuses_with(409, "conflict", sentence);
    let assign = json!({"partnerId": "p1", "version": 1});
    let stale = app.post("admin", "/bookings/B1/assign", assign).await;
    stale.refuses_with(409, "conflict", sentence);
    let assign = json!({"partnerId": "p1", "version": 2});
    app.post("admin", "/bookings/B1/assign", assign)
        .await
        .is(200);
    app.put("admin", "/bookings/B1", json!({"version": "3"}))
        .await
        .refuses_field("version");
    app.assert_in_step().await;
}

async fn vocabularies_that_disagree_are_refused(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    for (status, own) in STATUSES {
        for (_, assigned) in STATUSES {
            let body = json!({"status": status, "assignedStatus": assigned});
            let reply = app.put("admin", "/bookings/B1", body).await;
            if own == assigned {
                assert_eq!(reply.is(200)["status"], status);
            } else {
                reply.refuses_field("assignedStatus");
            }
        }
    }
    app.assert_in_step().await;
}

async fn an_assignment_asks_the_partner_again(database: TestDatabase) {
    let app = App::staffed(database).await;
    let calls = [("POST", "/assign"), ("PUT", ""), ("PATCH", "")];
    for (n, (method, suffix)) in calls.into_iter().enumerate() {
        for (status, _) in &STATUSES[..4] {
            for partner in ["p1", "p2"] {
                let id = format!("{n}-{status}-{partner}");
                app.book_in(&id, status).await;
                let path = format!("/bookings/{id}{suffix}");
                let body = Some(json!({"partnerId": partner}));
                let after = app.call("admin", method, &path, body).await.is(200);
                assert_eq!(after["status"], "PARTNER_ASSIGNED", "{id}");
                assert_eq!(after["partnerId"], partner, "{id}");
            }
        }
    }
    app.book_in("whole", "IN_PROGRESS").await;
    let whole = json!({"partnerId": "p1", "service": "Gardening"});
    let after = app.put("admin", "/bookings/whole", whole).await.is(200);
    assert_eq!(
        after["status"], "IN_PROGRESS",
        "a partner that stays is not asked again"
    );
    app.assert_in_step().await;
}

async fn what_cannot_be_assigned_is_refused(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.get("admin", "/api/partners/p3").await.is(200);
    app.book("B1", json!({})).await;
    let calls = [("POST", "/assign"), ("PUT", "")];
    for (method, suffix) in calls {
        let path = format!("/bookings/B1{suffix}");
        let assign = async |partner: &str| {
            let body = Some(json!({"partnerId": partner}));
            app.call("admin", method, &path, body).await
        };
        assign("X").await.refuses(404, "Partner X not found");
        assign("u1").await.refuses(404, "Partner u1 not found");
        let reply = assign("p3").await;
        reply.refuses_with(409, "conflict", "Partner p3 is not approved");
        assign("a b").await.refuses_field("partnerId");
        for final_status in ["COMPLETED", "CANCELLED"] {
            for partner in ["p1", "p2"] {
                let id = format!("{method}{final_status}{partner}");
                app.book_in(&id, final_status).await;
                let path = format!("/bookings/{id}{suffix}");
                let body = Some(json!({"partnerId": partner}));
                let reply = app.call("admin", method, &path, body).await;
                let sentence =
                    format!("A booking that is {final_status} cannot go to PARTNER_ASSIGNED");
                reply.refuses_with(409, "conflict", &sentence);
            }
        }
    }
    app.post("admin", "/bookings/B1/assign", json!({}))
        .await
        .refuses_field("partnerId");
    let reply = app
        .post("admin", "/bookings/X/assign", json!({"partnerId": "p1"}))
        .await;
    reply.refuses(404, "Booking X not found");
    assert_eq!(app.booking("B1").await["version"], 1);
    app.assert_in_step().await;
}

async fn a_booking_is_taken_from_its_partner_by_null(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book_in("B1", "IN_PROGRESS").await;
    let after = app
        .put("admin", "/bookings/B1", json!({"partnerId": null}))
        .await
        .is(200);
    assert_eq!(
        (&after["status"], &after["partnerId"]),
        (&json!("PENDING"), &Value::Null)
    );
    app.book_in("B2", "PARTNER_ASSIGNED").await;
    let after = app
        .put(
            "admin",
            "/bookings/B2",
            json!({"assignedStatus": "unassigned"}),
        )
        .await;
    assert_eq!(after.is(200)["partnerId"], Value::Null);
    let both = json!({"partnerId": "p1", "assignedStatus": "unassigned"});
    app.put("admin", "/bookings/B2", both)
        .await
        .refuses_field("partnerId");
    app.assert_in_step().await;
}

async fn invalid_changes_change_nothing(database: TestDatabase) {
    let app = App::on(database);
    let before = app.book("B1", json!({})).await;
    let invalid = [
        ("service", json!("")),
        ("service", json!(["Gardening"])),
        ("address", json!("x".repeat(4001))),
        ("scheduledAt", json!("2027-02-30T00:00:00Z")),
        ("status", json!("DONE")),
        ("assignedStatus", json!("Assigned")),
        ("notes", json!("a\0b")),
        ("notes", json!(5)),
        ("customerId", json!("../u2")),
        ("partnerId", json!("")),
        ("reason", json!("x".repeat(4001))),
        ("currency", json!("DOLLARS")),
    ];
    for (field, value) in invalid {
        let reply = app
            .put("admin", "/bookings/B1", json!({field: value}))
            .await;
        reply.refuses_field(field);
    }
    let reply = app
        .put("admin", "/bookings/B1", json!({"customerId": "X"}))
        .await;
    reply.refuses(404, "User X not found");
    let reply = app
        .put("admin", "/bookings/X", json!({"service": "Gardening"}))
        .await;
    reply.refuses(404, "Booking X not found");
    assert_eq!(
        app.put("admin", "/bookings/a%20b", json!({})).await.status,
        400
    );
    assert_eq!(app.booking("B1").await, before);
    app.assert_in_step().await;
}
