use serde_json::json;
use simulators::users::{UserServer, people};
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(runs_are_listed_newest_first, what_was_left_out_is_no_change);

async fn runs_are_listed_newest_first(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(2)).await.unwrap();
    app.locate(8, &server).await;
    app.locate(7, &server).await;
    let first = app.sync().await;
    app.clock.advance(chrono::TimeDelta::seconds(1));
    server.set_users(people(3));
    let second = app.sync().await;
    let runs = app.get("/api/user-sync/runs?locationId=8").await.is(200);
    assert_eq!(
        (&runs["items"][0]["id"], &runs["items"][1]["id"]),
        (&second["runId"], &first["runId"])
    );
    let counts =
        json!({"added": 1, "reactivated": 0, "updated": 0, "deactivated": 0, "unchanged": 2});
    assert_eq!(runs["items"][0]["counts"], counts);
    assert_eq!(
        app.get("/api/user-sync/runs?locationId=7").await.is(200)["total"],
        0
    );
    app.get("/api/user-sync/runs?locationId=x")
        .await
        .refuses_field("locationId");
    app.get("/api/user-sync/runs?perPage=201")
        .await
        .refuses_field("perPage");
}

async fn what_was_left_out_is_no_change(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(3)).await.unwrap();
    app.locate(8, &server).await;
    let preview = app.preview().await;
    let done = app
        .execute(&preview, json!({"exclude": ["user00002@dkm"]}))
        .await
        .is(200);
    assert_eq!(done["added"], 2);
    assert_eq!(
        app.emails(8, "active").await,
        ["user00001@dkm", "user00003@dkm"]
    );
    let path = format!(
        "/api/user-sync/runs/{}/changes",
        done["runId"].as_str().unwrap()
    );
    let changes = app.get(&path).await.is(200);
    assert_eq!(changes["total"], 2);
    let status = json!({"field": "status", "from": null, "to": "active"});
    assert!(
        changes["items"][0]["changes"]
            .as_array()
            .unwrap()
            .contains(&status)
    );
    assert_eq!(app.preview().await["summary"]["new"], 1);
}
