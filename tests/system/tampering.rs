//! Another program deletes, changes, moves and orphans copies: all of it is found, named and healed beside live traffic.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering},
};

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::harness::{Client, House, Sql};

on_both!(what_others_damage_is_named_exactly_and_healed_while_everybody_works_on);

const BOOKINGS: usize = 100_000;
const CLIENTS: usize = 8;
/// Every so many-th booking is damaged in one of the four ways.
const STEP: usize = 400;
/// Which of them, and how that is called.
const KINDS: [(&str, usize); 4] = [
    ("missing", 0),
    ("stale", 100),
    ("wrong_user", 200),
    ("orphan", 300),
];

const FILL: &str = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) \
    INSERT INTO bookings (id, booking_number, customer_id, partner_id, service, scheduled_at, address, amount_minor, \
    currency, status, assigned_status, notes, created_at, updated_at, version) \
    SELECT 'b' || CAST(i AS TEXT), 'BK' || CAST(100000 + i AS TEXT), 'customer-' || CAST(i % 500 AS TEXT), \
    CASE WHEN i % 3 = 0 THEN 'partner-' || CAST(i % 50 AS TEXT) END, 'Cleaning', 1780000000000, 'Obala 1', 4990, 'EUR', \
    CASE WHEN i % 3 = 0 THEN 'IN_PROGRESS' ELSE 'PENDING' END, \
    CASE WHEN i % 3 = 0 THEN 'confirm' ELSE 'unassigned' END, NULL, 1770000000000, 1770000000000, 1 FROM n; \
    INSERT INTO booking_mirrors (user_id, booking_id, booking_number, customer_id, partner_id, service, scheduled_at, \
    address, amount_minor, currency, status, assigned_status, mirrored_at, synced_by, updated_at) \
    SELECT customer_id, id, booking_number, customer_id, partner_id, service, scheduled_at, address, amount_minor, \
    currency, status, assigned_status, updated_at, 'booking-update', updated_at FROM bookings";

/// Damages 250 copies in each of the four ways, a booking's number telling which.
async fn damage(sql: &Sql) {
    let number = "CAST(substr(booking_id, 2) AS INTEGER)";
    sql.execute(&format!(
        "DELETE FROM booking_mirrors WHERE {number} % {STEP} = 0; \
         UPDATE booking_mirrors SET assigned_status = 'gone' WHERE {number} % {STEP} = 100; \
         UPDATE booking_mirrors SET user_id = 'somebody-else' WHERE {number} % {STEP} = 200; \
         DELETE FROM bookings WHERE CAST(substr(id, 2) AS INTEGER) % {STEP} = 300"
    ))
    .await;
}

/// What should be named: how, and which booking.
fn damaged() -> BTreeSet<(String, String)> {
    let of_kind = |(kind, first): (&str, usize)| {
        let numbers = (first..BOOKINGS).step_by(STEP);
        let named = numbers.map(|n| (kind.to_owned(), format!("b{n}")));
        named.collect::<Vec<_>>()
    };
    KINDS.into_iter().flat_map(of_kind).collect()
}

/// A number that changes with anything in the copies.
async fn mirrors(sql: &Sql) -> Vec<Value> {
    sql.rows(
        "SELECT COUNT(*) AS n, COUNT(DISTINCT user_id) AS users, CAST(SUM(mirrored_at) AS BIGINT) AS mirrored, \
         CAST(SUM(length(assigned_status)) AS BIGINT) AS said FROM booking_mirrors",
    )
    .await
}

fn reconciled(answer: &Value) -> BTreeMap<&str, u64> {
    let fields = ["missing", "stale", "wrongUser", "orphan", "healed"];
    fields
        .map(|field| (field, answer[field].as_u64().unwrap()))
        .into()
}

async fn what_others_damage_is_named_exactly_and_healed_while_everybody_works_on(
    database: TestDatabase,
) {
    let house = House::open(database).await;
    house.sql.execute(FILL).await;
    assert!(house.sql.differences().await.is_empty());
    damage(&house.sql).await;

    let named = house.admin.all("/bookings/sync-drift").await;
    let found: BTreeSet<_> = named
        .iter()
        .map(|item| (text(&item["kind"]), text(&item["bookingId"])))
        .collect();
    assert_eq!((named.len(), &found), (damaged().len(), &damaged()));
    expect_both_sides(&named);

    let before = mirrors(&house.sql).await;
    let dry = house
        .admin
        .post("/bookings/reconcile", &json!({"dryRun": true}))
        .await
        .is(200);
    let counted = [
        ("missing", 250),
        ("stale", 250),
        ("wrongUser", 250),
        ("orphan", 250),
        ("healed", 0),
    ];
    assert_eq!(reconciled(&dry), counted.into());
    assert_eq!(
        (&dry["dryRun"], &dry["checked"]),
        (&json!(true), &json!(BOOKINGS - 250))
    );
    assert_eq!(mirrors(&house.sql).await, before);

    heal_beside_traffic(&house).await;
    house.expect_in_step().await;
    assert!(house.admin.all("/bookings/sync-drift").await.is_empty());
    let again = house
        .admin
        .post("/bookings/reconcile", &json!({}))
        .await
        .is(200);
    assert!(
        reconciled(&again).values().all(|count| *count == 0),
        "{again}"
    );
}

/// Each named place shows what there is of the booking and of the copy.
fn expect_both_sides(named: &[Value]) {
    for item in named {
        let sides = [&item["main"], &item["mirror"]].map(Value::is_object);
        let expected = match item["kind"].as_str().unwrap() {
            "missing" => [true, false],
            "orphan" => [false, true],
            _ => [true, true],
        };
        assert_eq!(sides, expected, "{item}");
        if item["kind"] == "stale" {
            assert_eq!(item["mirror"]["assignedStatus"], "gone");
            assert_eq!(item["differences"][0]["field"], "assignedStatus");
        }
        if item["kind"] == "wrong_user" {
            assert_eq!(item["userId"], "somebody-else");
        }
    }
}

/// Reconciles while everybody writes; nothing that was written may be lost.
async fn heal_beside_traffic(house: &House) {
    let is_over = AtomicBool::new(false);
    let healing = async {
        let answer = house.admin.post("/bookings/reconcile", &json!({})).await;
        is_over.store(true, Ordering::Relaxed);
        answer.is(200)
    };
    let writers = (0..CLIENTS).map(|client| write_until(&house.admin, client, &is_over));
    let (healed, written) = join(healing, join_all(writers)).await;
    // What a writer heals first is not left for the reconciliation.
    let counts = reconciled(&healed);
    assert_eq!(counts["orphan"], 250, "{healed}");
    assert!((250..=1_000).contains(&counts["healed"]), "{healed}");

    let mut versions: BTreeMap<String, i64> = BTreeMap::new();
    for id in written.iter().flatten() {
        *versions.entry(id.clone()).or_insert(1) += 1;
    }
    assert!(versions.len() >= CLIENTS);
    let changed = "SELECT id, version FROM bookings WHERE version > 1 ORDER BY id";
    let changed: BTreeMap<_, _> = house
        .sql
        .rows(changed)
        .await
        .iter()
        .map(|row| (text(&row["id"]), row["version"].as_i64().unwrap()))
        .collect();
    assert_eq!(changed, versions);
}

/// Changes bookings, damaged ones too, that all writers share; which, as often as it was answered.
async fn write_until(admin: &Client, client: usize, is_over: &AtomicBool) -> Vec<String> {
    let mut written = Vec::new();
    let mut n = 0;
    while !is_over.load(Ordering::Relaxed) || written.is_empty() {
        // A stride through all of them that meets every remainder but that of the deleted ones, with others behind it.
        n += 1;
        let number = (n * 3_700 + client / 2) % BOOKINGS;
        let id = format!("b{number}");
        if number % STEP == 300 {
            continue;
        }
        let body = json!({"notes": format!("{client} {n}"), "address": format!("Obala {n}")});
        admin.put(&format!("/bookings/{id}"), &body).await.is(200);
        written.push(id);
    }
    written
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
