//! More orders than can be done.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::future::{join, join_all};
use serde_json::json;
use test_support::{TestDatabase, on_both};
use tokio::time::timeout;

use super::shop::{Shop, Variant, order};
use crate::{
    harness::{Answer, Client, until},
    stop::lock::Lock,
};

on_both!(
    who_is_too_much_is_sent_away_and_all_is_well_right_after,
    a_database_that_stands_still_makes_nobody_wait_who_comes_later,
);

/// Who order all the time at each node: far more than may wait for long or be served at once.
const CLIENTS: usize = 600;
const UNITS: i64 = 1_000_000;
/// How long the flood lasts.
const FLOOD: Duration = Duration::from_secs(3);
/// Nobody waits longer for any answer: a batch that a database does not answer ends with the limit of a request.
const PATIENCE: Duration = Duration::from_secs(31);
/// Who is sent away hears so soon.
const AT_ONCE: Duration = Duration::from_secs(2);
/// The order of those who come when nobody is let in; of some of them nobody knows whether they were.
const LATE: &str = "late";
/// An order where nobody else orders takes no longer.
const CALM: Duration = Duration::from_secs(1);

/// What the clients of a flood were told.
#[derive(Default)]
struct Flood {
    is_over: AtomicBool,
    served: AtomicUsize,
    refused: AtomicUsize,
}

impl Flood {
    /// Orders until the end, each order until it is served.
    async fn order(&self, seller: &Client, client: usize) {
        let mut n = 0;
        while !self.is_over.load(Ordering::Relaxed) {
            let items = json!([Variant(client % 2).item(1)]);
            let begun = Instant::now();
            let answer = order(seller, &format!("flood-{client}-{n}"), items).await;
            assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
            n += usize::from(self.note(answer));
        }
    }

    /// Whether the order was served.
    fn note(&self, answer: Answer) -> bool {
        let is_served = answer.status == 200;
        if is_served {
            self.served.fetch_add(1, Ordering::Relaxed);
        } else {
            let refused = answer.refuses(503, "unavailable");
            assert!(
                !refused.to_string().to_lowercase().contains("sql"),
                "{refused}"
            );
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        is_served
    }

    fn count(&self) -> (usize, usize) {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        (count(&self.served), count(&self.refused))
    }
}

/// Lets everybody order while `story` goes on.
async fn flood(shop: &Shop, story: impl AsyncFnOnce(&Flood)) -> (usize, usize) {
    let flood = Flood::default();
    let nodes = 1 + usize::from(shop.second.is_some());
    let sellers: Vec<_> = (0..nodes * CLIENTS).map(|n| shop.seller(n)).collect();
    let orders = sellers.iter().enumerate();
    let orders = orders.map(|(n, seller)| flood.order(seller, n));
    let story = async {
        story(&flood).await;
        flood.is_over.store(true, Ordering::Relaxed);
    };
    join(story, join_all(orders)).await;
    flood.count()
}

/// Expects that orders are served at once by every node, that all that were served are there once, and nothing else.
async fn expect_calm(shop: &Shop, served: usize) {
    for n in 0..20 {
        let begun = Instant::now();
        let (seller, id) = (shop.seller(n), format!("calm-{n}"));
        let answer = order(&seller, &id, json!([Variant(0).item(1)])).await;
        assert_eq!(answer.is(200)["replayed"], false);
        assert!(begun.elapsed() < CALM, "{:?}", begun.elapsed());
    }
    let sold = shop
        .sql()
        .rows("SELECT order_id FROM stock_movements WHERE kind = 'order'")
        .await;
    let mut times = BTreeMap::new();
    for row in &sold {
        *times.entry(row["order_id"].as_str().unwrap()).or_insert(0) += 1;
    }
    times.remove(LATE);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    assert_eq!(times.len(), served + 20);
    shop.expect_sound().await;
}

async fn who_is_too_much_is_sent_away_and_all_is_well_right_after(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.fill(2, UNITS).await;
    let (served, _) = flood(&shop, async |_| {
        let begun = Instant::now();
        until("the flood is over", async || begun.elapsed() > FLOOD).await;
    })
    .await;
    assert!(served > 0);
    expect_calm(&shop, served).await;
}

async fn a_database_that_stands_still_makes_nobody_wait_who_comes_later(database: TestDatabase) {
    let shop = Shop::open(database).await;
    shop.fill(2, UNITS).await;
    let (served, _) = flood(&shop, async |flood| {
        until("orders are served", async || flood.count().0 > CLIENTS).await;
        let lock = Lock::take_rows(shop.sql(), "stock_variants").await;
        for turn in 0..2 {
            expect_no_admission(&shop.seller(turn), flood).await;
        }
        lock.release().await;
        let before = flood.count().0;
        let is_again = async || flood.count().0 > before + CLIENTS;
        until("orders are served again", is_again).await;
    })
    .await;
    expect_calm(&shop, served).await;
}

/// Waits until whoever comes is sent away, and expects that so is everybody, at once.
async fn expect_no_admission(latecomer: &Client, flood: &Flood) {
    let come = async || {
        let items = json!([Variant(0).item(1)]);
        timeout(AT_ONCE, order(latecomer, LATE, items)).await
    };
    until("no more are let in", async || {
        come().await.is_ok_and(|answer| !flood.note(answer))
    })
    .await;
    let refusals = join_all((0..50).map(async |_| come().await)).await;
    for refusal in refusals {
        assert!(!flood.note(refusal.unwrap()));
    }
}
