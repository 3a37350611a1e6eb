use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use serde_json::json;
use sqlx::{Connection as _, Executor as _};
use test_support::TestDatabase;

use crate::harness::{Answer, House};

/// How many write at once.
const CLIENTS: usize = 8;
/// The longest that one may have to wait: the file's own patience, and a margin for a busy machine.
const LONGEST: Duration = Duration::from_secs(20);

async fn with_bookings() -> House {
    let house = House::open(TestDatabase::sqlite().await).await;
    let ana = house.customer("ana").await;
    for n in 0..CLIENTS {
        house.booking(&format!("B{n}"), &ana.id).await;
    }
    house
}

/// Everybody changes a booking, each their own.
async fn all_write(house: &House, notes: &str) -> Vec<Answer> {
    let body = json!({"notes": notes});
    let writes = (0..CLIENTS).map(async |n| {
        let path = format!("/bookings/B{n}");
        house.admin.put(&path, &body).await
    });
    join_all(writes).await
}

#[tokio::test]
async fn while_another_process_writes_readers_read_and_writers_wait() {
    let house = with_bookings().await;
    let mut other = house.sql.sqlite().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let reading = async {
        for n in 0..CLIENTS {
            let path = format!("/bookings/B{n}");
            let seen = house.admin.get(&path).await.is(200);
            assert_eq!(seen["version"], 1);
        }
        house.admin.get("/readyz").await.is(200);
        other.execute("COMMIT").await.unwrap();
    };
    let (answers, ()) = join(all_write(&house, "waited"), reading).await;
    for answer in answers {
        assert_eq!(answer.is(200)["notes"], "waited");
    }
    other.close().await.unwrap();
    house.expect_in_step().await;
}

#[tokio::test]
async fn who_cannot_write_in_time_is_told_to_come_back_and_not_why() {
    let house = with_bookings().await;
    let mut other = house.sql.sqlite().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let begun = Instant::now();
    for answer in all_write(&house, "too late").await {
        let refused = answer.refuses(503, "unavailable");
        assert!(!refused.to_string().contains("locked"), "{refused}");
    }
    assert!(begun.elapsed() < LONGEST, "{:?}", begun.elapsed());
    other.execute("COMMIT").await.unwrap();
    other.close().await.unwrap();
    let untouched = "SELECT COUNT(*) FROM bookings WHERE version = 1 AND notes = 'Ring twice'";
    assert_eq!(house.sql.count(untouched).await, 8);
    for answer in all_write(&house, "again").await {
        answer.is(200);
    }
    house.expect_in_step().await;
}
