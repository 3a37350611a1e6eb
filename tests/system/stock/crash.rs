//! All nodes are killed at random moments, again and again; each order is there once, or not at all and its shop is told.

use std::{collections::BTreeMap, sync::Arc};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};
use tokio::{
    sync::watch,
    task::{JoinSet, yield_now},
};

use super::{
    deeds::{Basket, Deed, Said, Shopper},
    shop::{Shop, Variant},
};
use crate::{
    crash::{Seed, nobody_else_is_connected},
    harness::{Client, Sql, setting, until},
};

on_both!(
    an_order_is_there_once_or_not_at_all_when_everything_is_killed,
    holds_end_though_nobody_was_there_when_their_time_was_over,
);

/// How often everything is killed, on each database.
const ROUNDS: usize = 20;
/// A round ends after at most so many requests and answers.
const MOMENTS: u32 = 150;
const CLIENTS: usize = 16;
const VARIANTS: usize = 20;
const UNITS: i64 = 100_000;

/// What the ledger says of each order, by the kind of its movements.
#[derive(Default)]
pub(super) struct Ledger {
    movements: BTreeMap<(String, String), Basket>,
    last: i64,
}

impl Ledger {
    /// Reads on.
    pub(super) async fn read(&mut self, sql: &Sql) {
        let movements = format!(
            "SELECT id, kind, order_id, product_id, color, delta FROM stock_movements \
             WHERE id > {} AND order_id IS NOT NULL ORDER BY id",
            self.last
        );
        for row in sql.rows(&movements).await {
            self.last = row["id"].as_i64().unwrap();
            let text = |column: &str| row[column].as_str().unwrap().to_owned();
            let lines = self.movements.entry((text("order_id"), text("kind")));
            let delta = row["delta"].as_i64().unwrap();
            lines.or_default().push((Variant::of_row(&row), delta));
        }
    }

    /// Whether it has the deed, which must be there whole and once if it is.
    pub(super) fn has(&self, deed: &Deed) -> bool {
        let (id, kind, basket, sign) = match deed {
            Deed::Order { id, basket, .. } => (id, "order", basket, -1),
            Deed::Return { id, basket } => (id, "release", basket, 1),
            Deed::Hold { .. } | Deed::Count { .. } => panic!("{deed:?} is not of an order"),
        };
        let Some(found) = self.movements.get(&(id.clone(), kind.to_owned())) else {
            return false;
        };
        let mut lines: Basket = basket.clone();
        for (_, units) in &mut lines {
            *units *= sign;
        }
        lines.sort_unstable();
        let mut found = found.clone();
        found.sort_unstable();
        assert_eq!(found, lines, "{deed:?}");
        true
    }
}

/// Does something at one node until nobody answers.
pub(super) async fn shop_on(
    mut shopper: Shopper,
    seller: Client,
    events: Arc<watch::Sender<u32>>,
) -> Vec<Said> {
    let mut said = Vec::new();
    loop {
        let deed = shopper.think();
        events.send_modify(|events| *events += 1);
        let answer = deed.attempt(&seller).await;
        events.send_modify(|events| *events += 1);
        let status = answer.as_ref().map(|(status, _)| *status);
        if let Some(status) = status {
            shopper.learn(&deed, status);
        }
        said.push(Said { deed, answer });
        if status.is_none() {
            return said;
        }
    }
}

/// All shop, by turns at the sellers, until so many requests were begun or answered; they come back when `kill` has killed
/// all sellers.
pub(super) async fn shop_until(
    moment: u32,
    round: &str,
    sellers: &[Client],
    random: &mut StdRng,
    kill: impl FnOnce(),
) -> Vec<Said> {
    let (events, mut seen) = watch::channel(0_u32);
    let events = Arc::new(events);
    let mut shoppers = JoinSet::new();
    for n in 0..CLIENTS {
        let shopper = Shopper::new(format!("{round}-{n}"), VARIANTS, random);
        let seller = sellers[n % sellers.len()].clone();
        shoppers.spawn(shop_on(shopper, seller, Arc::clone(&events)));
    }
    seen.wait_for(|events| *events >= moment).await.unwrap();
    for _ in 0..random.random_range(0..40) {
        yield_now().await;
    }
    kill();
    shoppers.join_all().await.into_iter().flatten().collect()
}

pub(super) fn some_moment(random: &mut StdRng) -> u32 {
    random.random_range(1..MOMENTS)
}

pub(super) async fn open(database: TestDatabase) -> Shop {
    let shop = Shop::open(database).await;
    shop.fill(VARIANTS, UNITS).await;
    shop
}

impl Shop {
    /// Ends all nodes as a power cut would.
    fn kill(&mut self) {
        self.house.node.kill();
        if let Some(second) = &mut self.second {
            second.kill();
        }
    }

    async fn restart(&mut self) {
        nobody_else_is_connected(&self.house).await;
        self.house.node.restart().await;
        if let Some(second) = &mut self.second {
            second.restart().await;
        }
    }
}

async fn an_order_is_there_once_or_not_at_all_when_everything_is_killed(database: TestDatabase) {
    let seed = Seed::of_run();
    let mut random = StdRng::seed_from_u64(seed.0);
    let rounds = setting("ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let mut shop = open(database).await;
    let mut ledger = Ledger::default();
    let (mut answered, mut lost) = (0, 0);
    for round in 0..rounds {
        let sellers = [shop.seller(0), shop.seller(1)];
        let moment = some_moment(&mut random);
        let name = format!("round-{round}");
        let said = shop_until(moment, &name, &sellers, &mut random, || shop.kill()).await;
        shop.restart().await;
        ledger.read(shop.sql()).await;
        for (n, Said { deed, answer }) in said.iter().enumerate() {
            if let Some((status, body)) = answer {
                answered += 1;
                expect_kept(&shop, &ledger, deed, *status, body).await;
            } else {
                lost += 1;
                expect_told(&shop.seller(n), &shop, &ledger, deed).await;
            }
        }
        ledger.read(shop.sql()).await;
        let lost = said.iter().filter(|said| said.answer.is_none());
        for deed in lost.map(|said| &said.deed) {
            if matches!(deed, Deed::Order { hold: None, .. } | Deed::Return { .. }) {
                assert!(ledger.has(deed), "{deed:?}");
            }
        }
        shop.expect_sums().await;
    }
    assert!(answered > 0 && lost > 0, "{answered} {lost}");
    short_holds_end(&shop).await;
    shop.expect_sound().await;
}

/// What was answered is there; what was refused is not.
async fn expect_kept(shop: &Shop, ledger: &Ledger, deed: &Deed, status: u16, body: &Value) {
    match deed {
        Deed::Order { .. } | Deed::Return { .. } => {
            assert_eq!(ledger.has(deed), status == 200, "{deed:?}: {body}");
        }
        Deed::Hold { id, .. } => assert_eq!(is_held(shop, id).await, status == 200, "{deed:?}"),
        Deed::Count { .. } => {}
    }
}

/// What was not answered is done now, or was done before, and the answer says which.
async fn expect_told(seller: &Client, shop: &Shop, ledger: &Ledger, deed: &Deed) {
    let was_done = match deed {
        Deed::Order { .. } | Deed::Return { .. } => ledger.has(deed),
        Deed::Hold { id, .. } => is_held(shop, id).await,
        Deed::Count { .. } => return,
    };
    let retried = retry(seller, deed).await;
    match (&retried, deed) {
        ((200, body), _) => assert_eq!(body["replayed"], json!(was_done), "{deed:?}"),
        // Its hold, or it, ended meanwhile.
        ((409, body), Deed::Order { hold: Some(_), .. }) => {
            assert!(
                !was_done && body["code"] == "reservation_expired",
                "{deed:?}: {body}"
            );
        }
        ((409, body), Deed::Hold { .. }) => {
            assert!(
                was_done && body["code"] == "reservation_expired",
                "{deed:?}: {body}"
            );
        }
        _ => panic!("{deed:?}: {retried:?}"),
    }
}

/// Does again what nobody answered.
pub(super) async fn retry(seller: &Client, deed: &Deed) -> (u16, Value) {
    let (path, body) = deed.request();
    let answer = seller.post(&path, &body).await;
    (answer.status, answer.body)
}

async fn is_held(shop: &Shop, id: &str) -> bool {
    let holds = format!("SELECT COUNT(*) FROM stock_reservations WHERE id = '{id}'");
    shop.sql().count(&holds).await == 1
}

async fn short_holds_end(shop: &Shop) {
    let over = "SELECT COUNT(*) FROM stock_reservations WHERE status = 'active' AND expires_at < created_at + 60000";
    until("all short holds have ended", async || {
        shop.sql().count(over).await == 0
    })
    .await;
}

async fn holds_end_though_nobody_was_there_when_their_time_was_over(database: TestDatabase) {
    let mut shop = open(database).await;
    let basket = vec![(Variant(0), 5), (Variant(7), 2)];
    for (id, seconds) in [("short", 1), ("long", 86_400)] {
        let deed = Deed::Hold {
            id: id.to_owned(),
            basket: basket.clone(),
            seconds,
        };
        let answer = deed.attempt(&shop.seller(0)).await;
        assert_eq!(answer.unwrap().0, 200);
    }
    shop.kill();
    let begun = std::time::Instant::now();
    let is_over = async || begun.elapsed() > std::time::Duration::from_millis(1_100);
    until("the time of the short one is over", is_over).await;
    let active = "SELECT COUNT(*) FROM stock_reservations WHERE status = 'active'";
    assert_eq!(shop.sql().count(active).await, 2);
    shop.restart().await;
    short_holds_end(&shop).await;
    for turn in 0..2 {
        let path = "/api/products/P0/stock?afterOrder=true";
        let shown = shop.seller(turn).get(path).await.is(200);
        let color = &shown["sizeVariants"][0]["colorVariants"][0];
        assert_eq!(
            (&color["reserved"], &color["available"]),
            (&json!(5), &json!(UNITS - 5))
        );
    }
    for (hold, status) in [("short", 409), ("long", 200)] {
        let order = Deed::Order {
            id: format!("with-{hold}"),
            basket: basket.clone(),
            hold: Some(hold.to_owned()),
        };
        let (told, body) = order.attempt(&shop.seller(1)).await.unwrap();
        assert_eq!(told, status, "{body}");
        let code = if told == 409 {
            json!("reservation_expired")
        } else {
            Value::Null
        };
        assert_eq!(body["code"], code);
    }
    let held = "SELECT COUNT(*) FROM stock_variants WHERE reserved <> 0";
    assert_eq!(shop.sql().count(held).await, 0);
    shop.expect_sound().await;
}
