use std::{num::NonZeroU32, time::Duration};

use api_error::{Json, Path};
use async_trait::async_trait;
use auth::{AuthError, Caller, ClientAddress, Role};
use axum::{
    body::Body,
    extract::Request,
    http::{Method, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use clock::SystemClock;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use validation::Id;

use super::*;

mod stock;

/// Knows one token.
struct OneToken;

#[async_trait]
impl Authenticator for OneToken {
    async fn authenticate(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        let caller = || Arc::new(Caller::account(Id::generate(), Role::Customer));
        (token == "good").then(caller).ok_or(AuthError::Invalid)
    }
}

fn layers() -> Layers {
    Layers {
        clock: Arc::new(SystemClock),
        authenticator: Arc::new(OneToken),
        trusted_proxies: Arc::new(["10.0.0.0/8".parse().unwrap()]),
        cors_allowed_origins: Vec::new(),
        time_limits: TimeLimits::default(),
        anonymous_limit: None,
    }
}

async fn panic() -> StatusCode {
    std::panic::panic_any("the secret of this handler".to_owned())
}

async fn later() -> &'static str {
    let _ = tokio::time::timeout(Duration::from_mins(9), std::future::pending::<()>()).await;
    "done"
}

fn router(layers: Layers) -> Router {
    let router = Router::new()
        .route("/ok", get(async || "ok"))
        .route("/healthz", get(async || "ok"))
        .route("/me", get(async |caller: Caller| caller.actor().kind))
        .route("/echo", post(async |Json(value): Json<Value>| Json(value)))
        .route("/unread", post(async || "ok"))
        .route("/items/{id}", get(async |Path(id): Path<String>| id))
        .route(
            "/address",
            get(async |address: ClientAddress| address.0.to_string()),
        )
        .route("/panic", get(panic))
        .route("/stuck", get(async || std::future::pending::<&str>().await))
        .route("/bookings/sync-drift", get(later));
    layers.wrap(router, None).router().clone()
}

fn request(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path)
}

fn get_request(path: &str) -> Request {
    request(Method::GET, path).body(Body::empty()).unwrap()
}

async fn answer(request: Request) -> Response {
    router(layers()).oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(
        response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .to_vec(),
    )
    .unwrap()
}

/// The error body, whose shape is checked on the way.
async fn refused(response: Response, status: u16, code: &str) -> Value {
    assert_eq!(response.status(), status);
    let id = response.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    let body: Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(
        (&body["success"], &body["code"], &body["requestId"]),
        (&json!(false), &json!(code), &json!(id))
    );
    assert!(
        body["error"]
            .as_str()
            .is_some_and(|sentence| !sentence.is_empty())
    );
    assert!(
        body["timestamp"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z') && at.len() == 24),
        "{body}"
    );
    body
}

#[tokio::test]
async fn what_the_router_refuses_has_the_shape_of_every_error() {
    refused(answer(get_request("/nowhere")).await, 404, "not_found").await;
    let response = answer(request(Method::DELETE, "/ok").body(Body::empty()).unwrap()).await;
    assert_eq!(response.headers()[header::ALLOW], "GET,HEAD");
    refused(response, 405, "method_not_allowed").await;
    let unknown = Method::from_bytes(b"BREW").unwrap();
    refused(
        answer(request(unknown, "/ok").body(Body::empty()).unwrap()).await,
        405,
        "method_not_allowed",
    )
    .await;
}

#[tokio::test]
async fn what_the_extractors_refuse_has_the_shape_of_every_error() {
    refused(
        answer(get_request("/items/%ff%fe")).await,
        400,
        "invalid_request",
    )
    .await;
    let plain = request(Method::POST, "/echo")
        .header(header::CONTENT_TYPE, "text/plain")
        .body("{}".into())
        .unwrap();
    refused(answer(plain).await, 415, "unsupported_media_type").await;
    let broken = request(Method::POST, "/echo")
        .header(header::CONTENT_TYPE, "application/json")
        .body("{".into())
        .unwrap();
    refused(answer(broken).await, 400, "invalid_request").await;
    refused(answer(get_request("/me")).await, 401, "unauthenticated").await;
}

#[tokio::test]
async fn a_body_over_one_mebibyte_is_refused_announced_or_not() {
    let json = || request(Method::POST, "/echo").header(header::CONTENT_TYPE, "application/json");
    let text_of = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
    let fits = answer(json().body(text_of(1 << 20).into()).unwrap()).await;
    assert_eq!(fits.status(), StatusCode::OK);
    let chunks = |length| {
        Body::from_stream(futures_util::stream::iter([Ok::<_, std::io::Error>(
            text_of(length),
        )]))
    };
    let streamed = answer(json().body(chunks((1 << 20) + 1)).unwrap()).await;
    refused(streamed, 413, "payload_too_large").await;
    for path in ["/echo", "/unread", "/nowhere"] {
        let announced = request(Method::POST, path).header(header::CONTENT_LENGTH, (1 << 20) + 1);
        let announced = announced.body(text_of((1 << 20) + 1).into()).unwrap();
        refused(answer(announced).await, 413, "payload_too_large").await;
    }
}

#[tokio::test]
async fn a_panic_is_answered_and_its_message_kept_inside() {
    let body = refused(answer(get_request("/panic")).await, 500, "internal").await;
    assert!(!body.to_string().contains("secret"));
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_answered_except_where_it_may() {
    let response = answer(get_request("/stuck")).await;
    assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    refused(response, 503, "unavailable").await;
    assert_eq!(
        text(answer(get_request("/bookings/sync-drift")).await).await,
        "done"
    );
    let endless = Body::from_stream(futures_util::stream::pending::<
        Result<String, std::io::Error>,
    >());
    let slow = request(Method::POST, "/echo")
        .header(header::CONTENT_TYPE, "application/json")
        .body(endless)
        .unwrap();
    refused(answer(slow).await, 503, "unavailable").await;
}

#[tokio::test]
async fn a_request_id_is_taken_or_made() {
    let given = request(Method::GET, "/ok")
        .header("x-request-id", "abc-1")
        .body(Body::empty())
        .unwrap();
    assert_eq!(answer(given).await.headers()["x-request-id"], "abc-1");
    let unusable = request(Method::GET, "/ok")
        .header("x-request-id", "a b")
        .body(Body::empty())
        .unwrap();
    let made = answer(unusable).await.headers()["x-request-id"].clone();
    assert_eq!(made.len(), 36);
    assert_ne!(
        made,
        answer(get_request("/ok")).await.headers()["x-request-id"]
    );
}

#[tokio::test]
async fn a_token_tells_who_calls_and_a_bad_one_nobody() {
    let with = |header| {
        request(Method::GET, "/me")
            .header(header::AUTHORIZATION, header)
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(text(answer(with("Bearer good")).await).await, "customer");
    for bad in ["Bearer bad", "Bearer", "Basic good"] {
        refused(answer(with(bad)).await, 401, "unauthenticated").await;
    }
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let response = answer(request(Method::HEAD, "/ok").body(Body::empty()).unwrap()).await;
    assert_eq!(
        (
            response.status(),
            response.headers()[header::CONTENT_LENGTH].as_bytes()
        ),
        (StatusCode::OK, &b"2"[..])
    );
    assert_eq!(text(response).await, "");
    let response = answer(
        request(Method::HEAD, "/nowhere")
            .body(Body::empty())
            .unwrap(),
    )
    .await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

fn from_peer(path: &str, peer: [u8; 4]) -> Request {
    let mut request = get_request(path);
    request
        .extensions_mut()
        .insert(PeerAddress((peer, 1).into()));
    request
}

#[tokio::test]
async fn the_address_of_the_client_is_that_of_the_peer_or_of_whom_a_trusted_proxy_names() {
    let forwarded = |peer| {
        let mut request = from_peer("/address", peer);
        request.headers_mut().insert(
            "x-forwarded-for",
            HeaderValue::from_static("8.8.8.8, 7.7.7.7"),
        );
        request
    };
    assert_eq!(
        text(answer(forwarded([10, 0, 0, 1])).await).await,
        "7.7.7.7"
    );
    assert_eq!(text(answer(forwarded([9, 9, 9, 9])).await).await, "9.9.9.9");
}

#[tokio::test]
async fn strangers_are_limited_by_address_and_known_callers_are_not() {
    let limit = Arc::new(AnonymousLimit::new(NonZeroU32::new(2).unwrap()));
    let router = router(Layers {
        anonymous_limit: Some(limit),
        ..layers()
    });
    let ask = |peer, path: &str, token: Option<&'static str>| {
        let mut request = from_peer(path, peer);
        if let Some(token) = token {
            request
                .headers_mut()
                .insert(header::AUTHORIZATION, HeaderValue::from_static(token));
        }
        router.clone().oneshot(request)
    };
    let [here, there] = [[1, 1, 1, 1], [1, 1, 1, 2]];
    assert_eq!(ask(here, "/ok", None).await.unwrap().status(), 200);
    assert_eq!(
        ask(here, "/nowhere", Some("Bearer bad"))
            .await
            .unwrap()
            .status(),
        404
    );
    let response = ask(here, "/ok", None).await.unwrap();
    let wait: u64 = response.headers()[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=30).contains(&wait));
    refused(response, 429, "rate_limited").await;
    assert_eq!(
        ask(here, "/ok", Some("Bearer good"))
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(ask(here, "/healthz", None).await.unwrap().status(), 200);
    assert_eq!(ask(there, "/ok", None).await.unwrap().status(), 200);
}

/// What a web page of `origin` gets.
async fn cross_origin(layers: Layers, method: Method, path: &str, origin: &str) -> Response {
    let request = request(method, path)
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT")
        .header(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            "authorization,x-any",
        );
    let request = request.body(Body::empty()).unwrap();
    router(layers).oneshot(request).await.unwrap()
}

fn layers_for(origin: &'static str) -> Layers {
    Layers {
        cors_allowed_origins: vec![HeaderValue::from_static(origin)],
        ..layers()
    }
}

#[tokio::test]
async fn web_pages_of_allowed_origins_may_call_and_read_also_what_fails() {
    const PAGE: &str = "https://app.example";
    let preflight = cross_origin(layers_for(PAGE), Method::OPTIONS, "/ok", PAGE).await;
    assert_eq!(preflight.status(), 200);
    let allowed = &preflight.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS];
    assert_eq!(allowed, "authorization,x-any");
    for path in ["/ok", "/nowhere", "/panic"] {
        let response = cross_origin(layers_for(PAGE), Method::GET, path, PAGE).await;
        let headers = response.headers();
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], PAGE, "{path}");
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
        let exposed = "x-request-id,retry-after,x-stock-timestamp,etag,last-modified";
        assert_eq!(headers[header::ACCESS_CONTROL_EXPOSE_HEADERS], exposed);
    }
}

#[tokio::test]
async fn other_web_pages_may_not() {
    const PAGE: &str = "https://app.example";
    let foreign = cross_origin(layers_for(PAGE), Method::GET, "/ok", "https://evil.example").await;
    let allowed = foreign.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    assert_eq!(allowed, None);
    let off = cross_origin(layers(), Method::GET, "/ok", PAGE).await;
    let mut names = off.headers().keys();
    assert!(names.all(|name| !name.as_str().starts_with("access-control")));
}
