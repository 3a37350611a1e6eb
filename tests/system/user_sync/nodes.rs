//! Several gateways on one Postgres.

use futures_util::future::join;
use serde_json::json;
use simulators::users::{UserServer, people};
use test_support::TestDatabase;

use super::{VARIABLES, execute_path, locate, preview};
use crate::harness::{House, Node, until};

#[tokio::test]
async fn two_admins_on_two_nodes_one_wins_and_the_other_is_stale() {
    let server = UserServer::start(people(50)).await.unwrap();
    let house = House::open_with(TestDatabase::postgres().await, &VARIABLES).await;
    let second = Node::start_with(house.database.url(), &VARIABLES).await;
    let (one, two) = (&house.admin, &house.admin.at(&second));
    locate(one, 8, &server).await;
    for round in 0..5 {
        server.set_users(people(60 + round));
        let (first, other) = (preview(one, 8).await, preview(two, 8).await);
        let path = execute_path(8);
        let (first, other) = join(one.post(&path, &first), two.post(&path, &other)).await;
        let (winner, loser) = if first.status == 200 {
            (first, other)
        } else {
            (other, first)
        };
        winner.is(200);
        loser.refuses(409, "stale_preview");
        let users = one.get("/api/directory/users?status=active").await.is(200);
        assert_eq!(users["total"], 60 + round);
    }
}

#[tokio::test]
async fn three_nodes_run_a_schedule_once() {
    let server = UserServer::start(people(5)).await.unwrap();
    let house = House::open_with(TestDatabase::postgres().await, &VARIABLES).await;
    let _second = Node::start_with(house.database.url(), &VARIABLES).await;
    let _third = Node::start_with(house.database.url(), &VARIABLES).await;
    locate(&house.admin, 8, &server).await;
    let schedule = json!({"cron": "0 2 * * *", "timezone": "Asia/Jakarta"});
    let path = "/api/directory/locations/8/schedule";
    house.admin.put(path, &schedule).await.is(200);
    let ended = "SELECT COUNT(*) FROM user_sync_runs WHERE status = 'completed'";
    for round in 1..=3 {
        let due = format!("UPDATE directory_locations SET next_run = {round}");
        house.sql.execute(&due).await;
        until("it ran", async || house.sql.count(ended).await >= round).await;
        let all = "SELECT COUNT(*) FROM user_sync_runs";
        assert_eq!(house.sql.count(all).await, round);
    }
    assert_eq!(server.calls().users, 3);
}
