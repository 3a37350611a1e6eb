//! Baskets of many lines, in any order, from many clients.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use rand::{SeedableRng as _, rngs::StdRng};
use test_support::{TestDatabase, on_both};

use super::{
    deeds::{Basket, Deed, Said, Shopper},
    shop::{Shop, Variant},
};
use crate::{
    crash::Seed,
    harness::{Client, setting},
};

on_both!(mixed_baskets_in_any_order_meet_no_deadlock_and_add_up);

const CLIENTS: usize = 48;
const VARIANTS: usize = 50;
/// Of each variant, so that some are used up.
const UNITS: i64 = 60;
/// How long they shop, in seconds, unless `SECONDS` says.
const SECONDS: u64 = 60;

async fn shop_until(end: Instant, mut shopper: Shopper, seller: Client) -> Vec<Said> {
    let mut said = Vec::new();
    while Instant::now() < end {
        let deed = shopper.think();
        let answer = deed.attempt(&seller).await;
        let (status, _) = answer.as_ref().expect("an answer");
        shopper.learn(&deed, *status);
        said.push(Said { deed, answer });
    }
    said
}

async fn mixed_baskets_in_any_order_meet_no_deadlock_and_add_up(database: TestDatabase) {
    let seed = Seed::of_run();
    let mut random = StdRng::seed_from_u64(seed.0);
    let seconds = setting("SECONDS").map_or(SECONDS, |seconds| seconds.parse().unwrap());
    let shop = Shop::open(database).await;
    shop.fill(VARIANTS, UNITS).await;
    let end = Instant::now() + Duration::from_secs(seconds);
    let clients = (0..CLIENTS).map(|n| {
        let shopper = Shopper::new(format!("client-{n}"), VARIANTS, &mut random);
        shop_until(end, shopper, shop.seller(n))
    });
    let said: Vec<_> = join_all(clients.collect::<Vec<_>>()).await;
    let mut expected: BTreeMap<_, _> = (0..VARIANTS).map(|n| (Variant(n), UNITS)).collect();
    let (mut done, mut refused, mut repeated) = (0, 0, 0);
    for said in said.iter().flatten() {
        let (status, body) = said.answer.as_ref().unwrap();
        refused += usize::from(*status == 409);
        repeated += usize::from(body["replayed"] == true);
        if said.is_done() {
            done += 1;
            apply(&mut expected, &said.deed);
        }
    }
    assert_eq!(shop.units().await, expected.into_iter().collect::<Vec<_>>());
    shop.expect_sound().await;
    assert!(
        done > 0 && refused > 0 && repeated > 0,
        "{done} {refused} {repeated}"
    );
}

fn apply(units: &mut BTreeMap<Variant, i64>, deed: &Deed) {
    let mut move_all = |basket: &Basket, sign: i64| {
        for (variant, quantity) in basket {
            *units.get_mut(variant).unwrap() += sign * quantity;
        }
    };
    match deed {
        Deed::Order { basket, .. } => move_all(basket, -1),
        Deed::Return { basket, .. } => move_all(basket, 1),
        Deed::Count { variant, delta } => move_all(&vec![(*variant, *delta)], 1),
        Deed::Hold { .. } => {}
    }
}
