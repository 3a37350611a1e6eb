//! A mistake can be taken back.

use chrono::TimeDelta;
use serde_json::{Value, json};
use simulators::users::{User, UserServer, people};
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(
    every_user_becomes_what_it_was,
    users_changed_since_are_reported_and_left_alone,
    a_run_is_undone_once,
    an_undo_can_be_undone,
    only_completed_runs_are_undone,
);

async fn undo(app: &App, run: &Value) -> crate::support::Reply {
    let path = format!(
        "/api/user-sync/runs/{}/undo",
        run["runId"].as_str().unwrap()
    );
    app.post(&path, json!({})).await
}

/// Without what an undo changes as well: when.
async fn content(app: &App) -> Vec<Value> {
    let mut users = app.users(8).await;
    for user in &mut users {
        user.as_object_mut().unwrap().remove("updatedAt");
    }
    users
}

/// Five users, and a run that adds one, updates one, deactivates one and reactivates one.
async fn changed(database: TestDatabase) -> (App, UserServer, Vec<Value>, Value) {
    let app = App::on(database);
    let server = UserServer::start(people(5)).await.unwrap();
    app.locate(8, &server).await;
    app.sync().await;
    server.set_users(people(4));
    app.sync().await;
    let before = content(&app).await;
    let mut users = people(6);
    users.remove(3);
    "Changed".clone_into(&mut users[0].name);
    server.set_users(users);
    app.clock.advance(TimeDelta::minutes(1));
    let run = app.sync().await;
    let counts = ["added", "updated", "deactivated", "reactivated"]
        .map(|field| run[field].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1, 1]);
    (app, server, before, run)
}

async fn every_user_becomes_what_it_was(database: TestDatabase) {
    let (app, _server, before, run) = changed(database).await;
    let undone = undo(&app, &run).await.is(200);
    assert_eq!(
        (&undone["restored"], &undone["undoneRunId"]),
        (&json!(4), &run["runId"])
    );
    let after = content(&app).await;
    assert_eq!(&after[..5], &before[..], "all but the one that was added");
    assert_eq!(
        (&after[5]["email"], &after[5]["status"]),
        (&json!("user00006@dkm"), &json!("inactive"))
    );
    let path = format!("/api/user-sync/runs/{}", undone["runId"].as_str().unwrap());
    let told = app.get(&path).await.is(200);
    assert_eq!(
        (&told["trigger"], &told["undoneRunId"]),
        (&json!("undo"), &run["runId"])
    );
    let path = format!("{path}/changes");
    assert_eq!(app.get(&path).await.is(200)["total"], 4);
}

async fn users_changed_since_are_reported_and_left_alone(database: TestDatabase) {
    let (app, _server, _, run) = changed(database).await;
    let path = |user: &Value| format!("/api/directory/users/{}", user["id"].as_str().unwrap());
    let touched = app.user("user00001@dkm").await;
    app.patch(&path(&touched), json!({"phone": "1"}))
        .await
        .is(200);
    let gone = app.user("user00004@dkm").await;
    app.delete(&path(&gone)).await.is(200);
    let undone = undo(&app, &run).await.is(200);
    assert_eq!(undone["restored"], 2);
    let conflicts = undone["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 2);
    for conflict in [
        json!({"email": "user00001@dkm", "reason": "The user was changed since"}),
        json!({"email": "user00004@dkm", "reason": "The user was deleted since"}),
    ] {
        assert!(conflicts.contains(&conflict), "{conflicts:?}");
    }
    let user = app.user("user00001@dkm").await;
    assert_eq!(
        (&user["phone"], &user["name"]),
        (&json!("1"), &json!("Changed"))
    );
}

async fn a_run_is_undone_once(database: TestDatabase) {
    let (app, _server, _, run) = changed(database).await;
    let undone = undo(&app, &run).await.is(200);
    let again = undo(&app, &run).await;
    again.refuses_with(409, "conflict", "This run was undone already");
    assert_eq!(again.body["runId"], undone["runId"]);
}

async fn an_undo_can_be_undone(database: TestDatabase) {
    let (app, server, _, run) = changed(database).await;
    let before = content(&app).await;
    let undone = undo(&app, &run).await.is(200);
    undo(&app, &undone).await.is(200);
    assert_eq!(content(&app).await, before);
    server.edit_users(|users| users.insert(0, User::new(9, "nine@dkm")));
    assert_eq!(app.preview().await["summary"]["new"], 1);
}

async fn only_completed_runs_are_undone(database: TestDatabase) {
    let (app, server, _, _) = changed(database).await;
    server.refuse().await;
    let all = app
        .post("/api/user-sync/sync-all?wait=true", json!({}))
        .await
        .is(200);
    let refused = undo(&app, &all["runs"][0]).await;
    refused.refuses_with(409, "conflict", "Only a completed run can be undone");
    let refused = app.post("/api/user-sync/runs/nobody/undo", json!({})).await;
    refused.refuses(404, "There is no run nobody");
}
