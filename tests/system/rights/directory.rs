use std::collections::BTreeMap;

use serde_json::{Value, json};
use simulators::users::{EMAIL, PASSWORD, UserServer, people};

use super::site::text;
use crate::harness::Client;

/// What a node is told that syncs users.
pub(super) const VARIABLES: [(&str, &str); 2] = [
    ("EXTERNAL_API_EMAIL", EMAIL),
    ("EXTERNAL_API_PASSWORD", PASSWORD),
];

/// A location with users, a preview and a run.
pub(super) struct Directory {
    server: UserServer,
    preview: String,
    run: String,
}

impl Directory {
    pub(super) async fn build(admin: &Client) -> Self {
        let server = UserServer::start(people(2)).await.unwrap();
        let location = json!({"id": 8, "locationCode": "DEV", "locationName": "Dev", "onlineUrl": server.url()});
        admin
            .post("/api/directory/locations", &location)
            .await
            .is(201);
        let user = json!({"id": "U1", "email": "u1@dkm", "locationId": 8});
        admin.post("/api/directory/users", &user).await.is(201);
        let preview = "/api/user-sync/locations/8/preview";
        let before = admin.post(preview, &json!({})).await.is(200);
        let execute = "/api/user-sync/locations/8/execute?wait=true";
        let request = json!({"previewId": before["previewId"]});
        let run = admin.post(execute, &request).await.is(200);
        let preview = admin.post(preview, &json!({})).await.is(200);
        Self {
            server,
            preview: text(&preview["previewId"]),
            run: text(&run["runId"]),
        }
    }

    pub(super) fn replaced(&self, template: &str) -> BTreeMap<&str, &str> {
        let id = match template {
            path if path.starts_with("/api/directory/users") => "U1",
            path if path.starts_with("/api/user-sync/runs") => &self.run,
            _ => "8",
        };
        [
            ("{id}", id),
            ("{previewId}", &*self.preview),
            ("{group}", "new"),
        ]
        .into()
    }

    pub(super) fn body(&self, operation: &str, unique: &str) -> Value {
        match operation {
            "POST /api/directory/locations" | "PATCH /api/directory/locations/{id}" => {
                json!({"id": 9, "locationCode": "TEST", "locationName": "Test", "onlineUrl": self.server.url(),
                    "email": EMAIL, "password": PASSWORD})
            }
            "PUT /api/directory/locations/{id}/schedule" => {
                json!({"cron": "0 2 1 1 *", "timezone": "Asia/Jakarta"})
            }
            "POST /api/directory/users" | "PATCH /api/directory/users/{id}" => {
                json!({"id": format!("user-of-{unique}"), "email": format!("{unique}@dkm"), "locationId": 8,
                    "name": "New", "phone": "1", "role": "admin", "company": "ACME", "status": "active"})
            }
            "POST /api/user-sync/locations/{id}/execute" => {
                json!({"previewId": self.preview, "exclude": ["u1@dkm"], "allowLargeDeletion": true})
            }
            "POST /api/user-sync/sync-all" => json!({"allowLargeDeletion": false}),
            _ => panic!("nobody knows what {operation} takes"),
        }
    }
}
