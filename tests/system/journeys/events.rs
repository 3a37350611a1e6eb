use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::harness::{Client, House};

/// What somebody hears, as `event booking`.
fn heard(events: &[Value]) -> Vec<String> {
    let said = events.iter().map(|event| {
        let data = &event["data"];
        let about = data["bookingId"].as_str().or(data["partnerId"].as_str());
        let status = data["status"].as_str().unwrap_or("-");
        format!(
            "{} {} {status}",
            event["event"].as_str().unwrap(),
            about.unwrap()
        )
    });
    said.collect()
}

/// But for notifications, which follow from the others whenever a node comes to it.
async fn events_of(client: &Client, after: i64) -> Vec<Value> {
    let path = format!("/api/events?after={after}");
    let list = client.get(&path).await.is(200);
    let events = list["items"].as_array().unwrap().iter();
    let others = events.filter(|event| event["event"] != "notification:new");
    others.cloned().collect()
}

/// A booking is made, given away, moved on, completed; another is cancelled, a third deleted.
async fn what_happens(house: &House, [ana, bor]: [&str; 2], pat: (&str, &Client)) {
    house.booking("B1", ana).await;
    house.booking("B2", bor).await;
    let give = json!({"partnerId": pat.0});
    house.admin.post("/bookings/B1/assign", &give).await.is(200);
    for status in ["PARTNER_ACCEPTED", "IN_PROGRESS", "COMPLETED"] {
        let body = json!({"status": status});
        pat.1.patch("/bookings/B1", &body).await.is(200);
    }
    let off = json!({"assignedStatus": "cancelled"});
    house.admin.put("/bookings/B2", &off).await.is(200);
    // A write that changes nothing, a refused one, and a sync that changes nothing tell nobody anything.
    house.admin.put("/bookings/B2", &off).await.is(200);
    let same = json!({"customerId": bor});
    house
        .admin
        .post("/bookings/B2/manual-sync", &same)
        .await
        .is(200);
    pat.1
        .patch("/bookings/B1", &json!({"status": "PENDING"}))
        .await
        .is(409);
    house.booking("B3", bor).await;
    house.admin.delete("/bookings/B3").await.is(200);
}

async fn everybody_hears_their_own_events_in_order_and_nobody_elses(database: TestDatabase) {
    let house = House::open(database).await;
    let (ana, bor) = (house.customer("ana").await, house.customer("bor").await);
    let (pat, pia) = (house.partner("pat").await, house.partner("pia").await);
    let before = events_of(&house.admin, 0).await;
    let registered = ["partner:registered", "kyc:submitted"];
    let expected: Vec<_> = [&pat.id, &pia.id]
        .into_iter()
        .flat_map(|id| registered.map(|event| format!("{event} {id} -")))
        .collect();
    assert_eq!(heard(&before), expected);
    what_happens(&house, [&ana.id, &bor.id], (&pat.id, &pat.client)).await;

    let last = before.last().unwrap()["eventId"].as_i64().unwrap();
    let of_admin = heard(&events_of(&house.admin, last).await);
    let expected = [
        "booking:created B1 PENDING",
        "booking:created B2 PENDING",
        "booking:updated B1 PARTNER_ASSIGNED",
        "booking:updated B1 PARTNER_ACCEPTED",
        "booking:updated B1 IN_PROGRESS",
        "booking:updated B1 COMPLETED",
        "booking:updated B2 CANCELLED",
        "booking:created B3 PENDING",
        "booking:updated B3 PENDING",
    ];
    assert_eq!(of_admin, expected);
    let of_ana = heard(&events_of(&ana.client, 0).await);
    let expected = [
        "booking:status_updated B1 PARTNER_ASSIGNED",
        "partner:assigned B1 -",
        "booking:status_updated B1 PARTNER_ACCEPTED",
        "booking:status_updated B1 IN_PROGRESS",
        "booking:status_updated B1 COMPLETED",
    ];
    assert_eq!(of_ana, expected);
    let of_bor = heard(&events_of(&bor.client, 0).await);
    let expected = [
        "booking:status_updated B2 CANCELLED",
        "booking:cancelled B2 -",
        "booking:cancelled B3 -",
    ];
    assert_eq!(of_bor, expected);
    let of_pat = heard(&events_of(&pat.client, 0).await);
    assert_eq!(
        of_pat,
        ["booking:new_request B1 -", "earnings:updated B1 -"]
    );
    assert!(events_of(&pia.client, 0).await.is_empty());
}

async fn a_cursor_goes_on_where_the_last_call_ended(database: TestDatabase) {
    let house = House::open(database).await;
    let (ana, bor) = (house.customer("ana").await, house.customer("bor").await);
    let pat = house.partner("pat").await;
    what_happens(&house, [&ana.id, &bor.id], (&pat.id, &pat.client)).await;
    for client in [&house.admin, &ana.client, &bor.client, &pat.client] {
        let all = events_of(client, 0).await;
        let ids: Vec<_> = all
            .iter()
            .map(|event| event["eventId"].as_i64().unwrap())
            .collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        for (at, event) in all.iter().enumerate() {
            assert_eq!(event["data"]["eventId"], event["eventId"]);
            assert_eq!(events_of(client, ids[at]).await, all[at + 1..]);
        }
        assert_eq!(events_of(client, ids[0] - 1).await, all);
    }
}

async fn five_hundred_events_come_at_once_and_the_rest_with_the_next_call(database: TestDatabase) {
    let house = House::open(database).await;
    let ana = house.customer("ana").await;
    house.booking("B1", &ana.id).await;
    // One call that changes many bookings tells of each.
    house
        .sql
        .execute(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) \
             INSERT INTO bookings (id, booking_number, customer_id, service, scheduled_at, address, amount_minor, currency, \
             status, assigned_status, created_at, updated_at, version) \
             SELECT 'bulk-' || CAST(i AS TEXT), 'BK' || CAST(100000 + i AS TEXT), '{}', 'x', 0, 'y', 100, 'EUR', \
             'PENDING', 'unassigned', 0, 0, 1 FROM n",
            ana.id
        ))
        .await;
    let body = json!({"customerId": ana.id, "assignedStatus": "confirm"});
    let done = house
        .admin
        .post("/bookings/sync-customer", &body)
        .await
        .is(200);
    assert_eq!(
        (&done["syncedCount"], &done["createdCount"]),
        (&json!(601), &json!(600))
    );
    let first = events_of(&ana.client, 0).await;
    assert_eq!(first.len(), 500);
    let cursor = first[499]["eventId"].as_i64().unwrap();
    let rest = events_of(&ana.client, cursor).await;
    assert_eq!(rest.len(), 101);
    house.expect_in_step().await;
}

on_both!(
    everybody_hears_their_own_events_in_order_and_nobody_elses,
    a_cursor_goes_on_where_the_last_call_ended,
    five_hundred_events_come_at_once_and_the_rest_with_the_next_call,
);
