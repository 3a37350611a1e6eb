use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(every_route_is_for_admins);

const ROUTES: [(&str, &str); 21] = [
    ("GET", "/api/directory/locations"),
    ("POST", "/api/directory/locations"),
    ("GET", "/api/directory/locations/8"),
    ("PATCH", "/api/directory/locations/8"),
    ("DELETE", "/api/directory/locations/8"),
    ("PUT", "/api/directory/locations/8/schedule"),
    ("GET", "/api/directory/users"),
    ("POST", "/api/directory/users"),
    ("GET", "/api/directory/users/a"),
    ("PATCH", "/api/directory/users/a"),
    ("DELETE", "/api/directory/users/a"),
    ("POST", "/api/user-sync/locations/8/check"),
    ("POST", "/api/user-sync/locations/8/preview"),
    ("POST", "/api/user-sync/locations/8/execute"),
    ("GET", "/api/user-sync/previews/a"),
    ("GET", "/api/user-sync/previews/a/new"),
    ("GET", "/api/user-sync/previews/a/export"),
    ("GET", "/api/user-sync/runs"),
    ("GET", "/api/user-sync/runs/a/changes"),
    ("POST", "/api/user-sync/runs/a/undo"),
    ("POST", "/api/user-sync/sync-all"),
];

async fn every_route_is_for_admins(database: TestDatabase) {
    let app = App::on(database);
    for (method, path) in ROUTES {
        let call = async |token| app.node.call(token, method, path, None).await;
        call("").await.refuses(401, "Authentication required");
        call("nonsense").await.refuses(401, "Invalid token");
        for token in [
            "customer:u1",
            "partner:p1",
            "service:bookings:write",
            "service:stock:write",
        ] {
            call(token).await.refuses(403, "This needs an admin");
        }
        let status = call("admin").await.status.as_u16();
        assert!(
            matches!(status, 200 | 202 | 400 | 404),
            "{method} {path}: {status}"
        );
    }
}
