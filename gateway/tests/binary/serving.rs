use std::io::{Read as _, Write as _};

use serde_json::{Value, json};
use test_support::TestDatabase;

use crate::process::{Gateway, Place};

const ADMIN: [(&str, &str); 2] = [
    ("ADMIN_EMAIL", "admin@b.c"),
    ("ADMIN_PASSWORD", "long enough"),
];

fn admin_token(gateway: &Gateway) -> String {
    let login = gateway.post(
        "/api/auth/login",
        None,
        &json!({"email": "admin@b.c", "password": "long enough"}),
    );
    assert_eq!(login.status, 200, "{}", login.body);
    login.json()["accessToken"].as_str().unwrap().to_owned()
}

#[test]
fn it_lives_is_ready_and_shows_what_it_can_do() {
    let place = Place::new();
    let gateway = place.serve(&[]);
    for path in ["/healthz", "/readyz"] {
        let answer = gateway.get(path, None);
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({"status": "ok"})),
            "{path}"
        );
    }
    assert!(gateway.get("/", None).head.contains("location: /admin/"));
    let panel = gateway.get("/admin/login", None);
    assert!(
        panel
            .head
            .contains("content-security-policy: default-src 'none'")
    );
    assert!(panel.body.contains("<title>Lockstep"), "{}", panel.body);
    assert!(gateway.get("/docs/", None).body.contains("swagger-ui"));
    assert_eq!(gateway.get("/docs/swagger-ui-bundle.js", None).status, 200);
    assert!(
        gateway
            .get("/docs/swagger-initializer.js", None)
            .body
            .contains("/api/openapi.json")
    );
    let document = gateway.get("/api/openapi.json", None);
    assert!(document.head.contains("content-type: application/json"));
    assert_eq!(document.json()["info"]["title"], "Lockstep");
    assert_eq!(
        gateway.get("/docs/nothing.js", None).json()["code"],
        "not_found"
    );
    assert!(
        place.holds("data/lockstep.db")
            && place.holds("data/jwt_secret")
            && place.holds("data/credentials_key")
    );
}

#[test]
fn metrics_are_for_admins() {
    let gateway = Place::new().serve(&ADMIN);
    assert_eq!(gateway.get("/metrics", None).status, 401);
    let token = admin_token(&gateway);
    let metrics = gateway.get("/metrics", Some(&token));
    assert!(
        metrics.head.contains("content-type: text/plain"),
        "{}",
        metrics.head
    );
    for line in [
        r#"http_requests_total{method="GET",route="/metrics",status="401"} 1"#,
        r#"http_request_duration_seconds_count{method="POST",route="/api/auth/login",status="200"} 1"#,
        "database_connections_limit 5",
        "outbox_lag_events 0",
        "outbox_lag_seconds 0",
    ] {
        assert!(
            metrics.body.contains(line),
            "{line} is missing in {}",
            metrics.body
        );
    }
}

#[test]
fn a_partner_registers_with_services_and_an_admin_sees_it() {
    let gateway = Place::new().serve(&ADMIN);
    let partner = |email, services: Value| {
        let password = "long enough";
        gateway.post(
            "/api/partners",
            None,
            &json!({"email": email, "password": password, "name": "Pat", "services": services}),
        )
    };
    let registered = partner("pat@b.c", json!(["Cleaning", "Repairs"]));
    assert_eq!(registered.status, 201, "{}", registered.body);
    assert!(registered.head.contains("set-cookie: ") && registered.head.contains("httponly"));
    let user = &registered.json()["user"];
    assert_eq!(user["role"], "partner");
    let profile = gateway.get(
        &format!("/api/partners/{}", user["id"].as_str().unwrap()),
        Some(&admin_token(&gateway)),
    );
    assert_eq!(profile.json()["services"], json!(["Cleaning", "Repairs"]));
    assert_eq!(partner("PAT@b.c", json!([])).status, 409);
    let refused = partner("pip@b.c", json!(["", "Repairs"]));
    assert_eq!(
        (refused.status, &refused.json()["fields"][0]["field"]),
        (400, &json!("services[0]"))
    );
    let short =
        json!({"email": "pip@b.c", "password": "short", "name": "Pip", "phone": "1".repeat(51)});
    let refused = gateway.post("/api/partners", None, &short).json();
    assert_eq!(
        (
            &refused["fields"][0]["field"],
            &refused["fields"][1]["field"]
        ),
        (&json!("password"), &json!("phone"))
    );
}

#[test]
fn a_restart_keeps_tokens_good() {
    let place = Place::new();
    let gateway = place.serve(&ADMIN);
    let token = admin_token(&gateway);
    gateway.signal("TERM");
    assert!(gateway.end().0.success());
    let again = place.serve(&ADMIN);
    assert_eq!(again.get("/api/auth/me", Some(&token)).status, 200);
}

#[test]
fn redis_that_is_down_makes_it_unready_and_nothing_else() {
    let gateway = Place::new().serve(&[("REDIS_URL", "redis://127.0.0.1:1")]);
    let answer = gateway.get("/readyz", None);
    assert_eq!(
        (answer.status, &answer.json()["status"]),
        (503, &json!("unavailable"))
    );
    assert_eq!(answer.json()["failing"], json!(["redis"]));
    assert!(answer.head.contains("retry-after: 1"));
    assert_eq!(gateway.get("/healthz", None).status, 200);
}

#[test]
fn redis_that_is_up_is_ready() {
    let gateway = Place::new().serve(&[("REDIS_URL", &test_support::redis_url())]);
    assert_eq!(gateway.get("/readyz", None).status, 200);
}

#[tokio::test]
async fn it_serves_on_postgres() {
    let database = TestDatabase::postgres().await;
    let secrets = [
        ("DATABASE_URL", database.url()),
        ("JWT_SECRET", "0123456789012345678901234567890123456789"),
        (
            "CREDENTIALS_KEY",
            "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        ),
    ];
    let gateway = Place::new().serve(&[&secrets[..], &ADMIN].concat());
    assert_eq!(gateway.get("/readyz", None).status, 200);
    assert_eq!(
        gateway
            .get("/bookings", Some(&admin_token(&gateway)))
            .status,
        200
    );
    gateway.signal("TERM");
    assert!(gateway.end().0.success());
}

#[test]
fn it_stops_in_order_when_told() {
    for signal in ["TERM", "INT"] {
        let gateway = Place::new().serve(&[("LOG_FORMAT", "json")]);
        gateway.get("/healthz", None);
        gateway.signal(signal);
        let (status, log) = gateway.end();
        assert_eq!(status.code(), Some(0));
        let lines: Vec<Value> = log
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let request = lines
            .iter()
            .find(|line| line["message"] == "request")
            .unwrap();
        assert_eq!(
            (&request["route"], &request["status"]),
            (&json!("/healthz"), &json!(200))
        );
        assert!(request["request_id"].is_string(), "{request}");
        assert_eq!(lines.last().unwrap()["message"], "stopped");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let gateway = Place::new().serve(&[("SHUTDOWN_GRACE_SECONDS", "3600")]);
    // A request whose body never comes is in flight.
    let mut stream = gateway.connect();
    let head = "POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut go_on = [0_u8; 12];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100");
    gateway.signal("TERM");
    gateway.signal("INT");
    assert_eq!(gateway.end().0.code(), Some(130));
}

#[test]
fn the_log_says_where_it_listens_in_both_formats() {
    let pretty = Place::new().serve(&[]);
    assert!(
        !pretty.address().ends_with(":0") && !pretty.listening.contains('\u{1b}'),
        "{}",
        pretty.listening
    );
    let json = Place::new().serve(&[("LOG_FORMAT", "json")]);
    let line: Value = serde_json::from_str(&json.listening).unwrap();
    assert_eq!(line["address"], json.address());
}

#[test]
fn the_first_admin_is_made_once() {
    let place = Place::new();
    drop(place.serve(&ADMIN));
    let other = [
        ("ADMIN_EMAIL", "other@b.c"),
        ("ADMIN_PASSWORD", "long enough"),
    ];
    let gateway = place.serve(&other);
    admin_token(&gateway);
    let login = gateway.post(
        "/api/auth/login",
        None,
        &json!({"email": "other@b.c", "password": "long enough"}),
    );
    assert_eq!(login.status, 401);
}
