use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(every_route_lets_in_whom_the_contract_names);

const EVERYBODY: [&str; 5] = [
    "admin",
    "service:stock:write",
    "service:bookings:write",
    "partner",
    "customer",
];

/// How many of [`EVERYBODY`] may, from the first one on; `None`: strangers, too.
const ROUTES: [(&str, &str, Option<usize>); 19] = [
    ("GET", "/api/products", None),
    ("GET", "/api/products/P1", None),
    ("GET", "/api/products/P1/stock", None),
    ("GET", "/api/stock/sync?productIds=P1", None),
    ("POST", "/api/stock/validate", None),
    ("GET", "/api/socket", None),
    ("POST", "/api/products", Some(2)),
    ("PUT", "/api/products/P1", Some(2)),
    ("POST", "/api/products/P1/stock/adjust", Some(2)),
    ("POST", "/api/stock/reduce", Some(2)),
    ("POST", "/api/stock/reserve", Some(2)),
    ("POST", "/api/stock/release", Some(2)),
    ("POST", "/api/stock/sync", Some(2)),
    ("GET", "/api/stock/movements", Some(2)),
    ("POST", "/api/socket", Some(2)),
    ("GET", "/api/stock/verify", Some(1)),
    ("GET", "/api/stock/export", Some(1)),
    ("POST", "/api/stock/import", Some(1)),
    ("DELETE", "/api/products/P1", Some(2)),
];

async fn every_route_lets_in_whom_the_contract_names(database: TestDatabase) {
    let app = App::stocked(database).await;
    for (method, path, allowed) in ROUTES {
        let body = || (method != "GET").then(|| json!({}));
        let stranger = app.call("", method, path, body()).await;
        assert_eq!(stranger.status == 401, allowed.is_some(), "{method} {path}");
        let nonsense = app.call("nonsense", method, path, body()).await;
        assert_eq!(nonsense.status == 401, allowed.is_some(), "{method} {path}");
        for (n, token) in EVERYBODY.into_iter().enumerate().rev() {
            let reply = app.call(token, method, path, body()).await;
            let status = reply.status.as_u16();
            if allowed.is_none_or(|count| n < count) {
                assert!(
                    matches!(status, 200 | 400 | 404 | 415),
                    "{method} {path} as {token}: {}",
                    reply.text
                );
            } else {
                assert_eq!(
                    (status, &reply.body["code"]),
                    (403, &json!("forbidden")),
                    "{method} {path} as {token}"
                );
            }
        }
    }
}
