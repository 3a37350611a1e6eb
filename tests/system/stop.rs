//! The gateway is asked to stop.

use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};
use tokio::net::TcpStream;

use crate::harness::{Client, House, Node, until};

pub(crate) mod lock;

use self::lock::Lock;

on_both!(
    requests_in_flight_finish_and_nobody_new_is_let_in,
    a_stop_while_many_write_breaks_no_answer_off_and_loses_nothing,
    a_second_start_finds_everything,
);

/// Writers at the same time.
const WRITERS: usize = 8;

async fn requests_in_flight_finish_and_nobody_new_is_let_in(database: TestDatabase) {
    let house = House::open(database).await;
    let customer = house.customer("ann").await;
    house.booking("one", &customer.id).await;
    let lock = Lock::take(&house.sql, "one").await;
    let writer = house.admin.clone();
    let mut writers = tokio::task::JoinSet::new();
    writers.spawn(async move {
        writer
            .put("/bookings/one", &json!({"notes": "in flight"}))
            .await
    });
    until("the write waits for its lock", async || {
        lock.is_waited_for(&house.admin).await
    })
    .await;

    house.node.signal("TERM");
    let address = house.node.address().to_owned();
    until("new connections are refused", async || {
        TcpStream::connect(&address).await.is_err()
    })
    .await;
    lock.release().await;
    let [answer] = writers.join_all().await.try_into().unwrap();
    assert_eq!(answer.is(200)["notes"], "in flight");
    let House {
        node,
        sql,
        database,
        ..
    } = house;
    let (status, log) = node.end().await;
    assert_eq!(status.code(), Some(0), "{log}");
    let notes = sql.rows("SELECT notes, version FROM bookings").await;
    assert_eq!(notes, [json!({"notes": "in flight", "version": 2})]);
    drop(database);
}

async fn a_stop_while_many_write_breaks_no_answer_off_and_loses_nothing(database: TestDatabase) {
    let house = House::open(database).await;
    let customer = house.customer("ann").await;
    let (begun, mut all) = tokio::sync::watch::channel(0);
    let begun = std::sync::Arc::new(begun);
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let id = format!("booking-{writer}");
        house.booking(&id, &customer.id).await;
        let (client, begun) = (house.admin.clone(), std::sync::Arc::clone(&begun));
        writers.spawn(async move { (id.clone(), write_to_the_end(client, id, &begun).await) });
    }
    all.wait_for(|writes| *writes >= 5 * WRITERS).await.unwrap();
    let House {
        node,
        sql,
        database,
        ..
    } = house;
    let log = node.stop().await;
    for (id, acknowledged) in writers.join_all().await {
        let rows = sql
            .rows(&format!("SELECT notes FROM bookings WHERE id = '{id}'"))
            .await;
        // Who was never answered left the notes as they were.
        let kept: u32 = rows[0]["notes"].as_str().unwrap().parse().unwrap_or(0);
        // Of a request that was only sent nobody knows whether it was read, but it must not be read and dropped.
        assert_eq!(kept, acknowledged, "{id}: {log}");
    }
    assert_eq!(sql.differences().await, Vec::<Value>::new());
    drop(database);
}

/// Counts up in the notes of a booking until nobody answers; the last number that was acknowledged.
async fn write_to_the_end(
    client: Client,
    id: String,
    begun: &tokio::sync::watch::Sender<usize>,
) -> u32 {
    let path = format!("/bookings/{id}");
    for number in 1.. {
        let body = json!({"notes": number.to_string()});
        let Ok(answer) = client.attempt("PUT", &path, Some(&body)).await else {
            return number - 1;
        };
        answer.is(200);
        begun.send_modify(|begun| *begun += 1);
    }
    unreachable!("it ends before the numbers do")
}

async fn a_second_start_finds_everything(database: TestDatabase) {
    let house = House::open(database).await;
    let customer = house.customer("ann").await;
    let partner = house.partner("pat").await;
    for n in 0..20 {
        let id = format!("booking-{n}");
        house.booking(&id, &customer.id).await;
        let assignment = json!({"partnerId": partner.id});
        house
            .admin
            .post(&format!("/bookings/{id}/assign"), &assignment)
            .await
            .is(200);
    }
    let House {
        node,
        sql,
        database,
        admin,
        ..
    } = house;
    let events = admin.get("/api/events").await.is(200);
    let before = sql.dump().await;
    node.stop().await;
    assert_eq!(sql.dump().await, before);
    if let Some(file) = database.url().strip_prefix("sqlite://") {
        // Its log is folded into the file: that is all there is to copy away.
        let log = file.replace("?mode=rwc", "-wal");
        assert!(std::fs::metadata(log).is_err(), "the log is still there");
    }
    let node = Node::start(database.url()).await;
    assert_eq!(sql.dump().await, before);
    let admin = admin.at(&node);
    assert_eq!(admin.get("/api/events").await.is(200), events);
    assert_eq!(admin.get("/bookings").await.is(200)["total"], 20);
    let mirrors = format!("/users/{}/bookings", customer.id);
    assert_eq!(
        customer.client.at(&node).get(&mirrors).await.is(200)["total"],
        20
    );
}
