//! Users of other servers, synced by the real binary.

mod crash;
mod journey;
mod nodes;

use serde_json::{Value, json};
use simulators::users::{EMAIL, PASSWORD, UserServer};

use crate::harness::Client;

/// What nodes are told that sync users.
const VARIABLES: [(&str, &str); 2] = [
    ("EXTERNAL_API_EMAIL", EMAIL),
    ("EXTERNAL_API_PASSWORD", PASSWORD),
];

/// Makes the location `id` of a server.
async fn locate(admin: &Client, id: i64, server: &UserServer) {
    let body = json!({"id": id, "locationCode": format!("L{id}"), "locationName": format!("Location {id}"),
        "onlineUrl": server.url()});
    admin.post("/api/directory/locations", &body).await.is(201);
}

/// A preview of a location, as a request to carry it out.
async fn preview(admin: &Client, id: i64) -> Value {
    let path = format!("/api/user-sync/locations/{id}/preview");
    let preview = admin.post(&path, &json!({})).await.is(200);
    json!({"previewId": preview["previewId"]})
}

fn execute_path(id: i64) -> String {
    format!("/api/user-sync/locations/{id}/execute?wait=true")
}

/// Carries out a preview of a location; the run.
async fn sync(admin: &Client, id: i64) -> String {
    let request = preview(admin, id).await;
    let run = admin.post(&execute_path(id), &request).await.is(200);
    run["runId"].as_str().unwrap().to_owned()
}
