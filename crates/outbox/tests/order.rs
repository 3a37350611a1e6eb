//! The order of the tail, and what is kept.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use auth::AccountId;
use chrono::{DateTime, TimeDelta, Utc};
use clock::{Clock, FixedClock};
use database::{Database, StorageError};
use outbox::{Audience, Fact, Listener, RecordedEvent, Retention, Tail, append};
use rand::RngExt;
use serde_json::json;
use test_support::{TestDatabase, on_both};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

on_both!(
    events_are_heard_in_order_with_their_ids,
    a_tail_begins_behind_what_is_there,
    a_rolled_back_change_tells_nothing_and_holds_nothing_up,
    events_older_than_seven_days_are_dropped,
    events_for_everybody_are_dropped_after_an_hour,
    no_late_commit_is_missed_by_three_tails_beside_writers,
);

#[derive(Default)]
struct Ear(Mutex<Vec<RecordedEvent>>);

impl Ear {
    fn ids(&self) -> Vec<i64> {
        self.0
            .lock()
            .unwrap()
            .iter()
            .map(|event| event.event_id)
            .collect()
    }
}

#[async_trait]
impl Listener for Ear {
    async fn hear(&self, events: &[RecordedEvent]) {
        self.0.lock().unwrap().extend_from_slice(events);
    }
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn fact(n: usize) -> Fact {
    let account = AccountId::parse("someone").unwrap();
    Fact::new(
        Audience::Account(account),
        "thing:happened",
        json!({"n": n}),
    )
}

async fn record(database: &Database, facts: &[Fact], at: DateTime<Utc>) {
    database
        .write(|transaction| async move {
            Ok::<_, StorageError>(append(&*transaction, facts, at).await?)
        })
        .await
        .unwrap();
}

async fn tail(database: Database) -> (Tail, Arc<Ear>) {
    let ear = Arc::new(Ear::default());
    (Tail::start(database, vec![ear.clone()]).await.unwrap(), ear)
}

async fn events_are_heard_in_order_with_their_ids(test: TestDatabase) {
    let (tail, ear) = tail(test.database().clone()).await;
    record(test.database(), &[fact(1), fact(2)], start()).await;
    record(test.database(), &[fact(3)], start()).await;
    assert_eq!(tail.run_once().await.unwrap(), 3);
    assert_eq!(tail.run_once().await.unwrap(), 0);
    let heard = ear.0.lock().unwrap();
    let data: Vec<serde_json::Value> = heard
        .iter()
        .map(|e| serde_json::from_str(e.data.get()).unwrap())
        .collect();
    let expected: Vec<_> = (1..=3)
        .map(|n| json!({"eventId": heard[n - 1].event_id, "n": n}))
        .collect();
    assert_eq!(data, expected);
    assert!(heard.is_sorted_by(|a, b| a.event_id < b.event_id));
    assert_eq!(heard[0].created_at, start());
}

async fn a_tail_begins_behind_what_is_there(test: TestDatabase) {
    record(test.database(), &[fact(1)], start()).await;
    let (tail, ear) = tail(test.database().clone()).await;
    record(test.database(), &[fact(2)], start()).await;
    tail.run_once().await.unwrap();
    assert_eq!(ear.ids().len(), 1);
    assert_eq!(tail.settled().await.unwrap(), ear.ids()[0]);
    assert_eq!(tail.lag(start()).await.unwrap().events, 0);
}

async fn a_rolled_back_change_tells_nothing_and_holds_nothing_up(test: TestDatabase) {
    #[derive(Debug, thiserror::Error)]
    enum Refused {
        #[error("on purpose")]
        OnPurpose,
        #[error(transparent)]
        Storage(#[from] StorageError),
    }
    let (tail, ear) = tail(test.database().clone()).await;
    let (lost, at) = (&[fact(1)], start());
    let refused = test.database().write(|transaction| async move {
        append(&*transaction, lost, at)
            .await
            .map_err(StorageError::from)?;
        Err::<(), _>(Refused::OnPurpose)
    });
    assert!(matches!(refused.await, Err(Refused::OnPurpose)));
    record(test.database(), &[fact(2)], start()).await;
    assert_eq!(tail.run_once().await.unwrap(), 1);
    assert!(ear.0.lock().unwrap()[0].data.get().contains("\"n\":2"));
}

async fn events_older_than_seven_days_are_dropped(test: TestDatabase) {
    let clock = Arc::new(FixedClock::at(start()));
    let retention = Retention::new(test.database().clone(), clock.clone());
    record(test.database(), &[fact(1)], clock.now()).await;
    clock.advance(TimeDelta::days(7));
    record(test.database(), &[fact(2)], clock.now()).await;
    assert_eq!(
        retention.run_once().await.unwrap(),
        0,
        "seven days are kept"
    );
    clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(retention.run_once().await.unwrap(), 1);
    let (tail, _) = tail(test.database().clone()).await;
    let position = tail.position();
    record(test.database(), &[fact(3)], clock.now()).await;
    tail.run_once().await.unwrap();
    assert!(
        tail.position() > position,
        "ids go on behind the dropped ones"
    );
}

async fn events_for_everybody_are_dropped_after_an_hour(test: TestDatabase) {
    let clock = Arc::new(FixedClock::at(start()));
    let retention = Retention::new(test.database().clone(), clock.clone());
    let public = Fact::new(Audience::Everybody, "thing:happened", json!({}));
    record(test.database(), &[public, fact(1)], clock.now()).await;
    clock.advance(TimeDelta::hours(1));
    assert_eq!(retention.run_once().await.unwrap(), 0, "an hour is kept");
    clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(
        retention.run_once().await.unwrap(),
        1,
        "what is for one account stays"
    );
    clock.advance(TimeDelta::days(7));
    assert_eq!(retention.run_once().await.unwrap(), 1);
}

/// Writers hold their ids for a random time before they commit or roll back; each node has a tail that runs beside them.
async fn no_late_commit_is_missed_by_three_tails_beside_writers(test: TestDatabase) {
    const WRITERS: usize = 8;
    const WRITES: usize = 25;
    let stop = CancellationToken::new();
    let mut tails = JoinSet::new();
    let mut ears = Vec::new();
    let mut nodes = Vec::new();
    for _ in 0..3 {
        let node = test.another_node().await;
        let (tail, ear) = tail(node.clone()).await;
        let (tail, stop) = (Arc::new(tail), stop.clone());
        ears.push(ear);
        nodes.push((node, Arc::clone(&tail)));
        tails.spawn(async move { tail.run(stop).await });
    }
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let database = nodes[writer % nodes.len()].0.clone();
        writers.spawn(async move { write_with_delays(&database, writer, WRITES).await });
    }
    let committed: Vec<usize> = writers.join_all().await.into_iter().flatten().collect();
    for (_, tail) in &nodes {
        tail.settled().await.unwrap();
    }
    stop.cancel();
    tails.join_all().await;
    let sorted = |mut numbers: Vec<usize>| {
        numbers.sort_unstable();
        numbers
    };
    for ear in &ears {
        assert!(ear.ids().is_sorted_by(|a, b| a < b), "in order, none twice");
        assert_eq!(ear.ids(), ears[0].ids(), "every node hears the same");
        let heard = ear.0.lock().unwrap();
        let numbers = heard.iter().map(number_in).collect();
        assert_eq!(
            sorted(numbers),
            sorted(committed.clone()),
            "nothing missed, nothing that was rolled back"
        );
    }
    each_writer_is_heard_in_order(&ears[0]);
}

fn each_writer_is_heard_in_order(ear: &Ear) {
    let heard = ear.0.lock().unwrap();
    let mut last = HashMap::new();
    for number in heard.iter().map(number_in) {
        let before = last.insert(number / 1_000, number);
        assert!(
            before.is_none_or(|before| before < number),
            "each writer's events in the order of its commits"
        );
    }
}

fn number_in(event: &RecordedEvent) -> usize {
    let data: serde_json::Value = serde_json::from_str(event.data.get()).unwrap();
    usize::try_from(data["n"].as_u64().unwrap()).unwrap()
}

/// Writes one by one and says what was committed; every fifth write is rolled back after it took its id.
async fn write_with_delays(database: &Database, writer: usize, count: usize) -> Vec<usize> {
    #[derive(Debug, thiserror::Error)]
    #[error("rolled back")]
    struct RolledBack(#[from] StorageError);

    let mut committed = Vec::new();
    for write in 0..count {
        let number = writer * 1_000 + write;
        let delay = Duration::from_micros(rand::rng().random_range(0..4_000));
        let rolled_back = rand::rng().random_ratio(1, 5);
        let outcome = database.write(|transaction| async move {
            append(&*transaction, &[fact(number)], start())
                .await
                .map_err(StorageError::from)?;
            let _ = tokio::time::timeout(delay, std::future::pending::<()>()).await;
            if rolled_back {
                Err(RolledBack(StorageError::Corrupt(String::new())))
            } else {
                Ok(())
            }
        });
        if outcome.await.is_ok() {
            committed.push(number);
        }
    }
    committed
}
