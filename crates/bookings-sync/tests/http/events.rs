use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(
    whoever_changes_a_status_the_customer_hears_of_it,
    both_sides_hear_why_a_booking_is_off,
    a_reassignment_tells_all_three,
    a_rejection_is_not_told_to_who_rejects,
);

async fn whoever_changes_a_status_the_customer_hears_of_it(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({"partnerId": "p1"})).await;
    app.forget_news().await;
    let progress = |status| json!({"status": status});
    let sync = |status| json!({"customerId": "u1", "assignedStatus": status});
    let calls = [
        ("partner:p1", "PATCH", "B1", progress("PARTNER_ACCEPTED")),
        (
            "service:bookings:write",
            "PUT",
            "B1",
            progress("IN_PROGRESS"),
        ),
        ("admin", "POST", "B1/manual-sync", sync("completed")),
        ("admin", "POST", "B1/find-and-sync", sync("assigned")),
        ("admin", "POST", "sync-customer", sync("confirm")),
        ("customer:u1", "PATCH", "B1", progress("CANCELLED")),
    ];
    for (token, method, path, body) in calls {
        let path = format!("/bookings/{path}");
        app.call(token, method, &path, Some(body)).await.is(200);
        let told = app.told().await;
        let (_, _, heard) = told
            .iter()
            .find(|(who, what, _)| who == "account:u1" && what == "booking:status_updated")
            .unwrap();
        let booking = app.booking("B1").await;
        for field in ["status", "assignedStatus"] {
            assert_eq!(heard[field], booking[field], "{path}");
        }
        assert_eq!(heard["bookingId"], "B1");
        assert!(heard["message"].is_string());
        app.forget_news().await;
    }
    app.assert_in_step().await;
}

async fn both_sides_hear_why_a_booking_is_off(database: TestDatabase) {
    let app = App::staffed(database).await;
    for (id, token) in [("B1", "customer:u1"), ("B2", "partner:p1"), ("B3", "admin")] {
        app.book_in(id, "PARTNER_ACCEPTED").await;
        let body = json!({"status": "CANCELLED", "reason": "rain"});
        let path = format!("/bookings/{id}");
        app.patch(token, &path, body).await.is(200);
        let by = token.split(':').next().unwrap();
        let off = json!({"bookingId": id, "reason": "rain", "cancelledBy": by});
        let told = app.told().await;
        for who in ["account:u1", "account:p1"] {
            let event = (who.to_owned(), "booking:cancelled".to_owned(), off.clone());
            assert!(told.contains(&event), "{who}: {told:?}");
        }
    }
    app.assert_in_step().await;
}

async fn a_reassignment_tells_all_three(database: TestDatabase) {
    let app = App::staffed(database).await;
    let booking = app.book_in("B1", "PARTNER_ACCEPTED").await;
    app.forget_news().await;
    app.post("admin", "/bookings/B1/assign", json!({"partnerId": "p2"}))
        .await
        .is(200);
    let told = app.told().await;
    let of = |who: &str, what: &str| {
        let found: Vec<_> = told
            .iter()
            .filter(|(w, e, _)| w == who && e == what)
            .collect();
        assert_eq!(found.len(), 1, "{who} {what} in {told:?}");
        found[0].2.clone()
    };
    assert_eq!(told.len(), 5);
    assert_eq!(of("role:admin", "booking:updated")["partnerId"], "p2");
    assert_eq!(
        of("account:u1", "booking:status_updated")["status"],
        "PARTNER_ASSIGNED"
    );
    let off = json!({"bookingId": "B1", "reason": "The booking was given to somebody else", "cancelledBy": "admin"});
    assert_eq!(of("account:p1", "booking:cancelled"), off);
    let partner = json!({"id": "p2", "name": "Partner p2", "phone": "+1 p2", "rating": null});
    let assigned = json!({"bookingId": "B1", "partner": partner});
    assert_eq!(of("account:u1", "partner:assigned"), assigned);
    let request = json!({
        "bookingId": "B1", "bookingNumber": booking["bookingNumber"], "service": "House Cleaning",
        "scheduledAt": "2027-02-01T09:30:00.000Z", "address": "123 Main St", "amount": 24.8,
    });
    assert_eq!(of("account:p2", "booking:new_request"), request);
    app.assert_in_step().await;
}

async fn a_rejection_is_not_told_to_who_rejects(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book_in("B1", "PARTNER_ASSIGNED").await;
    app.forget_news().await;
    app.patch("partner:p1", "/bookings/B1", json!({"status": "PENDING"}))
        .await
        .is(200);
    let expected = [
        ("role:admin", "booking:updated"),
        ("account:u1", "booking:status_updated"),
    ];
    let expected = expected.map(|(who, what)| (who.to_owned(), what.to_owned()));
    assert_eq!(app.news().await, expected);
    app.assert_in_step().await;
}
