use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, STATUSES};

on_both!(
    an_admin_moves_a_booking_from_any_state_to_any,
    an_assigned_status_selects_the_first_state_of_that_name,
    a_partner_moves_along_the_workflow_and_nowhere_else,
    a_customer_may_only_call_a_booking_off,
    other_fields_are_not_for_partners_and_customers,
    a_rejected_booking_is_gone_for_the_partner,
);

fn is_final(status: &str) -> bool {
    ["COMPLETED", "CANCELLED"].contains(&status)
}

async fn an_admin_moves_a_booking_from_any_state_to_any(database: TestDatabase) {
    let app = App::staffed(database).await;
    for (from, _) in STATUSES {
        for (n, (to, assigned)) in STATUSES.into_iter().enumerate() {
            let token = ["admin", "service:bookings:write"][n % 2];
            let path = format!("/bookings/{from}-{to}");
            app.book_in(&format!("{from}-{to}"), from).await;
            let after = app.put(token, &path, json!({"status": to})).await.is(200);
            assert_eq!(
                (&after["status"], &after["assignedStatus"]),
                (&json!(to), &json!(assigned))
            );
            assert_eq!(
                after["partnerId"].is_null(),
                to == "PENDING" || from == "PENDING"
            );
        }
    }
    app.assert_in_step().await;
}

async fn an_assigned_status_selects_the_first_state_of_that_name(database: TestDatabase) {
    let app = App::staffed(database).await;
    for (from, own) in STATUSES {
        for (n, (_, to)) in STATUSES.into_iter().enumerate() {
            let first = STATUSES
                .iter()
                .find(|(_, assigned)| *assigned == to)
                .unwrap()
                .0;
            let expected = if own == to { from } else { first };
            let path = format!("/bookings/{from}-{n}");
            app.book_in(&format!("{from}-{n}"), from).await;
            let after = app
                .put("admin", &path, json!({"assignedStatus": to}))
                .await
                .is(200);
            assert_eq!(
                (&after["status"], &after["assignedStatus"]),
                (&json!(expected), &json!(to))
            );
            assert_eq!(
                after["partnerId"].is_null(),
                to == "unassigned" || from == "PENDING"
            );
        }
    }
    app.assert_in_step().await;
}

async fn a_partner_moves_along_the_workflow_and_nowhere_else(database: TestDatabase) {
    let app = App::staffed(database).await;
    let steps = [
        ("PARTNER_ASSIGNED", "PARTNER_ACCEPTED"),
        ("PARTNER_ACCEPTED", "IN_PROGRESS"),
        ("IN_PROGRESS", "COMPLETED"),
        ("PARTNER_ASSIGNED", "PENDING"),
    ];
    for (from, _) in STATUSES {
        for (n, (to, _)) in STATUSES.into_iter().enumerate() {
            let (id, method) = (format!("{from}-{to}"), ["PUT", "PATCH"][n % 2]);
            app.book_in(&id, from).await;
            let (path, body) = (
                format!("/bookings/{id}"),
                json!({"status": to, "reason": "rain"}),
            );
            let reply = app.call("partner:p1", method, &path, Some(body)).await;
            if from == "PENDING" {
                reply.refuses(404, &format!("Booking {id} not found"));
            } else if steps.contains(&(from, to)) || (to == "CANCELLED" && !is_final(from)) {
                let after = reply.is(200);
                assert_eq!(
                    (&after["status"], &after["version"]),
                    (&json!(to), &json!(2))
                );
                assert_eq!(after["partnerId"].is_null(), to == "PENDING");
            } else {
                refuses_the_move(&reply, from, to);
                assert_eq!(app.booking(&id).await["version"], 1);
            }
        }
    }
    app.assert_in_step().await;
}

fn refuses_the_move(reply: &crate::support::Reply, from: &str, to: &str) {
    let sentence = format!("A booking cannot go from {from} to {to}");
    reply.refuses_with(409, "conflict", &sentence);
    assert_eq!(
        (&reply.body["from"], &reply.body["to"]),
        (&json!(from), &json!(to))
    );
}

async fn a_customer_may_only_call_a_booking_off(database: TestDatabase) {
    let app = App::staffed(database).await;
    for (from, _) in STATUSES {
        for (to, _) in STATUSES {
            let (id, path) = (format!("{from}-{to}"), format!("/bookings/{from}-{to}"));
            app.book_in(&id, from).await;
            let reply = app.patch("customer:u1", &path, json!({"status": to})).await;
            if to == "CANCELLED" && !is_final(from) {
                assert_eq!(reply.is(200)["assignedStatus"], "cancelled");
            } else {
                refuses_the_move(&reply, from, to);
            }
        }
    }
    app.assert_in_step().await;
}

async fn other_fields_are_not_for_partners_and_customers(database: TestDatabase) {
    let app = App::staffed(database).await;
    let before = app.book_in("B1", "PARTNER_ASSIGNED").await;
    let fields = [
        ("customerId", json!("u2")),
        ("partnerId", json!("p2")),
        ("partnerId", Value::Null),
        ("service", json!("Gardening")),
        ("scheduledAt", json!("2027-03-01T00:00:00Z")),
        ("address", json!("Elsewhere")),
        ("amount", json!(1)),
        ("currency", json!("EUR")),
        ("assignedStatus", json!("cancelled")),
        ("notes", json!("mine")),
        ("notes", Value::Null),
    ];
    for token in ["partner:p1", "customer:u1"] {
        for (field, value) in &fields {
            let body = json!({"status": "CANCELLED", *field: value});
            let reply = app.patch(token, "/bookings/B1", body).await;
            reply.refuses(403, "You may only change the status");
        }
        app.patch(token, "/bookings/B1", json!({}))
            .await
            .refuses_field("status");
        app.delete(token, "/bookings/B1")
            .await
            .refuses(403, "This needs an admin or the scope bookings:write");
    }
    assert_eq!(app.booking("B1").await, before);
    app.assert_in_step().await;
}

async fn a_rejected_booking_is_gone_for_the_partner(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book_in("B1", "PARTNER_ASSIGNED").await;
    let reject = json!({"status": "PENDING", "reason": "too far"});
    app.patch("partner:p1", "/bookings/B1", reject.clone())
        .await
        .is(200);
    for path in ["/bookings/B1", "/bookings/B1/sync-history"] {
        app.get("partner:p1", path)
            .await
            .refuses(404, "Booking B1 not found");
    }
    assert_eq!(app.get("partner:p1", "/bookings").await.is(200)["total"], 0);
    let again = app.patch("partner:p1", "/bookings/B1", reject).await;
    again.refuses(404, "Booking B1 not found");
    let mirror = app.mirror("u1", "B1").await.is(200);
    assert_eq!(
        (&mirror["status"], &mirror["partnerId"]),
        (&json!("PENDING"), &Value::Null)
    );
    app.assert_in_step().await;
}
