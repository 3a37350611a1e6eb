//! The process is killed at random moments, again and again, and nothing is ever lost or half done.

mod books;
mod staff;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use test_support::{TestDatabase, on_both};

use self::{books::Books, staff::Staff};
use crate::harness::{House, setting, until};

on_both!(nothing_is_lost_or_half_done_when_the_process_is_killed_at_any_moment);

/// How often the process is killed, on each database.
const ROUNDS: u32 = 20;
/// A round ends after at most so many requests and answers.
const MOMENTS: u32 = 120;

/// What all chance of a run comes from; `SEED` sets it.
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    pub(crate) fn of_run() -> Self {
        let set = setting("SEED").map(|text| text.parse().unwrap());
        Self(set.unwrap_or_else(rand::random))
    }
}

impl Drop for Seed {
    #[expect(
        clippy::print_stderr,
        reason = "whoever sees it fail wants to see it again"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("SEED={}", self.0);
        }
    }
}

async fn nothing_is_lost_or_half_done_when_the_process_is_killed_at_any_moment(
    database: TestDatabase,
) {
    let seed = Seed::of_run();
    let rounds = setting("ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    let mut random = StdRng::seed_from_u64(seed.0);
    let mut house = House::open(database).await;
    let staff = Staff::hire(&house).await;
    let mut books = Books::default();
    for _ in 0..rounds {
        let moment = random.random_range(1..MOMENTS);
        let said = staff.work_until(moment, &mut house.node, &mut random).await;
        nobody_else_is_connected(&house).await;
        house.node.restart().await;
        books.read(&house.sql).await;
        books.agree_with(&said);
        books.agree_with_tables(&house.sql).await;
        let drift = house
            .admin
            .at(&house.node)
            .get("/bookings/sync-drift")
            .await;
        assert_eq!(drift.is(200)["total"], 0);
    }
    assert!(!books.is_empty());
}

/// Postgres finishes statements of clients that are gone.
pub(crate) async fn nobody_else_is_connected(house: &House) {
    if house.sql.is_sqlite() {
        return;
    }
    let others = "SELECT COUNT(*) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    until("the server has let go of the killed process", async || {
        house.sql.count(others).await == 0
    })
    .await;
}
