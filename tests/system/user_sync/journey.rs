//! The way of an admin: look, do, regret.

use serde_json::json;
use simulators::users::{UserServer, people};
use test_support::{TestDatabase, on_both};

use super::{VARIABLES, locate, preview, sync};
use crate::harness::{House, until};

on_both!(an_admin_looks_does_and_takes_back);

async fn an_admin_looks_does_and_takes_back(database: TestDatabase) {
    let server = UserServer::start(people(25)).await.unwrap();
    let house = House::open_with(database, &VARIABLES).await;
    let admin = &house.admin;
    locate(admin, 8, &server).await;
    let seen = admin
        .post("/api/user-sync/locations/8/check", &json!({}))
        .await
        .is(200);
    assert_eq!(seen["ok"], true);
    let run = sync(admin, 8).await;
    let active = "/api/directory/users?locationId=8&status=active";
    assert_eq!(admin.get(active).await.is(200)["total"], 25);
    let undo = format!("/api/user-sync/runs/{run}/undo");
    assert_eq!(admin.post(&undo, &json!({})).await.is(200)["restored"], 25);
    admin.post(&undo, &json!({})).await.refuses(409, "conflict");
    assert_eq!(admin.get(active).await.is(200)["total"], 0);
    let request = preview(admin, 8).await;
    let begun = admin
        .post("/api/user-sync/locations/8/execute", &request)
        .await
        .is(202);
    let path = format!("/api/user-sync/runs/{}", begun["runId"].as_str().unwrap());
    until("the run has ended", async || {
        admin.get(&path).await.is(200)["status"] == "completed"
    })
    .await;
    assert_eq!(admin.get(active).await.is(200)["total"], 25);
    let file = admin.get(&format!("{path}/export")).await;
    assert_eq!(
        (file.status, file.header("content-type")),
        (200, "text/csv; charset=utf-8")
    );
}
