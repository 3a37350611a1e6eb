use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::harness::{Answer, Client, House};

/// The body of an answer that is no JSON.
fn text(answer: Answer) -> String {
    let body = answer.is(200);
    body.as_str().unwrap().to_owned()
}

async fn it_says_that_it_lives_and_is_ready(database: TestDatabase) {
    let house = House::open(database).await;
    for path in ["/healthz", "/readyz"] {
        let answer = house.stranger().get(path).await;
        assert!(!answer.header("x-request-id").is_empty());
        assert_eq!(answer.is(200), json!({"status": "ok"}), "{path}");
    }
}

async fn metrics_tell_of_routes_and_never_of_people(database: TestDatabase) {
    let house = House::open(database).await;
    let ana = house.customer("ana").await;
    house.booking("secret-booking", &ana.id).await;
    ana.client.get("/bookings/secret-booking").await.is(200);
    let copy = format!("/users/{}/bookings/secret-booking", ana.id);
    ana.client.get(&copy).await.is(200);
    let stranger = house.stranger();
    stranger
        .get("/bookings/secret-booking?secret=1")
        .await
        .is(401);
    stranger.get("/secret-path").await.is(404);
    stranger.send("SECRET", "/bookings", None).await.is(405);

    let program = house.service(&["metrics:read"]).await;
    let answer = program.get("/metrics").await;
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    assert_eq!(answer.header("content-type"), kind);
    let metrics = text(answer);
    for line in [
        r#"http_requests_total{method="GET",route="/bookings/{id}",status="200"} 1"#,
        r#"http_requests_total{method="GET",route="/bookings/{id}",status="401"} 1"#,
        r#"http_requests_total{method="GET",route="/users/{userId}/bookings/{bookingId}",status="200"} 1"#,
        r#"http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
        r#"http_requests_total{method="POST",route="/bookings",status="201"} 1"#,
        r#"http_request_duration_seconds_count{method="GET",route="/bookings/{id}",status="200"} 1"#,
        r#"http_request_duration_seconds_sum{method="GET",route="/bookings/{id}",status="200"} "#,
        r#"database_connections{state="idle"} "#,
        r#"database_connections{state="used"} "#,
        "database_connections_limit ",
        "outbox_lag_events 0",
        "outbox_lag_seconds 0",
    ] {
        let is_there = metrics.lines().any(|said| said.starts_with(line));
        assert!(is_there, "{line} is missing in\n{metrics}");
    }
    let lower = metrics.to_lowercase();
    for private in ["secret", &*ana.id, "ana", "@"] {
        assert!(!lower.contains(private), "{private} is in\n{metrics}");
    }
}

async fn the_document_describes_what_is_served(database: TestDatabase) {
    let house = House::open(database).await;
    let answer = house.stranger().get("/api/openapi.json").await;
    assert_eq!(answer.header("content-type"), "application/json");
    let document = answer.is(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["info"]["title"], "Lockstep");
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let (name, said) = (format!("{method} {path}"), &operation["responses"]);
            let is_public = operation["security"].is_null();
            assert!(is_public || said["401"].is_object(), "{name} has no 401");
            let takes_a_body = !operation["requestBody"].is_null();
            assert!(
                !takes_a_body || said["400"].is_object(),
                "{name} has no 400"
            );
            for (status, response) in said.as_object().unwrap() {
                let schema = &response["content"]["application/json"]["schema"]["$ref"];
                let is_error = status.starts_with(['4', '5']);
                let is_envelope = schema == "#/components/schemas/ErrorBody";
                assert_eq!(is_envelope, is_error, "{name}: {status}");
            }
        }
    }
}

/// The values of `src` and `href` in a page.
fn links(page: &str) -> Vec<String> {
    let attributes = ["src=\"", "href=\""].into_iter();
    let values = attributes.flat_map(|attribute| page.split(attribute).skip(1));
    values
        .filter_map(|rest| rest.split('"').next().map(str::to_owned))
        .collect()
}

async fn page(client: &Client, path: &str, kind: &str) -> String {
    let answer = client.get(path).await;
    let said = answer.header("content-type");
    assert!(said.starts_with(kind), "{path}: {said}");
    let body = text(answer);
    assert!(!body.is_empty(), "{path}");
    body
}

async fn the_page_of_the_document_needs_nothing_from_outside(database: TestDatabase) {
    let house = House::open(database).await;
    let stranger = house.stranger();
    let to = stranger.get("/docs").await;
    assert!((300..400).contains(&to.status), "{}", to.status);
    assert_eq!(to.header("location"), "/docs/");
    let html = page(&stranger, "/docs/", "text/html").await;
    let links = links(&html);
    assert!(links.len() > 2, "{html}");
    for link in &links {
        assert!(!link.contains("//"), "{link} is elsewhere");
        let answer = stranger
            .get(&format!("/docs/{}", link.trim_start_matches("./")))
            .await;
        assert_eq!(answer.status, 200, "{link}");
    }
    assert!(
        !html.contains("http://") && !html.contains("https://"),
        "{html}"
    );
    let start = page(&stranger, "/docs/swagger-initializer.js", "text/javascript").await;
    assert!(start.contains("/api/openapi.json"), "{start}");
    assert!(
        !start.contains("http://") && !start.contains("https://"),
        "{start}"
    );
}

on_both!(
    it_says_that_it_lives_and_is_ready,
    metrics_tell_of_routes_and_never_of_people,
    the_document_describes_what_is_served,
    the_page_of_the_document_needs_nothing_from_outside,
);
