use futures_util::future::join;
use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, Reply, WRITER, item, items, request};

on_both!(
    a_hundred_units_are_sold_to_a_hundred_of_a_thousand,
    one_order_sent_by_many_to_two_nodes_moves_once,
    one_id_for_two_orders_at_once_serves_one_of_them,
    mixed_baskets_in_any_order_meet_no_deadlock,
    edits_and_counts_meet_orders_and_nothing_is_lost,
);

fn count(replies: &[Reply], status: u16) -> usize {
    replies
        .iter()
        .filter(|reply| reply.status.as_u16() == status)
        .count()
}

async fn a_hundred_units_are_sold_to_a_hundred_of_a_thousand(database: TestDatabase) {
    let app = App::on(database).await;
    app.make("P1", &[("M", "Red", 100)]).await;
    let other = app.another_node().await;
    let order = |n: usize| {
        let path = format!("/api/stock/reduce?orderId={n}");
        request(
            WRITER,
            "POST",
            &path,
            Some(json!({"items": items(&[("M", "Red", 1)])})),
        )
    };
    let ours = app.node().send_all((0..500).map(order).collect());
    let theirs = other.send_all((500..1_000).map(order).collect());
    let (mut replies, theirs) = join(ours, theirs).await;
    replies.extend(theirs);
    assert_eq!((count(&replies, 200), count(&replies, 409)), (100, 900));
    for refused in replies.iter().filter(|reply| reply.status == 409) {
        assert_eq!(refused.body["code"], "insufficient_stock");
    }
    assert_eq!(app.level("M", "Red").await, (0, 0));
    assert_eq!(app.ledger().await.len(), 101);
    app.assert_sound().await;
}

async fn one_order_sent_by_many_to_two_nodes_moves_once(database: TestDatabase) {
    let app = App::stocked(database).await;
    let other = app.another_node().await;
    let order = |_| {
        let body = json!({"items": items(&[("M", "Red", 1), ("M", "Blue", 1)])});
        request(WRITER, "POST", "/api/stock/reduce?orderId=same", Some(body))
    };
    let ours = app.node().send_all((0..50).map(order).collect());
    let theirs = other.send_all((0..50).map(order).collect());
    let (mut replies, theirs) = join(ours, theirs).await;
    replies.extend(theirs);
    assert_eq!(count(&replies, 200), 100);
    let fresh = replies
        .iter()
        .filter(|reply| reply.body["replayed"] == false);
    assert_eq!(fresh.count(), 1);
    assert_eq!(
        (app.level("M", "Red").await, app.level("M", "Blue").await),
        ((9, 0), (4, 0))
    );
    assert_eq!(app.ledger().await.len(), 5);
    app.assert_sound().await;
}

async fn one_id_for_two_orders_at_once_serves_one_of_them(database: TestDatabase) {
    let app = App::stocked(database).await;
    let other = app.another_node().await;
    for round in 0..10 {
        let order = |color: &str| {
            let path = format!("/api/stock/reduce?orderId=r{round}");
            let body =
                json!({"items": [item("P1", if color == "Red" { "M" } else { "L" }, "Red", 1)]});
            request(WRITER, "POST", &path, Some(body))
        };
        app.call(
            WRITER,
            "POST",
            "/api/products/P1/stock/adjust",
            Some(json!({"size": "L", "color": "Red", "set": 1})),
        )
        .await
        .is(200);
        let (one, two) = join(app.node().send(order("Red")), other.send(order("Blue"))).await;
        let statuses = [one.status.as_u16(), two.status.as_u16()];
        assert!(
            statuses == [200, 409] || statuses == [409, 200],
            "{statuses:?}"
        );
        let refused = if statuses[0] == 409 { &one } else { &two };
        assert_eq!(refused.body["code"], "idempotency_mismatch");
    }
    app.assert_sound().await;
}

async fn mixed_baskets_in_any_order_meet_no_deadlock(database: TestDatabase) {
    let app = App::on(database).await;
    for n in 0..10 {
        app.make(
            &format!("P{n}"),
            &[("M", "Red", 1_000), ("M", "Blue", 1_000)],
        )
        .await;
    }
    let other = app.another_node().await;
    let order = |n: usize| {
        let lines = (0..6).map(|k| {
            let product = format!("P{}", (n * 7 + k * (1 + n % 5)) % 10);
            item(
                &product,
                "M",
                if (n + k).is_multiple_of(2) {
                    "Red"
                } else {
                    "Blue"
                },
                1,
            )
        });
        let body = json!({"items": lines.collect::<Vec<_>>()});
        let (path, body) = match n % 3 {
            0 => ("/api/stock/reserve".to_owned(), body),
            _ => (format!("/api/stock/reduce?orderId=o{n}"), body),
        };
        request(WRITER, "POST", &path, Some(body))
    };
    let ours = app.node().send_all((0..150).map(order).collect());
    let theirs = other.send_all((150..300).map(order).collect());
    let (mut replies, theirs) = join(ours, theirs).await;
    replies.extend(theirs);
    assert_eq!(count(&replies, 200), 300);
    app.later(900_000);
    let expiry = join(app.node().expiry.run_once(), other.expiry.run_once()).await;
    assert_eq!(expiry.0.unwrap() + expiry.1.unwrap(), 100);
    app.assert_sound().await;
}

async fn edits_and_counts_meet_orders_and_nothing_is_lost(database: TestDatabase) {
    let app = App::on(database).await;
    app.make("P1", &[("M", "Red", 1_000), ("M", "Blue", 1_000)])
        .await;
    let other = app.another_node().await;
    let call = |n: usize| {
        let color = if n.is_multiple_of(2) { "Red" } else { "Blue" };
        match n % 4 {
            0 | 1 => {
                let body = json!({"items": items(&[("M", "Red", 1), ("M", "Blue", 1)])});
                request(
                    WRITER,
                    "POST",
                    &format!("/api/stock/reduce?orderId={n}"),
                    Some(body),
                )
            }
            2 => {
                let body = json!({"size": "M", "color": color, "delta": 2});
                request(WRITER, "POST", "/api/products/P1/stock/adjust", Some(body))
            }
            _ => {
                let body = json!({"title": format!("Title {n}"), "sizeVariants": [{"size": "M",
                    "colorVariants": [{"color": "Red"}, {"color": "Blue"}, {"color": format!("c{n}"), "stock": 1}]}]});
                request(WRITER, "PUT", "/api/products/P1", Some(body))
            }
        }
    };
    let mut replies = Vec::new();
    // Of all at once on a slow disk, the last would be told to come back later.
    for wave in 0..6 {
        let first = wave * 20;
        let ours = app.node().send_all((first..first + 10).map(call).collect());
        let theirs = other.send_all((first + 10..first + 20).map(call).collect());
        let (ours, theirs) = join(ours, theirs).await;
        replies.extend(ours);
        replies.extend(theirs);
    }
    assert_eq!(count(&replies, 200), 120);
    assert_eq!(
        app.level("M", "Red").await.0 + app.level("M", "Blue").await.0,
        2_000 - 120 + 60
    );
    app.assert_sound().await;
}
