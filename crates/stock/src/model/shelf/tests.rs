use chrono::TimeDelta;

use super::*;
use crate::{
    model::{Held, Hold, LineFault, Problem},
    testing::{actor, basket, line, now, product_id, variant},
};

fn order_id(id: &str) -> OrderId {
    OrderId::parse(id).unwrap()
}

fn hold_id(id: &str) -> ReservationId {
    ReservationId::parse(id).unwrap()
}

/// Red with these levels, and 5 in blue.
fn shelf(stock: i64, reserved: i64) -> Shelf {
    let mut shelf = Shelf::new(now());
    shelf.put(variant("Red"), Level::stored(stock, reserved));
    shelf.put(variant("Blue"), Level::stored(5, 0));
    shelf
}

fn reduction(id: &str, lines: &[(&str, i64)]) -> Reduction {
    Reduction {
        order_id: Some(order_id(id)),
        new_id: order_id("new"),
        idempotency_key: None,
        basket: basket(lines.iter().map(|(color, units)| line(color, *units))),
        reservation_id: None,
        after_order: true,
        actor: actor(),
    }
}

fn reduce(shelf: &mut Shelf, order: Reduction) -> Result<Taken, Refusal> {
    match shelf.apply(&Command::Reduce(order))? {
        Outcome::Reduced(taken) => Ok(taken),
        other => panic!("{other:?}"),
    }
}

fn reserve(shelf: &mut Shelf, id: &str, units: i64) -> Result<Held, Refusal> {
    let asked = Hold {
        id: hold_id(id),
        basket: basket([line("Red", units)]),
        ttl: TimeDelta::minutes(15),
    };
    match shelf.apply(&Command::Reserve(asked))? {
        Outcome::Reserved(held) => Ok(held),
        other => panic!("{other:?}"),
    }
}

fn release(shelf: &mut Shelf, release: Release) -> Result<Given, Refusal> {
    match shelf.apply(&Command::Release(release))? {
        Outcome::Released(given) => Ok(given),
        other => panic!("{other:?}"),
    }
}

fn red(shelf: &Shelf) -> Level {
    shelf.slots[&variant("Red")].level
}

#[test]
fn whoever_comes_first_is_served_and_the_next_finds_what_is_left() {
    let mut shelf = shelf(3, 0);
    assert!(reduce(&mut shelf, reduction("1", &[("Red", 2)])).is_ok());
    let refused = reduce(&mut shelf, reduction("2", &[("Blue", 1), ("Red", 2)]));
    let fault = LineFault {
        line: 1,
        problem: Problem::InsufficientStock,
        available: 1,
        requested: 2,
    };
    assert_eq!(refused, Err(Refusal::Lines(vec![fault])));
    assert!(reduce(&mut shelf, reduction("3", &[("Red", 1)])).is_ok());
    let changes = shelf.into_changes();
    assert_eq!(
        changes.levels,
        [(variant("Red"), Level::stored(0, 0), Some(true), false)]
    );
    let ids: Vec<_> = changes.new_orders.keys().map(OrderId::as_str).collect();
    assert_eq!(ids, ["1", "3"], "a refused order leaves nothing");
    let deltas: Vec<_> = changes
        .movements
        .iter()
        .map(|m| (m.delta, m.balance_after))
        .collect();
    assert_eq!(deltas, [(-2, 1), (-1, 0)]);
}

#[test]
fn an_order_takes_effect_once_whatever_the_order_of_its_lines() {
    let mut shelf = shelf(5, 0);
    let first = reduce(
        &mut shelf,
        reduction("1", &[("Red", 1), ("Blue", 1), ("Red", 1)]),
    )
    .unwrap();
    let again = reduce(&mut shelf, reduction("1", &[("Blue", 1), ("Red", 2)])).unwrap();
    assert_eq!(
        again,
        Taken {
            replayed: true,
            ..first
        }
    );
    let other = reduce(&mut shelf, reduction("1", &[("Red", 2)]));
    assert_eq!(other, Err(Refusal::Mismatch));
    assert_eq!(red(&shelf).stock(), 3);
}

#[test]
fn a_key_finds_the_order_that_it_made() {
    let mut shelf = shelf(5, 0);
    let keyed = |given: Option<OrderId>, new: &str| Reduction {
        idempotency_key: Some(IdempotencyKey::parse("k").unwrap()),
        new_id: order_id(new),
        order_id: given,
        ..reduction("x", &[("Red", 1)])
    };
    let first = reduce(&mut shelf, keyed(None, "n1")).unwrap();
    let again = reduce(&mut shelf, keyed(None, "n2")).unwrap();
    assert_eq!((again.order_id.as_str(), again.replayed), ("n1", true));
    assert_eq!(again.lines, first.lines);
    let same = reduce(&mut shelf, keyed(Some(order_id("n1")), "n3")).unwrap();
    assert!(same.replayed);
    let other = reduce(&mut shelf, keyed(Some(order_id("n9")), "n4"));
    assert_eq!(other, Err(Refusal::Mismatch));
}

#[test]
fn what_is_held_is_kept_for_who_holds_it() {
    let mut shelf = shelf(5, 0);
    assert_eq!(reserve(&mut shelf, "h", 4).unwrap().lines[0].available, 1);
    assert!(reserve(&mut shelf, "h", 4).unwrap().replayed);
    assert_eq!(reserve(&mut shelf, "h", 3), Err(Refusal::Mismatch));
    assert!(reserve(&mut shelf, "i", 2).is_err());
    assert!(reduce(&mut shelf, reduction("1", &[("Red", 2)])).is_err());
    let with_hold = |id, units| Reduction {
        reservation_id: Some(hold_id("h")),
        ..reduction(id, &[("Red", units)])
    };
    assert!(reduce(&mut shelf, with_hold("2", 6)).is_err());
    assert!(
        reduce(&mut shelf, with_hold("2", 5)).is_ok(),
        "the held four and one more"
    );
    assert_eq!(red(&shelf), Level::stored(0, 0));
    let again = reduce(&mut shelf, with_hold("3", 1));
    assert_eq!(again, Err(Refusal::ReservationConsumed(hold_id("h"))));
    let given = release(&mut shelf, Release::Reservation(hold_id("h")));
    assert_eq!(given, Err(Refusal::ReservationConsumed(hold_id("h"))));
}

#[test]
fn a_hold_whose_time_is_over_serves_nobody_and_ends_once() {
    let mut shelf = shelf(5, 0);
    reserve(&mut shelf, "h", 4).unwrap();
    let expire = Command::Expire(hold_id("h"));
    assert_eq!(shelf.apply(&expire), Ok(Outcome::Expired(false)));
    shelf.now += TimeDelta::minutes(15);
    let late = Reduction {
        reservation_id: Some(hold_id("h")),
        ..reduction("1", &[("Red", 1)])
    };
    let expired = Refusal::ReservationExpired(hold_id("h"));
    assert_eq!(reduce(&mut shelf, late.clone()), Err(expired.clone()));
    assert_eq!(shelf.apply(&expire), Ok(Outcome::Expired(true)));
    assert_eq!(shelf.apply(&expire), Ok(Outcome::Expired(false)));
    assert_eq!(red(&shelf), Level::stored(5, 0));
    assert_eq!(reduce(&mut shelf, late), Err(expired.clone()));
    assert_eq!(reserve(&mut shelf, "h", 4), Err(expired));
    assert!(
        release(&mut shelf, Release::Reservation(hold_id("h")))
            .unwrap()
            .replayed
    );
}

#[test]
fn an_order_is_given_back_once_and_stays_used() {
    let mut shelf = shelf(5, 0);
    reduce(&mut shelf, reduction("1", &[("Red", 2), ("Red", 1)])).unwrap();
    let back = || Release::Order(order_id("1"), actor());
    let given = release(&mut shelf, back()).unwrap();
    assert_eq!(
        (given.lines.len(), given.lines[0].2, given.replayed),
        (2, Some(5), false)
    );
    assert!(release(&mut shelf, back()).unwrap().replayed);
    let again = reduce(&mut shelf, reduction("1", &[("Red", 3)]));
    assert_eq!(again, Err(Refusal::OrderReleased(order_id("1"))));
    let unknown = release(&mut shelf, Release::Order(order_id("9"), actor()));
    assert_eq!(unknown, Err(Refusal::OrderUnknown(order_id("9"))));
    let changes = shelf.into_changes();
    assert_eq!(changes.movements.iter().map(|m| m.delta).sum::<i64>(), 0);
    assert_eq!(changes.levels[0].2, Some(true));
    assert!(changes.levels[0].3 && changes.released_orders.is_empty());
    assert_eq!(changes.new_orders[&order_id("1")].released_at, Some(now()));
}

#[test]
fn units_of_a_variant_that_is_gone_go_nowhere() {
    let mut shelf = shelf(5, 0);
    reduce(&mut shelf, reduction("1", &[("Red", 2)])).unwrap();
    shelf.slots.remove(&variant("Red"));
    let given = release(&mut shelf, Release::Order(order_id("1"), actor())).unwrap();
    assert_eq!(given.lines[0].2, None);
    assert_eq!(shelf.movements.len(), 1);
}

#[test]
fn a_variant_that_is_not_there_is_named() {
    let mut shelf = shelf(5, 0);
    shelf.know(product_id("P1"), Some(crate::testing::label("M")));
    let refused = reduce(&mut shelf, reduction("1", &[("Green", 1)]));
    let Err(Refusal::Lines(faults)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(faults[0].problem, Problem::ColorNotFound);
}
