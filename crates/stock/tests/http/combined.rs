//! What the repository makes of many commands at once.

use auth::Actor;
use chrono::TimeDelta;
use clock::Clock;
use outbox::{Audience, Fact};
use stock::{
    Basket, Command, Hold, Label, Line, OrderId, Outcome, ProductId, Quantity, Reduction, Refusal,
    Release, ReservationId, VariantKey,
};
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(
    a_batch_is_first_come_first_served,
    one_order_many_times_in_a_batch_is_one_order,
    a_batch_may_make_use_up_and_give_back,
    an_order_that_cannot_be_done_does_not_fail_the_others,
    what_is_to_be_told_is_told_in_order_with_the_orders,
);

fn reduce(id: &str, color: &str, units: i64) -> Command {
    Command::Reduce(Reduction {
        order_id: Some(OrderId::parse(id).unwrap()),
        new_id: OrderId::generate(),
        idempotency_key: None,
        basket: basket(color, units),
        reservation_id: None,
        after_order: false,
        actor: Actor::system(),
    })
}

fn basket(color: &str, units: i64) -> Basket {
    let variant = VariantKey {
        product: ProductId::parse("P1").unwrap(),
        size: Label::parse("M").unwrap(),
        color: Label::parse(color).unwrap(),
    };
    let quantity = Quantity::new(units).unwrap();
    Basket::new(vec![Line { variant, quantity }]).unwrap()
}

fn hold(id: &str, units: i64) -> Command {
    Command::Reserve(Hold {
        id: ReservationId::parse(id).unwrap(),
        basket: basket("Red", units),
        ttl: TimeDelta::minutes(1),
    })
}

async fn apply(app: &App, commands: &[Command]) -> Vec<Result<Outcome, Refusal>> {
    let now = app.clock.now();
    app.node().units.apply(commands, now).await.unwrap()
}

async fn a_batch_is_first_come_first_served(database: TestDatabase) {
    let app = App::stocked(database).await;
    let commands: Vec<_> = (0..8).map(|n| reduce(&n.to_string(), "Red", 3)).collect();
    let outcomes = apply(&app, &commands).await;
    let served: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(
        served,
        [true, true, true, false, false, false, false, false]
    );
    let left: Vec<_> = app
        .ledger()
        .await
        .split_off(3)
        .into_iter()
        .map(|line| line.2)
        .collect();
    assert_eq!(left, [7, 4, 1]);
    let news = app.rows("id", "outbox WHERE event = 'STOCK_REDUCED'").await;
    assert_eq!(news.len(), 1, "the last value of a variant, once");
    app.assert_sound().await;
}

async fn what_is_to_be_told_is_told_in_order_with_the_orders(database: TestDatabase) {
    let app = App::stocked(database).await;
    let before = app.rows("id", "outbox").await.len();
    let tell = |number: u32| {
        let said = serde_json::json!({"productId": format!("told-{number}")});
        Command::Tell(Fact::new(Audience::Everybody, "STOCK_UPDATED", said))
    };
    let outcomes = apply(&app, &[tell(1), reduce("1", "Red", 2), tell(2)]).await;
    assert!(matches!(
        outcomes.as_slice(),
        [
            Ok(Outcome::Told),
            Ok(Outcome::Reduced(_)),
            Ok(Outcome::Told)
        ]
    ));
    let told = app
        .rows("payload", "outbox WHERE payload LIKE '%told-%' ORDER BY id")
        .await;
    let products = ["told-1", "told-2"].map(|id| vec![Some(format!("{{\"productId\":\"{id}\"}}"))]);
    assert_eq!(told, products);
    assert_eq!(app.rows("id", "outbox").await.len(), before + 3);
    app.assert_sound().await;
}

async fn one_order_many_times_in_a_batch_is_one_order(database: TestDatabase) {
    let app = App::stocked(database).await;
    let outcomes = apply(&app, &vec![reduce("1", "Red", 2); 20]).await;
    let fresh = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Outcome::Reduced(taken)) if !taken.replayed));
    assert_eq!((fresh.count(), outcomes.len()), (1, 20));
    assert_eq!(app.level("M", "Red").await, (8, 0));
}

async fn a_batch_may_make_use_up_and_give_back(database: TestDatabase) {
    let app = App::stocked(database).await;
    let using = |id: &str, hold: &str| {
        let Command::Reduce(order) = reduce(id, "Red", 2) else {
            unreachable!()
        };
        let reservation_id = Some(ReservationId::parse(hold).unwrap());
        Command::Reduce(Reduction {
            reservation_id,
            ..order
        })
    };
    let back = Command::Release(Release::Order(
        OrderId::parse("1").unwrap(),
        Actor::system(),
    ));
    let first = [
        hold("h1", 4),
        hold("h2", 6),
        using("1", "h1"),
        reduce("2", "Red", 3),
        back.clone(),
    ];
    let outcomes = apply(&app, &first).await;
    let is_ok: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(is_ok, [true, true, true, false, true]);
    assert_eq!(app.level("M", "Red").await, (10, 6));
    app.assert_sound().await;
    let outcomes = apply(&app, &[back, using("3", "h2"), hold("h2", 1)]).await;
    assert!(matches!(&outcomes[0], Ok(Outcome::Released(given)) if given.replayed));
    assert!(outcomes[1].is_ok());
    assert!(matches!(&outcomes[2], Err(Refusal::ReservationConsumed(_))));
    assert_eq!(app.level("M", "Red").await, (8, 0));
    app.assert_sound().await;
}

async fn an_order_that_cannot_be_done_does_not_fail_the_others(database: TestDatabase) {
    let app = App::stocked(database).await;
    app.reduce("bad", &[("M", "Blue", 1)]).await.is(200);
    app.tamper("UPDATE stock_orders SET lines = 'nonsense' WHERE id = 'bad'")
        .await;
    let lines = crate::support::items(&[("M", "Red", 1)]);
    let orders = ["1", "bad", "2"].map(|id| {
        let path = format!("/api/stock/reduce?orderId={id}");
        let body = serde_json::json!({"items": lines});
        crate::support::request(crate::support::WRITER, "POST", &path, Some(body))
    });
    let replies = app.node().send_all(orders.into()).await;
    let statuses: Vec<_> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    assert_eq!(statuses, [200, 500, 200]);
    replies[1].refuses(500, "internal", "Something went wrong on our side");
    assert_eq!(app.level("M", "Red").await, (8, 0));
}
