//! Many at once.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use super::shop::{Shop, Variant, expect_short, order};

on_both!(
    a_hundred_units_go_to_a_hundred_of_a_thousand_clients,
    an_order_that_arrives_a_hundred_times_at_once_is_done_once,
    a_key_that_arrives_a_hundred_times_at_once_makes_one_order,
);

const CLIENTS: usize = 1_000;
const UNITS: i64 = 100;
/// Of the same call at once.
const COPIES: usize = 100;
const ROUNDS: usize = 3;

async fn a_hundred_units_go_to_a_hundred_of_a_thousand_clients(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.fill(1, UNITS).await;
    let sellers: Vec<_> = (0..CLIENTS).map(|n| shop.seller(n)).collect();
    let orders = sellers.iter().enumerate().map(async |(n, seller)| {
        let items = json!([Variant(0).item(1)]);
        let id = format!("order-{n}");
        (id.clone(), order(seller, &id, items).await)
    });
    let (mut served, mut refused, mut left) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    for (id, answer) in join_all(orders).await {
        if answer.status == 200 {
            let answer = answer.is(200);
            assert_eq!(
                (&answer["orderId"], &answer["replayed"]),
                (&json!(id), &json!(false))
            );
            left.insert(answer["results"][0]["newStock"].as_i64().unwrap());
            served.insert(id);
        } else {
            assert_eq!(expect_short(answer)["errors"][0]["available"], 0);
            refused.push(id);
        }
    }
    assert_eq!((served.len(), refused.len()), (100, 900));
    assert_eq!(left, (0..UNITS).collect());
    assert_eq!(shop.units().await, [(Variant(0), 0)]);
    let ledger = "SELECT order_id, delta, balance_after FROM stock_movements ORDER BY id";
    let ledger = shop.sql().rows(ledger).await;
    let balances = ledger.iter().map(|row| row["balance_after"].as_i64());
    assert!(balances.eq((0..=UNITS).rev().map(Some)), "{ledger:?}");
    let sold: BTreeSet<_> = ledger[1..]
        .iter()
        .map(|row| row["order_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(sold, served);
    shop.expect_sound().await;
    refusal_leaves_the_id_free(&shop, &refused[0]).await;
}

async fn refusal_leaves_the_id_free(shop: &Shop, id: &str) {
    let found = json!({"size": "M", "color": "C0", "delta": 1, "reason": "found"});
    let adjust = "/api/products/P0/stock/adjust";
    shop.seller(0).post(adjust, &found).await.is(200);
    for replayed in [false, true] {
        let answer = order(&shop.seller(1), id, json!([Variant(0).item(1)])).await;
        assert_eq!(answer.is(200)["replayed"], replayed);
    }
}

/// Expects the first answer once, and that it was given again to all others; the order that it is.
fn expect_one_and_its_copies(answers: &[Value]) -> Value {
    let first: Vec<_> = answers
        .iter()
        .filter(|answer| answer["replayed"] == false)
        .collect();
    let [first] = first[..] else {
        panic!("done {} times: {first:#?}", first.len());
    };
    let mut copy = first.clone();
    copy["replayed"] = json!(true);
    for answer in answers {
        assert!(answer == first || *answer == copy, "{answer} of {first}");
    }
    assert_eq!(answers.len(), COPIES);
    first.clone()
}

async fn an_order_that_arrives_a_hundred_times_at_once_is_done_once(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.fill(2, UNITS).await;
    for round in 0..ROUNDS {
        let id = format!("order-{round}");
        let copies = (0..COPIES).map(async |n| {
            let mut items = [Variant(0).item(2), Variant(1).item(1)];
            items.rotate_left(n % 3 % 2);
            order(&shop.seller(n), &id, json!(items)).await.is(200)
        });
        let sold = expect_one_and_its_copies(&normal(join_all(copies).await));
        assert_eq!(sold["orderId"], json!(id));
        let movements = format!("/api/stock/movements?orderId={id}");
        assert_eq!(shop.seller(0).get(&movements).await.is(200)["total"], 2);
        let other = order(&shop.seller(1), &id, json!([Variant(0).item(1)])).await;
        other.refuses(409, "idempotency_mismatch");
    }
    shop.expect_sound().await;
}

/// Answers whose lines stand in one order, whatever that of the call was.
fn normal(mut answers: Vec<Value>) -> Vec<Value> {
    for answer in &mut answers {
        let lines = answer["results"].as_array_mut().unwrap();
        lines.sort_by_key(|line| line["color"].as_str().unwrap().to_owned());
    }
    answers
}

async fn a_key_that_arrives_a_hundred_times_at_once_makes_one_order(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.fill(1, UNITS).await;
    let body = json!({"items": [Variant(0).item(1)]});
    for round in 0..ROUNDS {
        let copies = (0..COPIES).map(async |n| {
            let request = shop.seller(n).request("POST", "/api/stock/reduce");
            let request = request.header("idempotency-key", format!("key-{round}"));
            let response = request.json(&body).send().await.unwrap();
            let status = response.status();
            let text = response.text().await.unwrap();
            assert_eq!(status, 200, "{text}");
            serde_json::from_str(&text).unwrap()
        });
        expect_one_and_its_copies(&join_all(copies).await);
    }
    let left = UNITS - i64::try_from(ROUNDS).unwrap();
    assert_eq!(shop.units().await, [(Variant(0), left)]);
    shop.expect_sound().await;
}
