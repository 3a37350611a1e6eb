use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT, STATUSES};

on_both!(
    a_manual_sync_answers_literally,
    find_and_sync_moves_a_mirror_that_lies_under_another_user,
    every_assigned_status_reaches_both_sides,
    a_manual_sync_makes_the_mirror_and_leaves_one_under_another_user_to_be_found,
    a_sync_without_a_status_keeps_the_bookings_own,
    whatever_happened_to_a_mirror_a_sync_repairs_it,
    a_sync_that_cannot_be_is_refused_and_noted,
);

/// What other programs may leave of a mirror.
pub(crate) const DAMAGE: [&str; 12] = [
    "DELETE FROM booking_mirrors",
    "UPDATE booking_mirrors SET user_id = 'u2'",
    "UPDATE booking_mirrors SET user_id = 'no user, and no id'",
    "UPDATE booking_mirrors SET status = 'NONSENSE', assigned_status = 'NONSENSE'",
    "UPDATE booking_mirrors SET status = 'COMPLETED'",
    "UPDATE booking_mirrors SET assigned_status = NULL, booking_number = NULL, customer_id = NULL, service = NULL, \
     scheduled_at = NULL, address = NULL, amount_minor = NULL, currency = NULL, status = NULL, mirrored_at = NULL, \
     last_manual_sync_at = NULL, synced_by = NULL, updated_at = NULL",
    "UPDATE booking_mirrors SET currency = '¤¤', amount_minor = -9223372036854775807",
    "UPDATE booking_mirrors SET amount_minor = 9223372036854775807",
    "UPDATE booking_mirrors SET scheduled_at = 9223372036854775807, updated_at = 8000000000000000, \
     mirrored_at = -9223372036854775807, last_manual_sync_at = -8000000000000000",
    "UPDATE booking_mirrors SET customer_id = '', partner_id = 'nobody''s \"id\"', service = '', address = ''",
    "INSERT INTO booking_mirrors (user_id, booking_id) SELECT 'u3', booking_id FROM booking_mirrors",
    "INSERT INTO booking_mirrors (user_id, booking_id) VALUES ('', 'GHOST')",
];

async fn a_manual_sync_answers_literally(database: TestDatabase) {
    let app = App::on(database);
    app.book("ABC123", json!({"customerId": "user456"})).await;
    let body = json!({"customerId": "user456", "assignedStatus": "assigned"});
    let answer = app
        .post("admin", "/bookings/ABC123/manual-sync", body.clone())
        .await
        .is(200);
    let mut expected = json!({
        "success": true,
        "message": "Manual synced assignedStatus 'assigned' for booking ABC123 using customerId user456",
        "bookingId": "ABC123", "customerId": "user456", "userId": "user456", "assignedStatus": "assigned",
        "createdMirror": false, "movedFrom": null, "timestamp": NOW_TEXT,
    });
    assert_eq!(answer, expected);
    app.tamper("DELETE FROM booking_mirrors").await;
    let token = "service:bookings:write";
    let answer = app
        .post(token, "/bookings/ABC123/manual-sync", body.clone())
        .await
        .is(200);
    expected["createdMirror"] = true.into();
    assert_eq!(answer, expected);
    let mirror = app.mirror("user456", "ABC123").await.is(200);
    assert_eq!(mirror["syncedBy"], "manual-sync");
    assert_eq!(
        (&mirror["mirroredAt"], &mirror["lastManualSyncAt"]),
        (&json!(NOW_TEXT), &json!(NOW_TEXT))
    );
    let answer = app
        .post("admin", "/bookings/ABC123/find-and-sync", body)
        .await
        .is(200);
    assert_eq!(
        answer["message"],
        "Successfully synced booking ABC123 for user user456"
    );
    app.assert_in_step().await;
}

async fn find_and_sync_moves_a_mirror_that_lies_under_another_user(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    app.tamper("UPDATE booking_mirrors SET user_id = 'u2'")
        .await;
    let body = json!({"customerId": "u1", "assignedStatus": "confirm"});
    let answer = app
        .post("admin", "/bookings/B1/find-and-sync", body)
        .await
        .is(200);
    let expected = json!({
        "success": true, "message": "Successfully synced booking B1 for user u1", "bookingId": "B1",
        "customerId": "u1", "userId": "u1", "assignedStatus": "confirm", "createdMirror": false,
        "movedFrom": "u2", "timestamp": NOW_TEXT,
    });
    assert_eq!(answer, expected);
    app.mirror("u2", "B1")
        .await
        .refuses(404, "Booking B1 not found");
    assert_eq!(
        app.mirror("u1", "B1").await.is(200)["syncedBy"],
        "find-and-sync"
    );
    app.assert_in_step().await;
}

async fn a_manual_sync_makes_the_mirror_and_leaves_one_under_another_user_to_be_found(
    database: TestDatabase,
) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    app.tamper("UPDATE booking_mirrors SET user_id = 'u2'")
        .await;
    let body = json!({"customerId": "u1"});
    let manual = app
        .post("admin", "/bookings/B1/manual-sync", body.clone())
        .await
        .is(200);
    assert_eq!(
        (&manual["createdMirror"], &manual["movedFrom"]),
        (&json!(true), &Value::Null)
    );
    let found = app
        .post("admin", "/bookings/B1/find-and-sync", body)
        .await
        .is(200);
    assert_eq!(
        (&found["createdMirror"], &found["movedFrom"]),
        (&json!(false), &json!("u2"))
    );
    app.assert_in_step().await;
}

async fn every_assigned_status_reaches_both_sides(database: TestDatabase) {
    let app = App::staffed(database).await;
    for call in ["manual-sync", "find-and-sync"] {
        for (from, own) in STATUSES {
            for (n, (_, to)) in STATUSES.into_iter().enumerate() {
                let id = format!("{call}-{from}-{n}");
                app.book_in(&id, from).await;
                let body = json!({"customerId": "u1", "assignedStatus": to});
                let answer = app
                    .post("admin", &format!("/bookings/{id}/{call}"), body)
                    .await;
                assert_eq!(answer.is(200)["assignedStatus"], to);
                let (main, mirror) = (app.booking(&id).await, app.mirror("u1", &id).await.is(200));
                assert_eq!(
                    (&main["assignedStatus"], &mirror["assignedStatus"]),
                    (&json!(to), &json!(to))
                );
                assert_eq!(main["version"], if own == to { 1 } else { 2 });
                assert_eq!(main["status"] == from, own == to);
            }
        }
    }
    app.assert_in_step().await;
}

async fn a_sync_without_a_status_keeps_the_bookings_own(database: TestDatabase) {
    let app = App::staffed(database).await;
    let before = app.book_in("B1", "IN_PROGRESS").await;
    app.forget_news().await;
    for body in [
        json!({"customerId": "u1"}),
        json!({"customerId": "u1", "assignedStatus": null}),
    ] {
        let answer = app
            .post("admin", "/bookings/B1/manual-sync", body)
            .await
            .is(200);
        let message = "Manual synced assignedStatus 'confirm' for booking B1 using customerId u1";
        assert_eq!(answer["message"], message);
    }
    assert_eq!(app.booking("B1").await, before);
    assert!(app.news().await.is_empty());
    assert_eq!(app.history("B1").await.len(), 3);
    app.assert_in_step().await;
}

async fn whatever_happened_to_a_mirror_a_sync_repairs_it(database: TestDatabase) {
    let app = App::staffed(database).await;
    for call in ["manual-sync", "find-and-sync"] {
        for (n, damage) in DAMAGE[..11].iter().enumerate() {
            let id = format!("{call}-{n}");
            app.book_in(&id, "PARTNER_ACCEPTED").await;
            app.tamper(damage).await;
            app.mirror("u1", &id).await;
            for other in ["u1", "u2", "u3"] {
                app.get("admin", &format!("/users/{other}/bookings"))
                    .await
                    .is(200);
            }
            let path = format!("/bookings/{id}/{call}");
            app.post("admin", &path, json!({"customerId": "u1"}))
                .await
                .is(200);
            let status = format!("/bookings/{id}/manual-sync-status?customerId=u1");
            assert_eq!(
                app.get("admin", &status).await.is(200)["inSync"],
                true,
                "{damage}"
            );
            if call == "find-and-sync" {
                app.assert_in_step().await;
            }
            app.delete("admin", &format!("/bookings/{id}"))
                .await
                .is(200);
        }
    }
}

async fn a_sync_that_cannot_be_is_refused_and_noted(database: TestDatabase) {
    let app = App::staffed(database).await;
    let before = app.book("ABC123", json!({"partnerId": "p1"})).await;
    app.forget_news().await;
    for call in ["manual-sync", "find-and-sync"] {
        let sync = async |id: &str, customer: Value| {
            let body = json!({"customerId": customer, "assignedStatus": "confirm"});
            app.post("admin", &format!("/bookings/{id}/{call}"), body)
                .await
        };
        let sentence = "Booking ABC123 belongs to another customer than u2";
        let refusals = [
            ("X", "u1", 404, "Main booking X not found"),
            ("X", "nobody", 404, "Main booking X not found"),
            ("ABC123", "nobody", 404, "User nobody not found"),
            ("ABC123", "p1", 404, "User p1 not found"),
            ("ABC123", "u2", 409, sentence),
        ];
        for (id, customer, status, sentence) in refusals {
            let reply = sync(id, json!(customer)).await;
            reply.refuses(status, sentence);
        }
        for customer in [json!("a b"), json!(null), json!(7)] {
            sync("ABC123", customer).await.refuses_field("customerId");
        }
        let path = format!("/bookings/ABC123/{call}");
        app.post("admin", &path, json!({}))
            .await
            .refuses_field("customerId");
        let unknown = json!({"customerId": "u1", "assignedStatus": "CONFIRM"});
        app.post("admin", &path, unknown)
            .await
            .refuses_field("assignedStatus");
        let last = &app.history("ABC123").await[0];
        let refused = json!({"call": call, "outcome": "refused", "error": sentence, "changes": []});
        for (key, value) in refused.as_object().unwrap() {
            assert_eq!(last[key], *value, "{key}");
        }
    }
    assert_eq!(app.history("ABC123").await.len(), 7);
    assert_eq!(
        (app.booking("ABC123").await, app.news().await.len()),
        (before, 0)
    );
    app.assert_in_step().await;
}
