use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::harness::{House, Person};

/// What a customer's copy shares with its booking.
const MIRRORED: [&str; 11] = [
    "bookingNumber",
    "customerId",
    "partnerId",
    "service",
    "scheduledAt",
    "address",
    "amount",
    "currency",
    "status",
    "assignedStatus",
    "updatedAt",
];

/// Expects that the customer's app shows what the admin panel shows: in the list, and alone.
async fn expect_same_for(house: &House, customer: &Person, id: &str) -> Value {
    let main = house.admin.get(&format!("/bookings/{id}")).await.is(200);
    let list = format!("/users/{}/bookings", customer.id);
    let mirrors = customer.client.all(&list).await;
    let listed = mirrors.iter().find(|mirror| mirror["id"] == id).unwrap();
    let alone = customer.client.get(&format!("{list}/{id}")).await.is(200);
    assert_eq!(*listed, alone);
    for field in MIRRORED {
        assert_eq!(alone[field], main[field], "{field}");
    }
    assert_eq!(alone["bookingId"], id);
    assert!(alone.get("notes").is_none());
    house.expect_in_step().await;
    main
}

/// What Ana asks for, as it is kept.
async fn wish(house: &House, ana: &Person) -> String {
    let wish = json!({
        "service": "Deep cleaning", "scheduledAt": "2026-07-01T08:00:00+02:00", "address": "Obala 1", "amount": "120.50",
        "currency": "EUR", "notes": "Two dogs",
    });
    let booking = ana.client.post("/bookings", &wish).await.is(201);
    let id = booking["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (
            &booking["customerId"],
            &booking["status"],
            &booking["version"]
        ),
        (&json!(ana.id), &json!("PENDING"), &json!(1))
    );
    assert_eq!(
        (&booking["amount"], &booking["scheduledAt"]),
        (&json!(120.5), &json!("2026-07-01T06:00:00.000Z"))
    );
    let number = booking["bookingNumber"].as_str().unwrap();
    assert!(
        number.starts_with("BK") && number[2..].parse::<u32>().is_ok(),
        "{number}"
    );
    expect_same_for(house, ana, &id).await;
    id
}

async fn a_booking_goes_from_wish_to_earnings(database: TestDatabase) {
    let house = House::open(database).await;
    let (ana, pat) = (house.customer("ana").await, house.newcomer("pat").await);
    let id = &wish(&house, &ana).await;
    let assign = format!("/bookings/{id}/assign");
    let to_pat = json!({"partnerId": pat.id});
    let early = house.admin.post(&assign, &to_pat).await;
    early.refuses(409, "conflict");
    approve(&house, &pat).await;
    let assigned = house.admin.post(&assign, &to_pat).await.is(200);
    assert_eq!(
        (&assigned["status"], &assigned["partnerId"]),
        (&json!("PARTNER_ASSIGNED"), &json!(pat.id))
    );
    expect_same_for(&house, &ana, id).await;

    for (version, status) in [
        (3, "PARTNER_ACCEPTED"),
        (4, "IN_PROGRESS"),
        (5, "COMPLETED"),
    ] {
        let path = format!("/bookings/{id}");
        let moved = pat
            .client
            .patch(&path, &json!({"status": status}))
            .await
            .is(200);
        assert_eq!(
            (&moved["status"], &moved["version"]),
            (&json!(status), &json!(version))
        );
        expect_same_for(&house, &ana, id).await;
    }
    let earnings = format!("/api/partners/{}/earnings", pat.id);
    for reader in [&pat.client, &house.admin] {
        let earned = reader.get(&earnings).await.is(200);
        assert_eq!(
            earned["totals"],
            json!([{"amount": 120.5, "currency": "EUR"}])
        );
        assert_eq!(
            (&earned["total"], &earned["items"][0]["bookingId"]),
            (&json!(1), &json!(id))
        );
    }
}

async fn approve(house: &House, partner: &Person) {
    let path = format!("/api/partners/{}", partner.id);
    let kyc = format!("{path}/kyc");
    let decide = |status: &str| json!({"status": status, "reason": "Unreadable"});
    let early = house.admin.patch(&kyc, &decide("approved")).await;
    early.refuses(409, "conflict");
    let document = json!({"documentType": "passport", "documentNumber": "P1", "documentUrl": "https://files.test/p1"});
    for decision in ["rejected", "approved"] {
        let sent = partner.client.post(&kyc, &document).await.is(200);
        assert_eq!(sent["kyc"]["status"], "pending");
        house.admin.patch(&kyc, &decide(decision)).await.is(200);
        let seen = partner.client.get(&path).await.is(200);
        assert_eq!(seen["status"], decision);
    }
    let found = house.admin.all("/api/partners?status=approved").await;
    assert_eq!(found[0]["id"], partner.id);
}

async fn a_rejected_booking_is_free_again_and_hidden_from_who_rejected_it(database: TestDatabase) {
    let house = House::open(database).await;
    let (ana, pat, pia) = (
        house.customer("ana").await,
        house.partner("pat").await,
        house.partner("pia").await,
    );
    house.booking("B1", &ana.id).await;
    let assign = async |partner: &Person| {
        let body = json!({"partnerId": partner.id});
        house.admin.put("/bookings/B1", &body).await.is(200)
    };
    assert_eq!(assign(&pat).await["status"], "PARTNER_ASSIGNED");
    let rejection = json!({"status": "PENDING", "reason": "Too far"});
    let rejected = pat.client.patch("/bookings/B1", &rejection).await.is(200);
    assert_eq!(
        (&rejected["partnerId"], &rejected["assignedStatus"]),
        (&Value::Null, &json!("unassigned"))
    );
    pat.client
        .get("/bookings/B1")
        .await
        .refuses(404, "not_found");
    assert!(pat.client.all("/bookings").await.is_empty());
    expect_same_for(&house, &ana, "B1").await;

    assign(&pat).await;
    assign(&pia).await;
    pat.client
        .patch("/bookings/B1", &json!({"status": "PARTNER_ACCEPTED"}))
        .await
        .refuses(404, "not_found");
    let accepted = pia
        .client
        .put("/bookings/B1", &json!({"status": "PARTNER_ACCEPTED"}))
        .await;
    assert_eq!(accepted.is(200)["partnerId"], pia.id);
    let main = expect_same_for(&house, &ana, "B1").await;
    assert_eq!(main["assignedStatus"], "confirm");
}

async fn each_role_cancels_its_own_until_it_is_completed(database: TestDatabase) {
    let house = House::open(database).await;
    let (ana, pat) = (house.customer("ana").await, house.partner("pat").await);
    let cancel = json!({"status": "CANCELLED", "reason": "Ill"});
    for (id, who) in [
        ("B1", &ana.client),
        ("B2", &pat.client),
        ("B3", &house.admin),
    ] {
        house.booking(id, &ana.id).await;
        let path = format!("/bookings/{id}");
        let body = json!({"partnerId": pat.id});
        house.admin.put(&path, &body).await.is(200);
        let cancelled = who.patch(&path, &cancel).await.is(200);
        assert_eq!(cancelled["assignedStatus"], "cancelled");
        expect_same_for(&house, &ana, id).await;
    }
    house.booking("B4", &ana.id).await;
    let done = json!({"partnerId": pat.id, "status": "COMPLETED"});
    house.admin.put("/bookings/B4", &done).await.is(200);
    for who in [&ana.client, &pat.client] {
        let refused = who.patch("/bookings/B4", &cancel).await;
        let refused = refused.refuses(409, "conflict");
        assert_eq!(
            refused["error"],
            "A booking cannot go from COMPLETED to CANCELLED"
        );
    }
}

async fn a_booking_moves_to_another_customer_and_goes_with_its_mirror(database: TestDatabase) {
    let house = House::open(database).await;
    let (ana, bor) = (house.customer("ana").await, house.customer("bor").await);
    house.booking("B1", &ana.id).await;
    let body = json!({"customerId": bor.id});
    house.admin.put("/bookings/B1", &body).await.is(200);
    expect_same_for(&house, &bor, "B1").await;
    let of_ana = format!("/users/{}/bookings", ana.id);
    assert!(ana.client.all(&of_ana).await.is_empty());
    ana.client
        .get("/bookings/B1")
        .await
        .refuses(404, "not_found");
    let deleted = house.admin.delete("/bookings/B1").await.is(200);
    assert_eq!(deleted, json!({"success": true}));
    let of_bor = format!("/users/{}/bookings", bor.id);
    assert!(bor.client.all(&of_bor).await.is_empty());
    house
        .admin
        .get("/bookings/B1")
        .await
        .refuses(404, "not_found");
    let history = house.admin.all("/bookings/B1/sync-history").await;
    let calls: Vec<_> = history.iter().map(|line| line["call"].as_str()).collect();
    assert_eq!(
        calls,
        [Some("delete"), Some("booking-update"), Some("create")]
    );
    house.expect_in_step().await;
}

async fn a_program_works_with_bookings_as_far_as_its_token_goes(database: TestDatabase) {
    let house = House::open(database).await;
    let ana = house.customer("ana").await;
    let (reader, writer) = (
        house.service(&["bookings:read"]).await,
        house.service(&["bookings:write"]).await,
    );
    let wish = json!({"id": "B1", "customerId": ana.id, "service": "x", "scheduledAt": "2026-07-01", "address": "y"});
    writer.post("/bookings", &wish).await.is(201);
    writer
        .put("/bookings/B1", &json!({"assignedStatus": "confirm"}))
        .await
        .is(200);
    let seen = reader.get("/bookings/B1").await.is(200);
    assert_eq!(seen["status"], "PARTNER_ACCEPTED");
    let mirrors = reader.all(&format!("/users/{}/bookings", ana.id)).await;
    assert_eq!(mirrors[0]["assignedStatus"], "confirm");
    assert_eq!(reader.all("/bookings/sync-drift").await, [] as [Value; 0]);
    reader
        .put("/bookings/B1", &json!({"notes": "x"}))
        .await
        .refuses(403, "forbidden");
    house.expect_in_step().await;
}

on_both!(
    a_booking_goes_from_wish_to_earnings,
    a_rejected_booking_is_free_again_and_hidden_from_who_rejected_it,
    each_role_cancels_its_own_until_it_is_completed,
    a_booking_moves_to_another_customer_and_goes_with_its_mirror,
    a_program_works_with_bookings_as_far_as_its_token_goes,
);
