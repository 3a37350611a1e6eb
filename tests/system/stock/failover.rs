//! One of two nodes is killed, and its clients go to the other at once.

use rand::{SeedableRng as _, rngs::StdRng};
use test_support::TestDatabase;

use super::{
    crash::{Ledger, open, retry, shop_until, some_moment},
    deeds::{Deed, Said},
};
use crate::{crash::Seed, harness::setting};

const ROUNDS: usize = 6;

#[tokio::test]
async fn an_order_whose_node_was_killed_is_retried_at_the_other_and_done_once() {
    let seed = Seed::of_run();
    let mut random = StdRng::seed_from_u64(seed.0);
    let rounds = setting("ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let mut shop = open(TestDatabase::postgres().await).await;
    let mut ledger = Ledger::default();
    for round in 0..rounds {
        let sellers = [shop.seller(0)];
        let moment = some_moment(&mut random);
        let name = format!("round-{round}");
        let node = &mut shop.house.node;
        let said = shop_until(moment, &name, &sellers, &mut random, || node.kill()).await;
        // The dead node's last transaction may still be on its way through the server.
        let other = shop.seller(1);
        let lost: Vec<_> = said.iter().filter(|said| said.answer.is_none()).collect();
        for Said { deed, .. } in &lost {
            if let Deed::Order { hold: None, .. } | Deed::Return { .. } = deed {
                for is_again in [false, true] {
                    let (status, body) = retry(&other, deed).await;
                    assert_eq!(status, 200, "{deed:?}: {body}");
                    assert!(!is_again || body["replayed"] == true, "{deed:?}: {body}");
                }
            }
        }
        ledger.read(shop.sql()).await;
        for Said { deed, answer } in &said {
            let is_done = match (deed, answer) {
                (Deed::Order { hold: None, .. } | Deed::Return { .. }, None) => true,
                (Deed::Order { .. } | Deed::Return { .. }, Some((status, _))) => *status == 200,
                _ => continue,
            };
            assert_eq!(ledger.has(deed), is_done, "{deed:?}");
        }
        shop.house.node.restart().await;
        shop.expect_sums().await;
    }
    shop.expect_sound().await;
}
