//! What was previewed is what happens, once, or nothing does.

use chrono::TimeDelta;
use serde_json::json;
use simulators::users::{User, UserServer, people};
use test_support::{TestDatabase, on_both};
use user_sync::{Phase, Subject};

use crate::support::{App, texts};

on_both!(
    fields_that_change_are_named,
    what_the_server_says_later_does_not_matter,
    a_plan_is_used_once_and_answers_with_its_run,
    a_plan_is_too_old_after_fifteen_minutes,
    a_plan_is_stale_when_the_content_of_the_users_changed,
    who_comes_back_is_active_again,
    users_by_hand_are_never_deactivated,
    other_locations_are_never_touched,
    long_lists_are_read_in_windows,
    twenty_thousand_users_are_all_known_again,
    a_plan_belongs_to_its_location,
    without_waiting_the_run_is_told,
    progress_is_told,
    forgotten_plans_are_gone,
);

async fn synced(database: TestDatabase, users: Vec<User>) -> (App, UserServer) {
    let app = App::on(database);
    let server = UserServer::start(users).await.unwrap();
    app.locate(8, &server).await;
    app.sync().await;
    (app, server)
}

async fn fields_that_change_are_named(database: TestDatabase) {
    let (app, server) = synced(database, people(2)).await;
    server.edit_users(|users| {
        users[1].phone = None;
        "Somebody Else".clone_into(&mut users[1].name);
        "not compared".clone_into(&mut users[1].location);
    });
    let preview = app.preview().await;
    let changes = json!([{"field": "name", "from": "User 1", "to": "Somebody Else"},
        {"field": "phone", "from": "085700000001", "to": null}]);
    assert_eq!(
        preview["updated"],
        json!([{"email": "user00001@dkm", "changes": changes}])
    );
    let done = app.execute(&preview, json!({})).await.is(200);
    assert_eq!(
        (&done["updated"], &done["unchanged"]),
        (&json!(1), &json!(1))
    );
    let user = app.user("user00001@dkm").await;
    assert_eq!(
        (&user["name"], &user["phone"]),
        (&json!("Somebody Else"), &json!(null))
    );
    let path = format!(
        "/api/user-sync/runs/{}/changes",
        done["runId"].as_str().unwrap()
    );
    let listed = app.get(&path).await.is(200);
    assert_eq!(
        (
            &listed["items"][0]["action"],
            &listed["items"][0]["changes"]
        ),
        (&json!("updated"), &changes)
    );
}

async fn what_the_server_says_later_does_not_matter(database: TestDatabase) {
    let (app, server) = synced(database, people(2)).await;
    server.edit_users(|users| users.insert(0, User::new(3, "three@dkm")));
    let preview = app.preview().await;
    server.set_users(Vec::new());
    app.execute(&preview, json!({})).await.is(200);
    assert_eq!(app.emails(8, "active").await.len(), 3);
}

async fn a_plan_is_used_once_and_answers_with_its_run(database: TestDatabase) {
    let (app, server) = synced(database, people(2)).await;
    server.set_users(people(3));
    let preview = app.preview().await;
    let done = app.execute(&preview, json!({})).await.is(200);
    app.clock.advance(TimeDelta::hours(1));
    let again = app.execute(&preview, json!({})).await;
    again.refuses_with(409, "preview_used", "This preview was carried out already");
    assert_eq!(again.body["runId"], done["runId"]);
    assert_eq!(app.users(8).await.len(), 3);
}

async fn a_plan_is_too_old_after_fifteen_minutes(database: TestDatabase) {
    let (app, server) = synced(database, people(2)).await;
    server.set_users(people(3));
    let preview = app.preview().await;
    assert_eq!(preview["expiresAt"], "2027-01-15T08:15:00.000Z");
    app.clock.advance(TimeDelta::minutes(15));
    let refused = app.execute(&preview, json!({})).await;
    let sentence = "This preview is older than 15 minutes; make a new one";
    refused.refuses_with(409, "preview_expired", sentence);
    assert_eq!(app.users(8).await.len(), 2);
}

async fn a_plan_is_stale_when_the_content_of_the_users_changed(database: TestDatabase) {
    let (app, server) = synced(database, people(3)).await;
    server.set_users(people(4));
    let preview = app.preview().await;
    let user = app.user("user00002@dkm").await;
    let path = format!("/api/directory/users/{}", user["id"].as_str().unwrap());
    app.patch(&path, json!({"name": "Changed"})).await.is(200);
    let refused = app.execute(&preview, json!({})).await;
    let sentence = "The users of this location have changed since the preview (user00002@dkm was updated); make a new one";
    refused.refuses_with(409, "stale_preview", sentence);
    assert_eq!(
        refused.body["changed"],
        json!([{"email": "user00002@dkm", "change": "updated"}])
    );
    assert_eq!(app.users(8).await.len(), 3);
    app.patch(&path, json!({"name": "User 2"})).await.is(200);
    app.clock.advance(TimeDelta::minutes(10));
    app.execute(&preview, json!({})).await.is(200);
    assert_eq!(
        app.users(8).await.len(),
        4,
        "changed and changed back is what it was"
    );
    server.set_users(people(5));
    let preview = app.preview().await;
    let by_hand = json!({"email": "hand@dkm", "name": "Hand", "locationId": 8});
    app.post("/api/directory/users", by_hand).await.is(201);
    let refused = app.execute(&preview, json!({})).await;
    assert_eq!(
        refused.body["changed"],
        json!([{"email": "hand@dkm", "change": "added"}])
    );
}

async fn who_comes_back_is_active_again(database: TestDatabase) {
    let (app, server) = synced(database, people(3)).await;
    server.set_users(people(2));
    app.sync().await;
    assert_eq!(app.emails(8, "inactive").await, ["user00003@dkm"]);
    let before = app.user("user00003@dkm").await;
    server.edit_users(|users| users.insert(0, User::new(3, "user00003@dkm").named("Back Again")));
    let preview = app.preview().await;
    assert_eq!(texts(&preview["reactivated"], "email"), ["user00003@dkm"]);
    assert_eq!(preview["summary"]["new"], 0);
    let done = app.execute(&preview, json!({})).await.is(200);
    assert_eq!(done["reactivated"], 1);
    let after = app.user("user00003@dkm").await;
    assert_eq!(
        (&after["id"], &after["name"]),
        (&before["id"], &json!("Back Again"))
    );
    assert_eq!(after["status"], "active");
}

async fn users_by_hand_are_never_deactivated(database: TestDatabase) {
    let (app, server) = synced(database, people(2)).await;
    for email in ["hand@dkm", "both@dkm"] {
        let by_hand = json!({"email": email, "name": "Hand", "locationId": 8});
        assert_eq!(
            app.post("/api/directory/users", by_hand).await.is(201)["source"],
            "manual"
        );
    }
    server.edit_users(|users| users.insert(0, User::new(9, "both@dkm")));
    let preview = app.preview().await;
    assert_eq!(texts(&preview["updated"], "email"), ["both@dkm"]);
    app.execute(&preview, json!({})).await.is(200);
    server.set_users(people(2));
    let preview = app.preview().await;
    assert_eq!(
        (
            &preview["summary"]["deleted"],
            &preview["summary"]["unchanged"]
        ),
        (&json!(0), &json!(2))
    );
    app.execute(&preview, json!({})).await.is(200);
    assert_eq!(app.emails(8, "active").await.len(), 4);
}

async fn other_locations_are_never_touched(database: TestDatabase) {
    let (app, server) = synced(database, people(3)).await;
    let other = UserServer::start(people(3)).await.unwrap();
    app.locate(7, &other).await;
    let path = "/api/user-sync/locations/7/preview";
    let preview = app.post(path, json!({})).await.is(200);
    app.node.execute(7, &preview, json!({})).await.is(200);
    let before = app.users(7).await;
    server.set_users(Vec::new());
    let preview = app.preview().await;
    app.execute(&preview, json!({"allowLargeDeletion": true}))
        .await
        .is(200);
    assert_eq!(app.users(7).await, before);
}

async fn long_lists_are_read_in_windows(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(1_100)).await.unwrap();
    app.locate(8, &server).await;
    let preview = app.preview().await;
    assert_eq!(preview["summary"]["new"], 1_100);
    assert_eq!(preview["new"].as_array().unwrap().len(), 1_000);
    let id = preview["previewId"].as_str().unwrap();
    let path = |group: &str| format!("/api/user-sync/previews/{id}/{group}?perPage=200&page=6");
    let listed = app.get(&path("new")).await.is(200);
    assert_eq!(
        (&listed["total"], &listed["page"]),
        (&json!(1_100), &json!(6))
    );
    assert_eq!(listed["items"].as_array().unwrap().len(), 100);
    assert_eq!(
        listed["items"][99]["email"], "user00001@dkm",
        "in the order of the server"
    );
    app.get(&path("nonsense")).await.refuses_field("group");
    app.execute(&preview, json!({})).await.is(200);
    let preview = app.preview().await;
    assert_eq!(preview["unchanged"].as_array().unwrap().len(), 1_000);
    let id = preview["previewId"].as_str().unwrap();
    let path = format!("/api/user-sync/previews/{id}/unchanged?perPage=200&page=6");
    let listed = app.get(&path).await.is(200);
    assert_eq!(
        (&listed["total"], listed["items"].as_array().unwrap().len()),
        (&json!(1_100), 100)
    );
    let head = app
        .get(&format!("/api/user-sync/previews/{id}"))
        .await
        .is(200);
    assert_eq!(
        (&head["summary"], &head["guard"]),
        (&preview["summary"], &preview["guard"])
    );
}

async fn twenty_thousand_users_are_all_known_again(database: TestDatabase) {
    let (app, server) = synced(database, people(20_000)).await;
    let preview = app.preview().await;
    let summary = json!({"new": 0, "reactivated": 0, "updated": 0, "deleted": 0, "unchanged": 20_000, "invalid": 0,
        "total": 20_000});
    for (name, count) in summary.as_object().unwrap() {
        assert_eq!(preview["summary"][name], *count, "{name}");
    }
    server.edit_users(|users| {
        users.pop();
        "Somebody Else".clone_into(&mut users[0].name);
    });
    let summary = &app.preview().await["summary"];
    let counts = ["unchanged", "updated", "deleted"].map(|name| summary[name].clone());
    assert_eq!(counts, [json!(19_998), json!(1), json!(1)]);
}

async fn a_plan_belongs_to_its_location(database: TestDatabase) {
    let (app, server) = synced(database, people(2)).await;
    app.locate(7, &server).await;
    server.set_users(people(3));
    let preview = app.preview().await;
    let refused = app.node.execute(7, &preview, json!({})).await;
    let id = preview["previewId"].as_str().unwrap();
    refused.refuses(404, &format!("There is no preview {id}"));
    let path = "/api/user-sync/locations/8/execute";
    app.post(path, json!({"previewId": "nobody"}))
        .await
        .refuses(404, "There is no preview nobody");
    app.post(path, json!({})).await.refuses_field("previewId");
    let path = "/api/user-sync/locations/99/preview";
    app.post(path, json!({}))
        .await
        .refuses(404, "There is no location 99");
}

async fn without_waiting_the_run_is_told(database: TestDatabase) {
    let (app, server) = synced(database, people(2)).await;
    server.set_users(people(3));
    let preview = app.preview().await;
    let body = json!({"previewId": preview["previewId"]});
    let begun = app
        .post("/api/user-sync/locations/8/execute", body)
        .await
        .is(202);
    let path = format!("/api/user-sync/runs/{}", begun["runId"].as_str().unwrap());
    let ended = async {
        loop {
            let run = app.get(&path).await.is(200);
            if run["status"] != "running" {
                return run;
            }
        }
    };
    let run = tokio::time::timeout(std::time::Duration::from_secs(20), ended)
        .await
        .unwrap();
    assert_eq!(run["status"], "completed");
    assert_eq!(
        run["progress"],
        json!({"phase": "done", "done": 1, "total": 1})
    );
    assert_eq!(run["previewId"], preview["previewId"]);
    assert_eq!(run["durationMs"], 0);
    assert_eq!(run["actor"], json!({"id": "admin", "kind": "admin"}));
}

async fn progress_is_told(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(250)).await.unwrap();
    app.locate(8, &server).await;
    let preview = app.preview().await;
    app.execute(&preview, json!({})).await.is(200);
    let reports = app.node.told.reports();
    let told = |phase| reports.iter().filter(move |report| report.phase == phase);
    let fetched: Vec<_> = told(Phase::Fetching)
        .map(|report| (report.done, report.total))
        .collect();
    assert_eq!(fetched, [(100, 250), (200, 250), (250, 250)]);
    let executing: Vec<_> = told(Phase::Executing).collect();
    assert!(matches!(&executing[0].subject, Subject::Run(_)));
    assert_eq!(executing[0].total, 250);
    assert_eq!(
        reports.last().map(|report| (report.phase, report.done)),
        Some((Phase::Done, 250))
    );
}

async fn forgotten_plans_are_gone(database: TestDatabase) {
    let (app, _server) = synced(database, people(2)).await;
    let preview = app.preview().await;
    app.clock.advance(TimeDelta::days(2));
    app.node.schedules.run_once().await.unwrap();
    let path = format!(
        "/api/user-sync/previews/{}",
        preview["previewId"].as_str().unwrap()
    );
    assert_eq!(app.get(&path).await.status, 404);
}
