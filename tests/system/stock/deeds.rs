//! What shoppers do, at random, and what came of it.

use rand::{
    RngExt as _, SeedableRng as _,
    rngs::StdRng,
    seq::{IndexedRandom as _, SliceRandom as _},
};
use serde_json::{Value, json};

use super::shop::Variant;
use crate::harness::{Answer, Client};

/// What a shopper knows of an order or a hold: its id and its lines.
pub(super) type Basket = Vec<(Variant, i64)>;

/// A hold that ends soon, in seconds, and one that outlasts the test.
const SHORT: u32 = 1;
const LONG: u32 = 86_400;
/// The most lines of a basket.
const LINES: usize = 8;
/// The most units of a line.
const UNITS: i64 = 3;

/// Something that one does to stock.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// Orders, with a hold where there is one.
    Order {
        id: String,
        basket: Basket,
        hold: Option<String>,
    },
    Hold {
        id: String,
        basket: Basket,
        seconds: u32,
    },
    /// Gives an order back.
    Return {
        id: String,
        basket: Basket,
    },
    Count {
        variant: Variant,
        delta: i64,
    },
}

/// A deed, and what came back; nothing where the process was killed before it answered.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) deed: Deed,
    pub(super) answer: Option<(u16, Value)>,
}

impl Deed {
    pub(super) fn request(&self) -> (String, Value) {
        match self {
            Self::Order { id, basket, hold } => {
                let mut body = json!({"items": items(basket)});
                if let Some(hold) = hold {
                    body["reservationId"] = json!(hold);
                }
                (format!("/api/stock/reduce?orderId={id}"), body)
            }
            Self::Hold {
                id,
                basket,
                seconds,
            } => (
                "/api/stock/reserve".to_owned(),
                json!({"reservationId": id, "items": items(basket), "ttlSeconds": seconds}),
            ),
            Self::Return { id, .. } => ("/api/stock/release".to_owned(), json!({"orderId": id})),
            Self::Count { variant, delta } => (
                format!("/api/products/{}/stock/adjust", variant.product()),
                json!({"size": "M", "color": variant.color(), "delta": delta}),
            ),
        }
    }

    /// Tries it; nothing where nobody answers any more.
    pub(super) async fn attempt(&self, seller: &Client) -> Option<(u16, Value)> {
        let (path, body) = self.request();
        let answer = seller.attempt("POST", &path, Some(&body)).await.ok()?;
        expect_no_failure(self, &answer);
        Some((answer.status, answer.body))
    }
}

/// Nobody hears of deadlocks, or of anything that is not about stock.
fn expect_no_failure(deed: &Deed, answer: &Answer) {
    let code = answer.body["code"].as_str().unwrap_or_default();
    let is_known = match answer.status {
        200 => true,
        409 => match deed {
            Deed::Order { hold: Some(_), .. } => {
                ["insufficient_stock", "reservation_expired"].contains(&code)
            }
            Deed::Order { .. } | Deed::Hold { .. } => code == "insufficient_stock",
            Deed::Return { .. } => false,
            Deed::Count { .. } => code == "conflict",
        },
        _ => false,
    };
    assert!(is_known, "{deed:?}: {} {}", answer.status, answer.body);
}

impl Said {
    /// Whether it was told that it did something.
    pub(super) fn is_done(&self) -> bool {
        let answer = self.answer.as_ref();
        answer.is_some_and(|(status, body)| *status == 200 && body["replayed"] != true)
    }
}

fn items(basket: &Basket) -> Value {
    let items = basket.iter().map(|(variant, units)| variant.item(*units));
    items.collect()
}

/// Somebody who does something again and again, to so many variants.
pub(super) struct Shopper {
    name: String,
    variants: usize,
    random: StdRng,
    deeds: u32,
    orders: Vec<(String, Basket)>,
    holds: Vec<(String, Basket)>,
}

impl Shopper {
    /// `name` is in the ids of all that they do.
    pub(super) fn new(name: String, variants: usize, random: &mut StdRng) -> Self {
        Self {
            name,
            variants,
            random: StdRng::seed_from_u64(random.random()),
            deeds: 0,
            orders: Vec::new(),
            holds: Vec::new(),
        }
    }

    /// What they do next.
    pub(super) fn think(&mut self) -> Deed {
        self.deeds += 1;
        let id = format!("{}-{}", self.name, self.deeds);
        match self.random.random_range(0..100) {
            0..12 if !self.orders.is_empty() => {
                let (id, basket) = self.orders.swap_remove(0);
                Deed::Return { id, basket }
            }
            12..24 if !self.holds.is_empty() => {
                let (hold, mut basket) = self.holds.swap_remove(0);
                basket.shuffle(&mut self.random);
                let hold = Some(hold);
                Deed::Order { id, basket, hold }
            }
            24..40 => Deed::Hold {
                id,
                basket: self.fill_a_basket(),
                seconds: *[SHORT, LONG].choose(&mut self.random).unwrap(),
            },
            40..48 => Deed::Count {
                variant: Variant(self.random.random_range(0..self.variants)),
                delta: self.random.random_range(-4..=6),
            },
            48..56 => self.repeat().unwrap_or_else(|| self.order(id)),
            _ => self.order(id),
        }
    }

    /// Remembers what they may come back to.
    pub(super) fn learn(&mut self, deed: &Deed, status: u16) {
        if status != 200 {
            return;
        }
        match deed {
            Deed::Order { id, basket, .. } => {
                self.orders.retain(|(known, _)| known != id);
                self.orders.push((id.clone(), basket.clone()));
            }
            Deed::Hold { id, basket, .. } => self.holds.push((id.clone(), basket.clone())),
            Deed::Return { .. } | Deed::Count { .. } => {}
        }
    }

    fn order(&mut self, id: String) -> Deed {
        let basket = self.fill_a_basket();
        let hold = None;
        Deed::Order { id, basket, hold }
    }

    /// An order that was made, with its lines in another order.
    fn repeat(&mut self) -> Option<Deed> {
        let (id, mut basket) = self.orders.choose(&mut self.random)?.clone();
        basket.shuffle(&mut self.random);
        let hold = None;
        Some(Deed::Order { id, basket, hold })
    }

    /// Lines of different variants, in any order.
    fn fill_a_basket(&mut self) -> Basket {
        let mut variants: Vec<_> = (0..self.variants).map(Variant).collect();
        variants.shuffle(&mut self.random);
        let lines = self.random.random_range(1..=LINES);
        variants.truncate(lines);
        let random = &mut self.random;
        let lines = variants.into_iter();
        lines
            .map(|variant| (variant, random.random_range(1..=UNITS)))
            .collect()
    }
}
