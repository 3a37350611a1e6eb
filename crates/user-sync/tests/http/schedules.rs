//! Schedules: once over all nodes, missed ones once.

use chrono::TimeDelta;
use serde_json::json;
use simulators::users::{UserServer, people};
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(
    three_nodes_run_a_schedule_once,
    what_was_missed_is_made_up_for_once,
    the_guard_holds_for_schedules_too,
    nonsense_is_refused_and_null_removes,
    a_schedule_that_fails_leaves_a_run_that_says_why,
);

const PATH: &str = "/api/directory/locations/8/schedule";

async fn scheduled(database: TestDatabase) -> (App, UserServer) {
    let app = App::on(database);
    let server = UserServer::start(people(10)).await.unwrap();
    app.locate(8, &server).await;
    app.put(PATH, json!({"cron": "0 2 * * *", "timezone": "UTC"}))
        .await
        .is(200);
    (app, server)
}

async fn three_nodes_run_a_schedule_once(database: TestDatabase) {
    let (app, _server) = scheduled(database).await;
    let (one, two) = (app.another_node().await, app.another_node().await);
    app.clock.advance(TimeDelta::hours(18));
    let (a, b, c) = tokio::join!(
        app.node.schedules.run_once(),
        one.schedules.run_once(),
        two.schedules.run_once()
    );
    assert_eq!(a.unwrap() + b.unwrap() + c.unwrap(), 1);
    let runs = app.get("/api/user-sync/runs").await.is(200);
    assert_eq!(
        (&runs["total"], &runs["items"][0]["status"]),
        (&json!(1), &json!("completed"))
    );
}

async fn what_was_missed_is_made_up_for_once(database: TestDatabase) {
    let (app, _server) = scheduled(database).await;
    app.clock.advance(TimeDelta::days(5));
    assert_eq!(app.node.schedules.run_once().await.unwrap(), 1);
    assert_eq!(app.node.schedules.run_once().await.unwrap(), 0);
    let location = app.get("/api/directory/locations/8").await.is(200);
    assert_eq!(location["nextRun"], "2027-01-21T02:00:00.000Z");
}

async fn the_guard_holds_for_schedules_too(database: TestDatabase) {
    let (app, server) = scheduled(database).await;
    app.sync().await;
    server.set_users(Vec::new());
    app.clock.advance(TimeDelta::days(1));
    app.node.schedules.run_once().await.unwrap();
    let runs = app.get("/api/user-sync/runs").await.is(200);
    let run = &runs["items"][0];
    assert_eq!(
        (&run["status"], &run["errorCode"]),
        (&json!("failed"), &json!("large_deletion"))
    );
    assert_eq!(app.emails(8, "active").await.len(), 10);
}

async fn nonsense_is_refused_and_null_removes(database: TestDatabase) {
    let (app, _server) = scheduled(database).await;
    for (cron, zone, field) in [
        ("0 2 * *", "UTC", "cron"),
        ("0 0 2 * * *", "UTC", "cron"),
        ("@daily", "UTC", "cron"),
        ("0 0 30 2 *", "UTC", "cron"),
        ("0 2 * * *", "Mars/Olympus", "timezone"),
    ] {
        let refused = app.put(PATH, json!({"cron": cron, "timezone": zone})).await;
        refused.refuses_field(field);
    }
    app.put(PATH, json!({})).await.refuses_field("cron");
    let location = app.put(PATH, json!({"cron": null})).await.is(200);
    assert_eq!(
        (&location["schedule"], &location["nextRun"]),
        (&json!(null), &json!(null))
    );
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(app.node.schedules.run_once().await.unwrap(), 0);
}

async fn a_schedule_that_fails_leaves_a_run_that_says_why(database: TestDatabase) {
    let (app, server) = scheduled(database).await;
    server.refuse().await;
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(app.node.schedules.run_once().await.unwrap(), 1);
    let runs = app.get("/api/user-sync/runs").await.is(200);
    let run = &runs["items"][0];
    assert_eq!(
        run["error"],
        "Failed to login to external API: Connection refused"
    );
    assert_eq!(
        (&run["status"], &run["trigger"]),
        (&json!("failed"), &json!("schedule"))
    );
}
