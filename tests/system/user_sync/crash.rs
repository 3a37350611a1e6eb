//! The process is killed while it carries out a sync and takes another one back: all of each is done, or nothing.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use simulators::users::{UserServer, people};
use test_support::{TestDatabase, on_both};

use super::{VARIABLES, execute_path, locate, preview, sync};
use crate::{
    crash::{Seed, nobody_else_is_connected},
    harness::{Client, House, setting, until},
};

on_both!(a_killed_process_leaves_all_of_a_run_or_nothing_and_the_run_says_which);

/// How often the process is killed, on each database.
const ROUNDS: i64 = 20;
/// Users of a server.
const USERS: i64 = 500;
/// A process is killed after at most so many answers to somebody else.
const MOMENTS: u32 = 60;

async fn a_killed_process_leaves_all_of_a_run_or_nothing_and_the_run_says_which(
    database: TestDatabase,
) {
    let seed = Seed::of_run();
    let rounds = setting("ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    let mut random = StdRng::seed_from_u64(seed.0);
    let server = UserServer::start(people(500)).await.unwrap();
    let mut house = House::open_with(database, &VARIABLES).await;
    for round in 1..=rounds {
        let (fresh, synced) = (round * 2, round * 2 + 1);
        let admin = house.admin.at(&house.node);
        for location in [fresh, synced] {
            locate(&admin, location, &server).await;
        }
        let run = sync(&admin, synced).await;
        let request = preview(&admin, fresh).await;
        let moment = random.random_range(1..MOMENTS);
        let (execute, undo) = (
            execute_path(fresh),
            format!("/api/user-sync/runs/{run}/undo"),
        );
        kill_amid(
            &house,
            &admin,
            [(&execute, &request), (&undo, &json!({}))],
            moment,
        )
        .await;
        nobody_else_is_connected(&house).await;
        house.node.restart().await;
        for location in [fresh, synced] {
            let active = active(&house, location).await;
            assert!([0, USERS].contains(&active), "{active} users of {location}");
        }
    }
    let running = "SELECT COUNT(*) FROM user_sync_runs WHERE status = 'running'";
    until("every run has ended", async || {
        house.sql.count(running).await == 0
    })
    .await;
    for round in 1..=rounds {
        let executed = completed(&house, round * 2, "manual").await;
        assert_eq!(active(&house, round * 2).await, executed * USERS);
        let undone = completed(&house, round * 2 + 1, "undo").await;
        assert_eq!(active(&house, round * 2 + 1).await, (1 - undone) * USERS);
    }
    let odd =
        "SELECT COUNT(*) FROM user_sync_runs WHERE status = 'failed' AND error <> 'interrupted'";
    assert_eq!(house.sql.count(odd).await, 0);
}

/// Sends two calls and kills the process after `moment` answers to somebody else.
async fn kill_amid(house: &House, admin: &Client, calls: [(&String, &Value); 2], moment: u32) {
    let [first, second] = calls.map(|(path, body)| admin.attempt("POST", path, Some(body)));
    let killed = async {
        for _ in 0..moment {
            admin.get("/healthz").await.is(200);
        }
        house.node.signal("KILL");
    };
    // Whether they lived to answer does not matter: the run says what became of it.
    let _ = futures_util::future::join3(first, second, killed).await;
}

async fn active(house: &House, location: i64) -> i64 {
    let select = format!(
        "SELECT COUNT(*) FROM directory_users WHERE location_id = {location} AND status = 'active'"
    );
    house.sql.count(&select).await
}

async fn completed(house: &House, location: i64, trigger: &str) -> i64 {
    let select = format!(
        "SELECT COUNT(*) FROM user_sync_runs WHERE location_id = {location} AND run_trigger = '{trigger}' \
         AND status = 'completed'"
    );
    house.sql.count(&select).await
}
