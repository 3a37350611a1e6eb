use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::harness::{Client, House, Person};

/// A call that is refused: by whom, what, and how.
struct Refusal<'a>(
    &'a Client,
    &'a str,
    Value,
    (u16, &'static str),
    &'static str,
);

async fn expect(refusals: &[Refusal<'_>]) {
    for Refusal(client, call, body, (status, code), sentence) in refusals {
        let (method, path) = call.split_once(' ').unwrap();
        let body = (!body.is_null()).then_some(body);
        let answer = client.send(method, path, body).await;
        assert_eq!(answer.status, *status, "{call}: {}", answer.body);
        let answer = answer.refuses(*status, code);
        assert_eq!(answer["error"], *sentence, "{call}");
    }
}

/// A house where B1 is free, B2 is Pat's to do, and B3 is done; nobody has approved Pia.
struct Cast {
    house: House,
    ana: Person,
    pat: Person,
    pia: Person,
}

impl Cast {
    async fn gather(database: TestDatabase) -> Self {
        let house = House::open(database).await;
        let (ana, pat) = (
            house.account("ana", "customer").await,
            house.partner("pat").await,
        );
        let pia = house.account("pia", "partner").await;
        house.account("bor", "customer").await;
        for id in ["B1", "B2", "B3"] {
            house.booking(id, "ana").await;
        }
        let given = json!({"partnerId": pat.id});
        house.admin.put("/bookings/B2", &given).await.is(200);
        let done = json!({"assignedStatus": "completed"});
        house.admin.put("/bookings/B3", &done).await.is(200);
        Self {
            house,
            ana,
            pat,
            pia,
        }
    }

    async fn expect_nothing_changed(&self) {
        let main = self.house.admin.get("/bookings/B1").await.is(200);
        assert_eq!(main["version"], 1);
        self.house.expect_in_step().await;
    }
}

const MISSING: (u16, &str) = (404, "not_found");
const CONFLICT: (u16, &str) = (409, "conflict");
const TRANSITION: (u16, &str) = (409, "conflict");
const FORBIDDEN: (u16, &str) = (403, "forbidden");

fn draft(id: &str, customer: &str) -> Value {
    json!({"id": id, "customerId": customer, "service": "x", "scheduledAt": "2026-01-01", "address": "y"})
}

async fn what_staff_may_not_do_is_refused_in_the_words_of_the_contract(database: TestDatabase) {
    let cast = Cast::gather(database).await;
    let (admin, pat) = (&cast.house.admin, &cast.pat);
    let sync = |customer: &str| json!({"customerId": customer});
    #[rustfmt::skip]
    let refusals = [
        Refusal(admin, "POST /bookings", draft("B9", "nobody"), MISSING, "User nobody not found"),
        Refusal(admin, "POST /bookings", draft("B9", "pia"), MISSING, "User pia not found"),
        Refusal(admin, "POST /bookings", draft("B1", "ana"), CONFLICT, "Booking B1 exists already"),
        Refusal(admin, "GET /bookings/B9", Value::Null, MISSING, "Booking B9 not found"),
        Refusal(admin, "DELETE /bookings/B9", Value::Null, MISSING, "Booking B9 not found"),
        Refusal(admin, "PUT /bookings/B9", json!({}), MISSING, "Booking B9 not found"),
        Refusal(admin, "POST /bookings/B1/assign", json!({"partnerId": "nobody"}), MISSING, "Partner nobody not found"),
        Refusal(admin, "POST /bookings/B1/assign", json!({"partnerId": "ana"}), MISSING, "Partner ana not found"),
        Refusal(admin, "POST /bookings/B1/assign", json!({"partnerId": "pia"}), (409, "conflict"), "Partner pia is not approved"),
        Refusal(admin, "POST /bookings/B3/assign", json!({"partnerId": pat.id}), TRANSITION, "A booking that is COMPLETED cannot go to PARTNER_ASSIGNED"),
        Refusal(admin, "PUT /bookings/B3", json!({"partnerId": pat.id}), TRANSITION, "A booking that is COMPLETED cannot go to PARTNER_ASSIGNED"),
        Refusal(admin, "PUT /bookings/B1", json!({"customerId": "nobody"}), MISSING, "User nobody not found"),
        Refusal(admin, "PUT /bookings/B1", json!({"notes": "x", "version": 7}), (409, "conflict"), "Booking B1 was changed meanwhile: it is at version 1, not 7"),
        Refusal(admin, "POST /bookings/B9/manual-sync", sync("ana"), MISSING, "Main booking B9 not found"),
        Refusal(admin, "POST /bookings/B9/find-and-sync", sync("ana"), MISSING, "Main booking B9 not found"),
        Refusal(admin, "POST /bookings/B1/manual-sync", sync("nobody"), MISSING, "User nobody not found"),
        Refusal(admin, "POST /bookings/B1/find-and-sync", sync("nobody"), MISSING, "User nobody not found"),
        Refusal(admin, "POST /bookings/B1/manual-sync", sync("bor"), CONFLICT, "Booking B1 belongs to another customer than bor"),
        Refusal(admin, "POST /bookings/sync-customer", sync("nobody"), MISSING, "User nobody not found"),
        Refusal(admin, "GET /users/nobody/bookings", Value::Null, MISSING, "User nobody not found"),
        Refusal(admin, "GET /users/ana/bookings/B9", Value::Null, MISSING, "Booking B9 not found"),
    ];
    expect(&refusals).await;
    cast.expect_nothing_changed().await;
}

async fn what_partners_and_customers_may_not_do_is_refused(database: TestDatabase) {
    let cast = Cast::gather(database).await;
    let Cast { ana, pat, pia, .. } = &cast;
    let to = |status: &str| json!({"status": status});
    #[rustfmt::skip]
    let refusals = [
        Refusal(&pat.client, "PATCH /bookings/B2", to("COMPLETED"), TRANSITION, "A booking cannot go from PARTNER_ASSIGNED to COMPLETED"),
        Refusal(&pat.client, "PATCH /bookings/B2", json!({"status": "PARTNER_ACCEPTED", "amount": 1}), FORBIDDEN, "You may only change the status"),
        Refusal(&pat.client, "PATCH /bookings/B1", to("CANCELLED"), MISSING, "Booking B1 not found"),
        Refusal(&pia.client, "GET /bookings/B2", Value::Null, MISSING, "Booking B2 not found"),
        Refusal(&ana.client, "PATCH /bookings/B1", to("COMPLETED"), TRANSITION, "A booking cannot go from PENDING to COMPLETED"),
        Refusal(&ana.client, "PATCH /bookings/B1", json!({"address": "Elsewhere"}), FORBIDDEN, "You may only change the status"),
        Refusal(&ana.client, "POST /bookings", json!({"customerId": "bor", "service": "x", "scheduledAt": "2026-01-01", "address": "y"}), FORBIDDEN, "A customer may only ask for an own booking"),
        Refusal(&ana.client, "GET /users/bor/bookings", Value::Null, MISSING, "User bor not found"),
    ];
    expect(&refusals).await;
    cast.expect_nothing_changed().await;
}

/// Values that no field of that name may have.
fn wrong_values() -> [(&'static str, Value); 14] {
    [
        ("service", json!(7)),
        ("service", json!("")),
        ("service", json!("x".repeat(201))),
        ("address", json!("x".repeat(4001))),
        ("notes", json!("a\u{0}b")),
        ("scheduledAt", json!("tomorrow")),
        ("amount", json!(-1)),
        ("amount", json!(49.999)),
        ("amount", json!("1e400")),
        ("currency", json!("XXQ")),
        ("assignedStatus", json!("done")),
        ("status", json!("pending")),
        ("customerId", json!("a b")),
        ("id", json!("x".repeat(129))),
    ]
}

async fn what_is_wrong_with_a_field_is_said_by_its_name(database: TestDatabase) {
    let house = House::open(database).await;
    house.account("ana", "customer").await;
    house.booking("B1", "ana").await;
    let refused = async |method: &str, path: &str, body: Value| {
        let answer = house.admin.send(method, path, Some(&body)).await;
        let refused = answer.refuses(400, "invalid_request");
        let fields = refused["fields"].as_array().unwrap().iter();
        let fields: Vec<_> = fields
            .map(|field| field["field"].as_str().unwrap().to_owned())
            .collect();
        fields.join(",")
    };
    let with = |field: &str, value: Value| {
        let mut draft = json!({"customerId": "ana", "service": "x", "scheduledAt": "2026-01-01", "address": "y"});
        draft[field] = value;
        draft
    };
    for (field, value) in wrong_values() {
        let named = refused("POST", "/bookings", with(field, value.clone())).await;
        assert_eq!(named, field, "{value}");
        if field != "id" {
            let named = refused("PUT", "/bookings/B1", json!({field: value.clone()})).await;
            assert_eq!(named, field, "{value}");
        }
    }
    assert_eq!(refused("POST", "/bookings", json!({})).await, "service");
    let disagree = json!({"status": "PENDING", "assignedStatus": "completed"});
    assert_eq!(
        refused("PUT", "/bookings/B1", disagree).await,
        "assignedStatus"
    );
    assert_eq!(
        house.sql.count("SELECT COUNT(*) AS n FROM bookings").await,
        1
    );
}

async fn taken_addresses_and_wrong_passwords_are_refused(database: TestDatabase) {
    let house = House::open(database).await;
    house.customer("ana").await;
    let stranger = house.stranger();
    let again =
        json!({"email": "ANA@customers.test", "password": "long enough", "name": "Another"});
    for path in ["/api/auth/register", "/api/partners"] {
        stranger.post(path, &again).await.refuses(409, "conflict");
    }
    let login = |email: &str, password: &str| json!({"email": email, "password": password});
    let wrong = [
        login("ana@customers.test", "wrong password"),
        login("nobody@customers.test", "wrong password"),
    ];
    for body in wrong {
        let refused = stranger.post("/api/auth/login", &body).await;
        let refused = refused.refuses(401, "unauthenticated");
        assert_eq!(refused["error"], "Wrong e-mail or password");
    }
}

on_both!(
    what_staff_may_not_do_is_refused_in_the_words_of_the_contract,
    what_partners_and_customers_may_not_do_is_refused,
    what_is_wrong_with_a_field_is_said_by_its_name,
    taken_addresses_and_wrong_passwords_are_refused,
);
