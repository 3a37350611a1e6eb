use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(
    every_route_lets_in_whom_the_contract_names,
    what_belongs_to_somebody_else_is_not_found,
    accounts_out_of_reach_are_not_our_fault,
);

const EVERYBODY: [&str; 6] = [
    "admin",
    "customer:u1",
    "partner:p1",
    "service:bookings:read",
    "service:bookings:write",
    "service:stock:write",
];
const READERS: &[usize] = &[0, 1, 2, 3];
const WRITERS: &[usize] = &[0, 1, 2, 4];
const STAFF: &[usize] = &[0, 4];
const MIRROR_READERS: &[usize] = &[0, 1, 3];
const PARTNER_SELF: &[usize] = &[0, 2];
const ADMIN: &[usize] = &[0];

const ROUTES: [(&str, &str, &[usize]); 20] = [
    ("GET", "/bookings", READERS),
    ("POST", "/bookings", &[0, 1, 4]),
    ("GET", "/bookings/B1", READERS),
    ("PUT", "/bookings/B1", WRITERS),
    ("PATCH", "/bookings/B1", WRITERS),
    ("POST", "/bookings/B1/assign", STAFF),
    ("POST", "/bookings/B1/manual-sync", STAFF),
    ("POST", "/bookings/B1/find-and-sync", STAFF),
    (
        "GET",
        "/bookings/B1/manual-sync-status?customerId=u1",
        READERS,
    ),
    ("POST", "/bookings/sync-customer", STAFF),
    ("GET", "/bookings/sync-drift", &[0, 3]),
    ("POST", "/bookings/reconcile", STAFF),
    ("GET", "/bookings/B1/sync-history", READERS),
    ("GET", "/users/u1/bookings", MIRROR_READERS),
    ("GET", "/users/u1/bookings/B1", MIRROR_READERS),
    ("GET", "/api/partners", ADMIN),
    ("GET", "/api/partners/p1", PARTNER_SELF),
    ("POST", "/api/partners/p1/kyc", PARTNER_SELF),
    ("PATCH", "/api/partners/p1/kyc", ADMIN),
    ("GET", "/api/partners/p1/earnings", PARTNER_SELF),
];

async fn every_route_lets_in_whom_the_contract_names(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({"partnerId": "p1"})).await;
    for (method, path, allowed) in ROUTES
        .into_iter()
        .chain([("DELETE", "/bookings/B1", STAFF)])
    {
        let call = async |token| app.call(token, method, path, None).await;
        call("").await.refuses(401, "Authentication required");
        call("nonsense").await.refuses(401, "Invalid token");
        call("expired").await.refuses(401, "Token expired");
        for (n, token) in EVERYBODY.into_iter().enumerate().rev() {
            let reply = call(token).await;
            if allowed.contains(&n) {
                let status = reply.status.as_u16();
                assert!(
                    matches!(status, 200 | 400 | 404),
                    "{method} {path} as {token}: {}",
                    reply.text
                );
            } else {
                assert_eq!(reply.status, 403, "{method} {path} as {token}");
                assert_eq!(reply.body["code"], "forbidden");
            }
        }
    }
}

async fn what_belongs_to_somebody_else_is_not_found(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({"partnerId": "p1"})).await;
    for path in ["/bookings/B1", "/bookings/B1/sync-history"] {
        app.get("customer:u1", path).await.is(200);
        app.get("partner:p1", path).await.is(200);
        for stranger in ["customer:u2", "partner:p2"] {
            let reply = app.get(stranger, path).await;
            reply.refuses(404, "Booking B1 not found");
        }
    }
    for stranger in ["customer:u2", "partner:p2"] {
        for method in ["PUT", "PATCH"] {
            let cancel = Some(json!({"status": "CANCELLED"}));
            let reply = app.call(stranger, method, "/bookings/B1", cancel).await;
            reply.refuses(404, "Booking B1 not found");
        }
    }
    let status = "/bookings/B1/manual-sync-status?customerId=";
    for (stranger, customer) in [
        ("customer:u2", "u2"),
        ("customer:u2", "u1"),
        ("customer:u1", "u2"),
    ] {
        let reply = app.get(stranger, &format!("{status}{customer}")).await;
        reply.refuses(404, "Booking B1 not found");
    }
    for path in ["/users/u1/bookings", "/users/u1/bookings/B1"] {
        let reply = app.get("customer:u2", path).await;
        reply.refuses(404, "User u1 not found");
    }
    for path in ["/api/partners/p1", "/api/partners/p1/earnings"] {
        let reply = app.get("partner:p2", path).await;
        reply.refuses(404, "Partner p1 not found");
    }
    app.assert_in_step().await;
}

async fn accounts_out_of_reach_are_not_our_fault(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    let sentence = "The service is not available at the moment, try again shortly";
    let calls = [
        ("PUT", "/bookings/B1", json!({"customerId": "down"})),
        ("POST", "/bookings/B1/assign", json!({"partnerId": "down"})),
        (
            "POST",
            "/bookings/sync-customer",
            json!({"customerId": "down"}),
        ),
    ];
    for (method, path, body) in calls {
        let reply = app.call("admin", method, path, Some(body)).await;
        reply.refuses(503, sentence);
    }
    let reply = app.get("admin", "/api/partners/down").await;
    reply.refuses(503, sentence);
    app.assert_in_step().await;
}
