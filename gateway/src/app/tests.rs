use std::net::SocketAddr;

use auth::Actor;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Request, header},
    response::Response,
};
use http_body_util::BodyExt as _;
use stock::{
    Adjustment, Change, Label, Price, ProductDraft, ProductId, Stock, Units, VariantDraft,
    VariantKey,
};
use tower::ServiceExt as _;
use validation::{Money, Text};

use super::*;
use crate::{config::Config, layers::PeerAddress, start, wiring::Parts};

const PEER: [u8; 4] = [9, 9, 9, 9];
const STOCK: &str = "/api/products/shirt/stock";

/// A gateway with one product, without a port.
struct Site {
    app: App,
    stock: Stock,
    _folder: tempfile::TempDir,
}

impl Site {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/test.db?mode=rwc", folder.path().display());
        let config = Config::read(&|name| {
            let set = settings.iter().find(|(known, _)| *known == name);
            set.map(|(_, value)| (*value).to_owned())
                .or_else(|| (name == "DATABASE_URL").then(|| url.clone()))
        });
        let config = config.unwrap();
        let database = start::database(&config.storage).await.unwrap();
        let parts = Parts::new(database, &config).await.unwrap();
        let stock = parts.shop.stock.clone();
        stock.create(shirt(), &Actor::system()).await.unwrap();
        Self {
            app: App::assemble(parts, &config),
            stock,
            _folder: folder,
        }
    }

    /// Past the router, where the answer lies ready.
    async fn at_once(&self, request: Request<Body>) -> Response {
        let peer = SocketAddr::from((PEER, 1));
        self.app.front.answer(peer, request).await.unwrap()
    }

    /// Through the router and all its layers.
    async fn the_long_way(&self, mut request: Request<Body>) -> Response {
        let peer = PeerAddress((PEER, 1).into());
        request.extensions_mut().insert(peer);
        self.app.router().oneshot(request).await.unwrap()
    }
}

fn shirt() -> ProductDraft {
    let variant = VariantDraft {
        size: Label::parse("M").unwrap(),
        color: Label::parse("Red").unwrap(),
        stock: Units::new(7).unwrap(),
    };
    ProductDraft {
        id: Some(ProductId::parse("shirt").unwrap()),
        title: Text::parse("Shirt").unwrap(),
        description: None,
        price: Price::new(Money::parse_amount("5").unwrap(), "EUR").unwrap(),
        variants: vec![variant],
    }
}

/// Asks whether a basket can be had.
fn validate(headers: &HeaderMap, body: &'static str) -> Request<Body> {
    let mut request = Request::post("/api/stock/validate")
        .body(Body::from(body))
        .unwrap();
    headers.clone_into(request.headers_mut());
    request
}

/// Headers of a request with JSON, and others.
fn json(others: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [("content-type", "application/json")].iter().chain(others) {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    headers
}

const BASKET: &str = r#"{"items":[{"productId":"shirt","size":"M","color":"Red","quantity":2},{"productId":"shirt","size":"M","color":"Red","quantity":5}]}"#;

fn ask(headers: &HeaderMap) -> Request<Body> {
    let mut request = Request::get(STOCK).body(Body::empty()).unwrap();
    headers.clone_into(request.headers_mut());
    request
}

/// What a client sees of an answer, but for its time, its id, and the length of its body, which the server writes.
async fn seen(mut response: Response) -> (u16, Vec<(String, String)>, String) {
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    assert!(headers.remove("x-stock-timestamp").is_some());
    assert!(headers.remove("x-request-id").is_some());
    let shown = |value: &HeaderValue| value.to_str().unwrap().to_owned();
    let mut told: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), shown(value)))
        .collect();
    told.sort();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let timed = body.split_once(",\"timestamp\"");
    let timeless = timed.map_or(body.as_str(), |(before, _)| before);
    (status, told, timeless.to_owned())
}

const PAGE: &str = "https://shop.example";

#[tokio::test]
async fn what_lies_ready_is_answered_as_it_is_on_the_long_way() {
    for settings in [&[][..], &[("CORS_ALLOWED_ORIGINS", PAGE)]] {
        let site = Site::start(settings).await;
        let first = site.at_once(ask(&HeaderMap::new())).await;
        let [etag, changed] = [header::ETAG, header::LAST_MODIFIED]
            .map(|name| first.headers()[name].to_str().unwrap().to_owned());
        for asked in [
            &[][..],
            &[("if-none-match", etag.as_str())],
            &[("if-none-match", "\"other\"")],
            &[("if-modified-since", changed.as_str())],
            &[("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT")],
            &[("origin", PAGE)],
            &[("origin", "https://other.example"), ("if-none-match", "*")],
        ] {
            let headers: HeaderMap = asked
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect();
            let [quick, slow] = [
                seen(site.at_once(ask(&headers)).await).await,
                seen(site.the_long_way(ask(&headers)).await).await,
            ];
            assert_eq!(quick, slow, "{settings:?} {asked:?}");
        }
    }
}

#[tokio::test]
async fn a_basket_is_judged_past_the_router_as_behind_it() {
    for settings in [&[][..], &[("CORS_ALLOWED_ORIGINS", PAGE)]] {
        let site = Site::start(settings).await;
        // From now on the product lies ready.
        drop(site.at_once(ask(&HeaderMap::new())).await);
        for headers in [
            json(&[]),
            json(&[("origin", PAGE)]),
            json(&[("content-type", "text/plain")]),
            HeaderMap::new(),
        ] {
            for body in [
                BASKET,
                r#"{"items":[{"productId":"shirt","size":"M","color":"Red","quantity":8}]}"#,
                r#"{"items":[{"productId":"shirt","size":" M ","color":"Red","quantity":1}]}"#,
                r#"{"items":[{"productId":"shirt","size":"M","color":"R\u0065d","quantity":1,"note":null}]}"#,
                r#"{"items":[{"productId":"shirt","size":"L","color":"Red","quantity":1},{}]}"#,
                r#"{"items":[{"productId":"shoe","size":"M","color":"Red","quantity":1}]}"#,
                r#"{"items":[{"productId":"shirt","size":"M","color":"Red","quantity":0}]}"#,
                r#"{"items":[]}"#,
                r#"{"items":[{"#,
                "[]",
                "",
            ] {
                let [quick, slow] = [
                    seen(site.at_once(validate(&headers, body)).await).await,
                    seen(site.the_long_way(validate(&headers, body)).await).await,
                ];
                assert_eq!(quick, slow, "{settings:?} {headers:?} {body}");
            }
        }
    }
}

#[tokio::test]
async fn a_basket_past_the_router_is_counted_once() {
    let site = Site::start(&[("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "3")]).await;
    // The first goes through the router, for nothing lies ready, and is counted once all the same.
    for _ in 0..3 {
        let answer = site.at_once(validate(&json(&[]), BASKET)).await;
        assert_eq!(answer.status(), 200);
    }
    let answer = site.at_once(validate(&json(&[]), BASKET)).await;
    assert_eq!(answer.status(), 429);
    assert!(answer.headers().contains_key(header::RETRY_AFTER));
}

#[tokio::test]
async fn a_basket_that_is_too_large_is_refused_as_on_the_long_way() {
    let site = Site::start(&[("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "1")]).await;
    let large = || {
        let body = Body::from(vec![b' '; 2 * 1024 * 1024]);
        let mut request = Request::post("/api/stock/validate").body(body).unwrap();
        let length = HeaderValue::from_static("2097152");
        request.headers_mut().insert(header::CONTENT_LENGTH, length);
        request
    };
    for _ in 0..3 {
        assert_eq!(site.at_once(large()).await.status(), 413);
    }
    // None of them was counted.
    let answer = site.at_once(validate(&json(&[]), BASKET)).await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn an_answer_without_a_page_tells_no_length() {
    let site = Site::start(&[]).await;
    let whatever = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static("*"))]);
    for _ in 0..2 {
        // The first finds nothing at hand and goes through the router.
        let answer = site.at_once(ask(&whatever)).await;
        assert_eq!(answer.status(), 304);
        assert_eq!(answer.headers().get(header::CONTENT_LENGTH), None);
    }
}

#[tokio::test]
async fn who_asks_past_the_router_is_known_by_id_and_limited_like_everybody() {
    let site = Site::start(&[("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "3")]).await;
    let mut named = HeaderMap::new();
    named.insert("x-request-id", HeaderValue::from_static("r-1"));
    for _ in 0..3 {
        let answer = site.at_once(ask(&named)).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["x-request-id"], "r-1");
    }
    let [quick, slow] = [
        site.at_once(ask(&named)).await,
        site.the_long_way(ask(&named)).await,
    ];
    for refusal in [quick, slow] {
        assert_eq!(refusal.status(), 429);
        assert!(refusal.headers().contains_key(header::RETRY_AFTER));
        let (_, _, body) = seen(refusal).await;
        assert!(body.contains("rate_limited"), "{body}");
    }
}

#[tokio::test]
async fn a_change_is_seen_past_the_router_at_once() {
    let site = Site::start(&[]).await;
    let stock_of = async || seen(site.at_once(ask(&HeaderMap::new())).await).await.2;
    assert!(stock_of().await.contains("\"stock\":7"));
    assert!(stock_of().await.contains("\"stock\":7"));
    let count = Adjustment {
        variant: VariantKey {
            product: ProductId::parse("shirt").unwrap(),
            size: Label::parse("M").unwrap(),
            color: Label::parse("Red").unwrap(),
        },
        change: Change::To(Units::new(9).unwrap()),
        reason: None,
    };
    let somebody = Actor::system();
    site.stock.adjust(&count, &somebody).await.unwrap();
    assert!(stock_of().await.contains("\"stock\":9"));
}
