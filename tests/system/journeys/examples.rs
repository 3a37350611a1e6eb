//! Every example of the product's page on bookings, with the header that says who calls.

use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::harness::{House, Person};

async fn with_booking(database: TestDatabase, customer: &str, id: &str) -> (House, Person) {
    let house = House::open(database).await;
    let customer = house.account(customer, "customer").await;
    house.booking(id, &customer.id).await;
    (house, customer)
}

/// The state of both sides in the words of the admin panel.
async fn both_sides(house: &House, customer: &Person, id: &str) -> [Value; 2] {
    let main = house.admin.get(&format!("/bookings/{id}")).await.is(200);
    let path = format!("/users/{}/bookings/{id}", customer.id);
    let mirror = customer.client.get(&path).await.is(200);
    [
        main["assignedStatus"].clone(),
        mirror["assignedStatus"].clone(),
    ]
}

async fn a_change_in_the_admin_panel_reaches_the_customer_by_itself(database: TestDatabase) {
    let (house, customer) = with_booking(database, "user123", "ABC123").await;
    let body = json!({"assignedStatus": "assigned"});
    let changed = house.admin.put("/bookings/ABC123", &body).await.is(200);
    assert_eq!(
        (&changed["assignedStatus"], &changed["status"]),
        (&json!("assigned"), &json!("PARTNER_ASSIGNED"))
    );
    assert_eq!(
        both_sides(&house, &customer, "ABC123").await,
        ["assigned", "assigned"]
    );
    let history = house
        .admin
        .get("/bookings/ABC123/sync-history")
        .await
        .is(200);
    let line = &history["items"][0];
    assert_eq!(
        (&line["call"], &line["outcome"], &line["actor"]["kind"]),
        (&json!("booking-update"), &json!("done"), &json!("admin"))
    );
    house.expect_in_step().await;
}

async fn manual_sync_sets_both_sides_and_says_so(database: TestDatabase) {
    let (house, customer) = with_booking(database, "user456", "ABC123").await;
    for status in ["assigned", "confirm", "completed", "cancelled"] {
        let body = json!({"customerId": "user456", "assignedStatus": status});
        let done = house
            .admin
            .post("/bookings/ABC123/manual-sync", &body)
            .await
            .is(200);
        let message = format!(
            "Manual synced assignedStatus '{status}' for booking ABC123 using customerId user456"
        );
        assert_eq!(
            (&done["success"], &done["message"]),
            (&json!(true), &json!(message))
        );
        assert_eq!(
            (
                &done["bookingId"],
                &done["customerId"],
                &done["assignedStatus"],
                &done["createdMirror"]
            ),
            (
                &json!("ABC123"),
                &json!("user456"),
                &json!(status),
                &json!(false)
            )
        );
        assert!(done["timestamp"].is_string());
        assert_eq!(
            both_sides(&house, &customer, "ABC123").await,
            [status, status]
        );
    }
    house.expect_in_step().await;
}

async fn find_and_sync_fetches_a_mirror_from_under_another_user(database: TestDatabase) {
    let (house, customer) = with_booking(database, "user456", "ABC123").await;
    house
        .sql
        .execute("UPDATE booking_mirrors SET user_id = 'user999'")
        .await;
    let mirror = "/users/user456/bookings/ABC123";
    customer.client.get(mirror).await.refuses(404, "not_found");
    let body = json!({"customerId": "user456", "assignedStatus": "confirm"});
    let done = house
        .admin
        .post("/bookings/ABC123/find-and-sync", &body)
        .await
        .is(200);
    assert_eq!(
        done["message"],
        "Successfully synced booking ABC123 for user user456"
    );
    assert_eq!(
        (&done["userId"], &done["movedFrom"]),
        (&json!("user456"), &json!("user999"))
    );
    assert_eq!(
        both_sides(&house, &customer, "ABC123").await,
        ["confirm", "confirm"]
    );
    let mirrors = house.sql.rows("SELECT user_id FROM booking_mirrors").await;
    assert_eq!(mirrors, [json!({"user_id": "user456"})]);
    house.expect_in_step().await;
}

async fn the_status_tells_how_both_sides_stand(database: TestDatabase) {
    let (house, _) = with_booking(database, "user123", "ABC123").await;
    let ask = async || {
        let path = "/bookings/ABC123/manual-sync-status?customerId=user123";
        house.admin.get(path).await.is(200)
    };
    let flags = |status: &Value| {
        [
            "mainExists",
            "userExists",
            "mirrorExists",
            "inSync",
            "statusMatch",
        ]
        .map(|flag| status[flag].as_bool().unwrap())
    };
    let status = ask().await;
    assert_eq!(flags(&status), [true; 5]);
    assert_eq!(
        (&status["mainStatus"], &status["userStatus"]),
        (&json!("unassigned"), &json!("unassigned"))
    );
    assert_eq!(
        (&status["differences"], &status["syncedBy"]),
        (&json!([]), &json!("booking-update"))
    );
    house
        .sql
        .execute("UPDATE booking_mirrors SET assigned_status = 'confirm', address = 'Elsewhere'")
        .await;
    let status = ask().await;
    assert_eq!(flags(&status), [true, true, true, false, false]);
    let differences = json!([
        {"field": "address", "main": "Obala 1, Koper", "mirror": "Elsewhere"},
        {"field": "assignedStatus", "main": "unassigned", "mirror": "confirm"},
    ]);
    assert_eq!(status["differences"], differences);
    house.sql.execute("DELETE FROM booking_mirrors").await;
    assert_eq!(flags(&ask().await), [true, true, false, false, false]);
    let path = "/bookings/NOTHING/manual-sync-status?customerId=nobody";
    let status = house.admin.get(path).await.is(200);
    assert_eq!(flags(&status), [false; 5]);
}

async fn all_bookings_of_a_customer_are_synced_at_once(database: TestDatabase) {
    let (house, customer) = with_booking(database, "user123", "ABC123").await;
    house.booking("ABC124", "user123").await;
    house.booking("ABC125", "user123").await;
    let other = house.account("user124", "customer").await;
    house.booking("ABC126", "user124").await;
    house
        .sql
        .execute("DELETE FROM booking_mirrors WHERE booking_id = 'ABC124'")
        .await;
    let body = json!({"customerId": "user123", "assignedStatus": "completed"});
    let done = house
        .admin
        .post("/bookings/sync-customer", &body)
        .await
        .is(200);
    let expected = json!({
        "success": true, "message": "Synced 3 bookings for customer user123",
        "syncedCount": 3, "totalBookings": 3, "createdCount": 1, "errors": [],
    });
    assert_eq!(done, expected);
    for id in ["ABC123", "ABC124", "ABC125"] {
        assert_eq!(
            both_sides(&house, &customer, id).await,
            ["completed", "completed"]
        );
    }
    assert_eq!(
        both_sides(&house, &other, "ABC126").await,
        ["unassigned", "unassigned"]
    );
    house.account("user125", "customer").await;
    let nothing = json!({"customerId": "user125"});
    let done = house
        .admin
        .post("/bookings/sync-customer", &nothing)
        .await
        .is(200);
    assert_eq!(
        (&done["success"], &done["syncedCount"]),
        (&json!(true), &json!(0))
    );
    house.expect_in_step().await;
}

async fn a_missing_user_is_named_and_a_missing_mirror_is_made(database: TestDatabase) {
    let (house, customer) = with_booking(database, "user456", "ABC123").await;
    let path = "/bookings/ABC123/manual-sync";
    let nobody = json!({"customerId": "user457", "assignedStatus": "assigned"});
    let refused = house
        .admin
        .post(path, &nobody)
        .await
        .refuses(404, "not_found");
    assert_eq!(refused["error"], "User user457 not found");
    house.sql.execute("DELETE FROM booking_mirrors").await;
    let body = json!({"customerId": "user456"});
    let done = house.admin.post(path, &body).await.is(200);
    assert_eq!(
        (&done["createdMirror"], &done["assignedStatus"]),
        (&json!(true), &json!("unassigned"))
    );
    assert_eq!(
        both_sides(&house, &customer, "ABC123").await,
        ["unassigned", "unassigned"]
    );
    house.expect_in_step().await;
}

async fn every_change_of_status_is_synced(database: TestDatabase) {
    let (house, customer) = with_booking(database, "user123", "ABC123").await;
    let states = [
        "unassigned",
        "assigned",
        "confirm",
        "completed",
        "cancelled",
    ];
    for from in states {
        for to in states {
            for status in [from, to] {
                let body = json!({"assignedStatus": status});
                house.admin.put("/bookings/ABC123", &body).await.is(200);
                assert_eq!(
                    both_sides(&house, &customer, "ABC123").await,
                    [status, status]
                );
            }
        }
    }
    house.expect_in_step().await;
}

on_both!(
    a_change_in_the_admin_panel_reaches_the_customer_by_itself,
    manual_sync_sets_both_sides_and_says_so,
    find_and_sync_fetches_a_mirror_from_under_another_user,
    the_status_tells_how_both_sides_stand,
    all_bookings_of_a_customer_are_synced_at_once,
    a_missing_user_is_named_and_a_missing_mirror_is_made,
    every_change_of_status_is_synced,
);
