use serde_json::json;
use simulators::users::{UserServer, people};
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(
    each_location_is_on_its_own,
    the_guard_blocks_one_location_and_can_be_overridden,
    without_waiting_the_runs_are_told,
);

async fn each_location_is_on_its_own(database: TestDatabase) {
    let app = App::on(database);
    let mut servers = Vec::new();
    for location in 1..=3 {
        let server = UserServer::start(people(4)).await.unwrap();
        app.locate(location, &server).await;
        servers.push(server);
    }
    servers[1].refuse().await;
    let all = app
        .post("/api/user-sync/sync-all?wait=true", json!({}))
        .await
        .is(200);
    let runs = all["runs"].as_array().unwrap();
    let of = |field: &str| {
        runs.iter()
            .map(|run| run[field].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("locationId"), [1, 2, 3]);
    assert_eq!(of("status"), ["completed", "failed", "completed"]);
    let message =
        "Sync completed successfully! 4 users added, 0 users deactivated, 0 users unchanged.";
    assert_eq!(runs[0]["message"], message);
    assert_eq!(
        runs[1]["error"],
        "Failed to login to external API: Connection refused"
    );
    assert_eq!((app.users(1).await.len(), app.users(2).await.len()), (4, 0));
    let path = format!("/api/user-sync/runs/{}", runs[2]["runId"].as_str().unwrap());
    assert_eq!(app.get(&path).await.is(200)["trigger"], "bulk");
}

async fn the_guard_blocks_one_location_and_can_be_overridden(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(4)).await.unwrap();
    app.locate(8, &server).await;
    app.sync().await;
    server.set_users(Vec::new());
    let path = "/api/user-sync/sync-all?wait=true";
    let all = app.post(path, json!({})).await.is(200);
    assert_eq!(all["runs"][0]["errorCode"], "large_deletion");
    assert_eq!(app.emails(8, "active").await.len(), 4);
    let all = app
        .post(path, json!({"allowLargeDeletion": true}))
        .await
        .is(200);
    assert_eq!(all["runs"][0]["status"], "completed");
    assert_eq!(app.emails(8, "inactive").await.len(), 4);
}

async fn without_waiting_the_runs_are_told(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(4)).await.unwrap();
    app.locate(8, &server).await;
    let all = app.post("/api/user-sync/sync-all", json!({})).await.is(202);
    assert_eq!(all["runs"][0]["status"], "running");
    assert!(all["runs"][0]["runId"].is_string());
}
