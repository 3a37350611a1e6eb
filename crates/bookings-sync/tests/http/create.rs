use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, NOW_TEXT, STATUSES, merged, order};

on_both!(
    a_new_booking_has_every_field_of_the_contract_and_a_mirror,
    left_out_fields_have_defaults,
    a_booking_may_begin_in_any_state,
    a_customer_makes_own_bookings_only,
    what_cannot_be_booked_is_refused_and_leaves_nothing,
    an_id_is_taken_once,
);

async fn a_new_booking_has_every_field_of_the_contract_and_a_mirror(database: TestDatabase) {
    let app = App::on(database);
    let booking = app.book("ABC123", json!({})).await;
    let number = booking["bookingNumber"].as_str().unwrap().to_owned();
    assert!(number.starts_with("BK") && number.len() == 8, "{number}");
    let expected = json!({
        "id": "ABC123", "bookingNumber": number, "customerId": "u1", "partnerId": null,
        "service": "House Cleaning", "scheduledAt": "2027-02-01T09:30:00.000Z", "address": "123 Main St",
        "amount": 24.8, "currency": "USD", "status": "PENDING", "assignedStatus": "unassigned",
        "notes": "ring twice", "createdAt": NOW_TEXT, "updatedAt": NOW_TEXT, "version": 1,
    });
    assert_eq!(booking, expected);
    assert_eq!(app.booking("ABC123").await, expected);

    let mut mirror = merged(
        expected,
        json!({
            "bookingId": "ABC123", "userId": "u1", "mirroredAt": NOW_TEXT, "lastManualSyncAt": null,
            "syncedBy": "booking-update",
        }),
    );
    for gone in ["notes", "createdAt", "version"] {
        mirror.as_object_mut().unwrap().remove(gone);
    }
    assert_eq!(app.mirror("u1", "ABC123").await.is(200), mirror);
    app.assert_in_step().await;
}

async fn left_out_fields_have_defaults(database: TestDatabase) {
    let app = App::on(database);
    let least = json!({
        "customerId": "u1", "service": " Gardening ", "scheduledAt": "2027-02-01", "address": "Here",
        "unknown": {"is": "ignored"}, "notes": "  ", "partnerId": null,
    });
    let first = app.post("admin", "/bookings", least.clone()).await.is(201);
    assert_eq!(
        (&first["amount"], &first["currency"]),
        (&json!(0), &json!("USD"))
    );
    assert_eq!(
        (&first["service"], &first["notes"]),
        (&json!("Gardening"), &Value::Null)
    );
    assert_eq!(first["scheduledAt"], "2027-02-01T00:00:00.000Z");
    let second = app
        .post("service:bookings:write", "/bookings", least)
        .await
        .is(201);
    assert_ne!(first["id"], second["id"]);
    assert_ne!(first["bookingNumber"], second["bookingNumber"]);
    app.assert_in_step().await;
}

async fn a_booking_may_begin_in_any_state(database: TestDatabase) {
    let app = App::staffed(database).await;
    for (n, (status, assigned)) in STATUSES.into_iter().enumerate() {
        let booking = app.book(&format!("S{n}"), json!({"status": status})).await;
        assert_eq!(booking["assignedStatus"], assigned);
        let booking = app
            .book(&format!("A{n}"), json!({"assignedStatus": assigned}))
            .await;
        assert_eq!(booking["assignedStatus"], assigned);
        let both = json!({"status": status, "assignedStatus": assigned});
        assert_eq!(app.book(&format!("B{n}"), both).await["status"], status);
    }
    let first = app
        .book("confirm", json!({"assignedStatus": "confirm"}))
        .await;
    assert_eq!(first["status"], "PARTNER_ACCEPTED");
    let given = app.book("given", json!({"partnerId": "p1"})).await;
    assert_eq!(
        (&given["status"], &given["partnerId"]),
        (&json!("PARTNER_ASSIGNED"), &json!("p1"))
    );
    app.assert_in_step().await;
}

async fn a_customer_makes_own_bookings_only(database: TestDatabase) {
    let app = App::staffed(database).await;
    let mine =
        json!({"service": "Gardening", "scheduledAt": "2027-02-01T09:30:00Z", "address": "Here"});
    let booking = app
        .post("customer:u1", "/bookings", mine.clone())
        .await
        .is(201);
    assert_eq!(booking["customerId"], "u1");
    let named = merged(mine.clone(), json!({"customerId": "u1"}));
    app.post("customer:u1", "/bookings", named).await.is(201);
    let foreign = [
        json!({"customerId": "u2"}),
        json!({"id": "MINE"}),
        json!({"partnerId": "p1"}),
        json!({"status": "COMPLETED"}),
        json!({"assignedStatus": "completed"}),
    ];
    for more in foreign {
        let reply = app
            .post("customer:u1", "/bookings", merged(mine.clone(), more))
            .await;
        reply.refuses(403, "A customer may only ask for an own booking");
    }
    assert_eq!(app.get("admin", "/bookings").await.is(200)["total"], 2);
    app.assert_in_step().await;
}

async fn what_cannot_be_booked_is_refused_and_leaves_nothing(database: TestDatabase) {
    let app = App::staffed(database).await;
    let create = async |more| {
        app.post("admin", "/bookings", merged(order("B1"), more))
            .await
    };
    let unknown = create(json!({"customerId": "X"})).await;
    unknown.refuses(404, "User X not found");
    create(json!({"partnerId": "X"}))
        .await
        .refuses(404, "Partner X not found");
    let stranger = create(json!({"partnerId": "p9"})).await;
    stranger.refuses_with(409, "conflict", "Partner p9 is not approved");
    let invalid = [
        ("id", json!("a b")),
        ("customerId", json!("")),
        ("customerId", json!(7)),
        ("service", json!("x".repeat(201))),
        ("service", json!(" ")),
        ("service", json!("a\0b")),
        ("address", json!("x".repeat(4001))),
        ("notes", json!("x".repeat(4001))),
        ("scheduledAt", json!("soon")),
        ("scheduledAt", json!(1_800_000_000)),
        ("status", json!("assigned")),
        ("assignedStatus", json!("PENDING")),
        ("currency", json!("usd")),
    ];
    for (field, value) in invalid {
        create(json!({field: value})).await.refuses_field(field);
    }
    let disagree = json!({"status": "COMPLETED", "assignedStatus": "assigned"});
    create(disagree).await.refuses_field("assignedStatus");
    let pending = json!({"partnerId": "p1", "status": "PENDING"});
    create(pending).await.refuses_field("partnerId");
    for field in ["customerId", "service", "scheduledAt", "address"] {
        let mut body = order("B1");
        body.as_object_mut().unwrap().remove(field);
        app.post("admin", "/bookings", body)
            .await
            .refuses_field(field);
    }
    assert_eq!(app.get("admin", "/bookings").await.is(200)["total"], 0);
    assert!(app.rows("id", "booking_history").await.is_empty());
}

async fn an_id_is_taken_once(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    app.forget_news().await;
    let again = merged(order("B1"), json!({"customerId": "u2"}));
    app.post("admin", "/bookings", again)
        .await
        .refuses(409, "Booking B1 exists already");
    assert_eq!(app.booking("B1").await["customerId"], "u1");
    assert_eq!(
        (app.news().await.len(), app.history("B1").await.len()),
        (0, 1)
    );
    app.assert_in_step().await;
}
