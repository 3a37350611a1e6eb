//! Several nodes on one database, and nodes that died.

use chrono::TimeDelta;
use serde_json::json;
use simulators::users::{UserServer, people};
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(
    of_two_plans_carried_out_at_once_one_wins,
    the_same_plan_carried_out_at_once_is_used_once,
    a_run_whose_node_died_is_interrupted_by_any_other,
    a_run_that_was_given_up_changes_nothing,
);

async fn of_two_plans_carried_out_at_once_one_wins(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(50)).await.unwrap();
    app.locate(8, &server).await;
    let other = app.another_node().await;
    for round in 1..=4 {
        server.set_users(people(50 + round));
        let (one, two) = (app.preview().await, app.preview().await);
        let (one, two) = tokio::join!(
            app.execute(&one, json!({})),
            other.execute(8, &two, json!({}))
        );
        let (winner, loser) = if one.status == 200 {
            (one, two)
        } else {
            (two, one)
        };
        winner.is(200);
        assert_eq!(
            (loser.status.as_u16(), &loser.body["code"]),
            (409, &json!("stale_preview"))
        );
        let found = app.get("/api/directory/users?status=active").await.is(200);
        assert_eq!(found["total"], 50 + round);
    }
}

async fn the_same_plan_carried_out_at_once_is_used_once(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(50)).await.unwrap();
    app.locate(8, &server).await;
    let other = app.another_node().await;
    let preview = app.preview().await;
    let (one, two) = tokio::join!(
        app.execute(&preview, json!({})),
        other.execute(8, &preview, json!({}))
    );
    let (winner, loser) = if one.status == 200 {
        (one, two)
    } else {
        (two, one)
    };
    let winner = winner.is(200);
    assert_eq!(
        (&loser.body["code"], &loser.body["runId"]),
        (&json!("preview_used"), &winner["runId"])
    );
}

/// A run as a node leaves it that dies after it began.
const DEAD: &str =
    "UPDATE user_sync_runs SET status = 'running', phase = 'executing', finished_at = NULL";

async fn a_run_whose_node_died_is_interrupted_by_any_other(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(5)).await.unwrap();
    app.locate(8, &server).await;
    let run = app.sync().await;
    app.tamper(DEAD).await;
    server.set_users(people(6));
    let preview = app.preview().await;
    let refused = app.execute(&preview, json!({})).await;
    assert_eq!(
        (&refused.body["code"], &refused.body["runId"]),
        (&json!("stale_preview"), &run["runId"])
    );
    let other = app.another_node().await;
    other.schedules.run_once().await.unwrap();
    let path = format!("/api/user-sync/runs/{}", run["runId"].as_str().unwrap());
    assert_eq!(
        app.get(&path).await.is(200)["status"],
        "running",
        "its lease holds"
    );
    app.clock.advance(TimeDelta::seconds(15));
    other.schedules.run_once().await.unwrap();
    let run = app.get(&path).await.is(200);
    assert_eq!(
        (&run["status"], &run["error"]),
        (&json!("failed"), &json!("interrupted"))
    );
    app.execute(&preview, json!({})).await.is(200);
}

async fn a_run_that_was_given_up_changes_nothing(database: TestDatabase) {
    use user_sync::{Applied, RunId, SeaSyncRepository, SyncRepository as _};
    let app = App::on(database);
    let server = UserServer::start(people(5)).await.unwrap();
    app.locate(8, &server).await;
    let run = app.sync().await;
    app.tamper("UPDATE user_sync_runs SET status = 'failed'")
        .await;
    let repository = SeaSyncRepository::new(app.database.database().clone());
    let id = RunId::parse(run["runId"].as_str().unwrap()).unwrap();
    let now = chrono::DateTime::from_timestamp(crate::support::NOW, 0).unwrap();
    assert_eq!(
        repository.apply(&id, now).await.unwrap(),
        Applied::Interrupted
    );
    assert_eq!(
        repository.undo(&id, now).await.unwrap(),
        Applied::Interrupted
    );
}
