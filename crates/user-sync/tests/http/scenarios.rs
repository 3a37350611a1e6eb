//! The eight scenarios of the product page, by their numbers.

use chrono::TimeDelta;
use serde_json::json;
use simulators::users::{User, UserServer, people, test as test_users};
use test_support::{TestDatabase, on_both};

use crate::support::{App, Settings, texts};

on_both!(
    scenario_1_a_first_sync_adds_everybody,
    scenario_2_a_sync_adds_and_deactivates,
    scenario_3_an_email_belongs_to_a_user_of_each_server,
    scenario_4_wrong_credentials_are_told_and_can_be_corrected,
    scenario_5_a_server_that_hangs_is_told_in_time,
    scenario_6_eight_hundred_users_are_read_page_by_page,
    scenario_7_a_wrong_sync_is_taken_back,
    scenario_8_a_schedule_syncs_at_two_in_the_morning,
);

async fn scenario_1_a_first_sync_adds_everybody(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(25)).await.unwrap();
    app.locate(8, &server).await;
    let preview = app.preview().await;
    let summary = json!({"new": 25, "reactivated": 0, "updated": 0, "deleted": 0, "unchanged": 0, "invalid": 0, "total": 25});
    assert_eq!(preview["summary"], summary);
    assert_eq!(preview["new"].as_array().unwrap().len(), 25);
    assert_eq!(preview["location"]["id"], 8);
    assert!(app.users(8).await.is_empty(), "a preview changes no user");
    let done = app.execute(&preview, json!({})).await.is(200);
    let message =
        "Sync completed successfully! 25 users added, 0 users deactivated, 0 users unchanged.";
    assert_eq!(done["message"], message);
    assert_eq!(
        (&done["added"], &done["deactivated"]),
        (&json!(25), &json!(0))
    );
    let users = app.users(8).await;
    assert_eq!(users.len(), 25);
    for user in &users {
        assert_eq!(
            (&user["status"], &user["locationId"]),
            (&json!("active"), &json!(8))
        );
        assert_eq!(
            (&user["locationCode"], &user["source"]),
            (&json!("L8"), &json!("sync"))
        );
    }
    let location = app.get("/api/directory/locations/8").await.is(200);
    assert_eq!(location["lastSync"], "2027-01-15T08:00:00.000Z");
}

async fn scenario_2_a_sync_adds_and_deactivates(database: TestDatabase) {
    let app = App::on(database);
    let mut before = people(10);
    before.extend([
        User::new(11, "old_user1@dkm"),
        User::new(12, "old_user2@dkm"),
    ]);
    let server = UserServer::start(before).await.unwrap();
    app.locate(8, &server).await;
    app.sync().await;
    let mut now = people(10);
    now.extend((1..=3).map(|n| User::new(20 + n, &format!("new_user{n}@dkm"))));
    server.set_users(now);
    let preview = app.preview().await;
    let summary = json!({"new": 3, "reactivated": 0, "updated": 0, "deleted": 2, "unchanged": 10, "invalid": 0, "total": 13});
    assert_eq!(preview["summary"], summary);
    let mut new = texts(&preview["new"], "email");
    new.sort_unstable();
    assert_eq!(new, ["new_user1@dkm", "new_user2@dkm", "new_user3@dkm"]);
    assert_eq!(
        texts(&preview["deleted"], "email"),
        ["old_user1@dkm", "old_user2@dkm"]
    );
    assert_eq!(preview["unchanged"].as_array().unwrap().len(), 10);
    assert_eq!(preview["guard"]["blocked"], false);
    let done = app.execute(&preview, json!({})).await.is(200);
    let message =
        "Sync completed successfully! 3 users added, 2 users deactivated, 10 users unchanged.";
    assert_eq!(done["message"], message);
    assert_eq!(app.emails(8, "active").await.len(), 13);
    assert_eq!(
        app.emails(8, "inactive").await,
        ["old_user1@dkm", "old_user2@dkm"]
    );
}

async fn scenario_3_an_email_belongs_to_a_user_of_each_server(database: TestDatabase) {
    let app = App::on(database);
    let mut servers = Vec::new();
    for location in [8, 7, 1] {
        let server = UserServer::start(vec![User::new(1, "vendor1@dkm")])
            .await
            .unwrap();
        app.locate(location, &server).await;
        let path = format!("/api/user-sync/locations/{location}/preview");
        let preview = app.post(&path, json!({})).await.is(200);
        assert_eq!(texts(&preview["new"], "email"), ["vendor1@dkm"]);
        app.node
            .execute(location, &preview, json!({}))
            .await
            .is(200);
        servers.push(server);
    }
    let found = app
        .get("/api/directory/users?q=vendor1@dkm&sort=locationId")
        .await
        .is(200);
    let places: Vec<_> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| &user["locationId"])
        .collect();
    assert_eq!(places, [1, 7, 8]);
}

async fn scenario_4_wrong_credentials_are_told_and_can_be_corrected(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(3)).await.unwrap();
    app.locate(8, &server).await;
    let path = "/api/directory/locations/8";
    let wrong = json!({"email": "admin@example.com", "password": "wrong_password"});
    assert_eq!(app.patch(path, wrong).await.is(200)["hasCredentials"], true);
    let refused = app
        .post("/api/user-sync/locations/8/preview", json!({}))
        .await;
    refused.refuses(502, "Failed to login to external API: Unauthorized");
    assert_eq!(server.calls().sign_in, 1, "a refusal is not repeated");
    let right = json!({"password": simulators::users::PASSWORD});
    app.patch(path, right).await.is(200);
    assert_eq!(app.preview().await["summary"]["new"], 3);
}

async fn scenario_5_a_server_that_hangs_is_told_in_time(database: TestDatabase) {
    let settings = Settings {
        timeout: std::time::Duration::from_millis(300),
        ..Settings::default()
    };
    let app = App::set(database, settings);
    let server = UserServer::start(people(3)).await.unwrap();
    app.locate(8, &server).await;
    server.fail(simulators::users::Fault::new(
        simulators::users::Call::SignIn,
        simulators::Damage::Hang,
    ));
    let refused = app
        .post("/api/user-sync/locations/8/preview", json!({}))
        .await;
    refused.refuses(504, "Failed to login to external API: Connection timeout");
    assert_eq!(
        server.calls().sign_in,
        1,
        "a call that timed out is not repeated"
    );
    assert!(app.users(8).await.is_empty());
}

async fn scenario_6_eight_hundred_users_are_read_page_by_page(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(800)).await.unwrap();
    app.locate(8, &server).await;
    let preview = app.preview().await;
    assert_eq!(preview["summary"]["total"], 800);
    assert_eq!(
        preview["new"].as_array().unwrap().len(),
        800,
        "lists are whole"
    );
    assert_eq!(server.calls().users, 8);
    assert!(server.calls().most_pages_at_once <= 4);
    let done = app.execute(&preview, json!({})).await.is(200);
    let message =
        "Sync completed successfully! 800 users added, 0 users deactivated, 0 users unchanged.";
    assert_eq!(done["message"], message);
    let found = app.get("/api/directory/users?status=active").await.is(200);
    assert_eq!(found["total"], 800);
}

async fn scenario_7_a_wrong_sync_is_taken_back(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(5)).await.unwrap();
    app.locate(8, &server).await;
    let other = UserServer::start(people(2)).await.unwrap();
    app.locate(7, &other).await;
    app.sync().await;
    let elsewhere = app.users(7).await;
    app.clock.advance(TimeDelta::days(1));
    server.set_users(test_users());
    let preview = app.preview().await;
    let run = app
        .execute(&preview, json!({"allowLargeDeletion": true}))
        .await
        .is(200);
    let path = format!(
        "/api/user-sync/runs/{}/undo",
        run["runId"].as_str().unwrap()
    );
    let undone = app.post(&path, json!({})).await.is(200);
    assert_eq!(
        (&undone["undoneRunId"], &undone["restored"]),
        (&run["runId"], &json!(12))
    );
    assert_eq!(undone["conflicts"], json!([]));
    assert_eq!(app.emails(8, "active").await.len(), 5);
    assert_eq!(
        app.emails(8, "inactive").await.len(),
        7,
        "those that were added"
    );
    assert_eq!(app.users(7).await, elsewhere, "others are not affected");
}

async fn scenario_8_a_schedule_syncs_at_two_in_the_morning(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(5)).await.unwrap();
    app.locate(8, &server).await;
    let schedule = json!({"cron": "0 2 * * *", "timezone": "Asia/Jakarta"});
    let path = "/api/directory/locations/8/schedule";
    let location = app.put(path, schedule.clone()).await.is(200);
    assert_eq!(
        (&location["schedule"], &location["nextRun"]),
        (&schedule, &json!("2027-01-15T19:00:00.000Z"))
    );
    assert_eq!(
        app.node.schedules.run_once().await.unwrap(),
        0,
        "it is not two yet"
    );
    app.clock.advance(TimeDelta::hours(11));
    assert_eq!(app.node.schedules.run_once().await.unwrap(), 1);
    assert_eq!(app.users(8).await.len(), 5);
    let runs = app.get("/api/user-sync/runs?locationId=8").await.is(200);
    let run = &runs["items"][0];
    assert_eq!(
        (&run["trigger"], &run["status"]),
        (&json!("schedule"), &json!("completed"))
    );
    assert_eq!(run["actor"], json!({"id": "system", "kind": "system"}));
    let location = app.get("/api/directory/locations/8").await.is(200);
    assert_eq!(location["nextRun"], "2027-01-16T19:00:00.000Z");
}
