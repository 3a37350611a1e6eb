use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;

const FILES: &[File] = &[
    File {
        path: "assets/index-1a2b.js",
        media_type: "text/javascript; charset=utf-8",
        plain: b"script",
        gzip: Some(b"gzipped"),
        brotli: None,
    },
    File {
        path: "icon.svg",
        media_type: "image/svg+xml",
        plain: b"<svg/>",
        gzip: None,
        brotli: None,
    },
    File {
        path: "index.html",
        media_type: HTML,
        plain: b"<meta content=\"__CSP_NONCE__\"><meta content=\"__DEMO__\">",
        gzip: None,
        brotli: None,
    },
];

async fn get_from(
    files: &'static [File],
    path: &str,
    accepted: &str,
) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path)
        .header(ACCEPT_ENCODING, accepted)
        .body(Body::empty())
        .unwrap();
    let answer = Panel(files).router().oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (
        parts.status,
        parts.headers,
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

#[tokio::test]
async fn every_deep_link_is_the_page_and_is_not_kept() {
    for path in [
        "/admin/",
        "/admin/login",
        "/admin/bookings/a.b",
        "/admin/index.html",
    ] {
        let (status, headers, body) = get_from(FILES, path, "br").await;
        assert_eq!(
            (status, &headers[CONTENT_TYPE]),
            (StatusCode::OK, &HTML.parse().unwrap())
        );
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert!(body.starts_with("<meta content="), "{path}: {body}");
    }
}

#[tokio::test]
async fn the_policy_allows_no_inline_script_and_its_nonce_is_new_each_time() {
    let (_, headers, body) = get_from(FILES, "/admin/", "").await;
    let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
    let (_, rest) = policy.split_once("'nonce-").unwrap();
    let (nonce, _) = rest.split_once('\'').unwrap();
    assert_eq!(nonce.len(), 24);
    assert_eq!(
        body,
        format!("<meta content=\"{nonce}\"><meta content=\"false\">")
    );
    assert!(
        policy.contains("script-src 'self';") && !policy.contains("unsafe"),
        "{policy}"
    );
    let (_, again, _) = get_from(FILES, "/admin/", "").await;
    assert_ne!(
        again[CONTENT_SECURITY_POLICY],
        headers[CONTENT_SECURITY_POLICY]
    );
}

#[tokio::test]
async fn the_page_of_a_demo_says_so() {
    let demo = Panel(FILES).router().layer(Extension(InDemo));
    let request = Request::get("/admin/login").body(Body::empty()).unwrap();
    let answer = demo.oneshot(request).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(body.ends_with(b"<meta content=\"true\">"));
}

#[tokio::test]
async fn assets_are_kept_for_a_year_and_compressed_for_those_who_take_it() {
    let (status, headers, body) = get_from(FILES, "/admin/assets/index-1a2b.js", "gzip, br").await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "gzipped"));
    assert_eq!(headers[CONTENT_ENCODING], "gzip");
    assert_eq!(headers[VARY], "accept-encoding");
    assert_eq!(
        headers[CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    let (_, headers, body) = get_from(FILES, "/admin/assets/index-1a2b.js", "identity").await;
    assert_eq!(
        (headers.get(CONTENT_ENCODING), body.as_str()),
        (None, "script")
    );
    let (_, headers, _) = get_from(FILES, "/admin/icon.svg", "").await;
    assert_eq!(headers[CACHE_CONTROL], "public, max-age=3600");
}

#[tokio::test]
async fn an_asset_of_another_version_is_not_found() {
    let (status, _, _) = get_from(FILES, "/admin/assets/index-old.js", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_the_panel_a_page_says_how_to_build_it() {
    let (status, _, body) = get_from(&[], "/admin/login", "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("make panel"), "{body}");
}

#[tokio::test]
async fn the_bare_name_leads_to_the_panel() {
    let (status, headers, _) = get_from(FILES, "/admin", "").await;
    assert_eq!(
        (status, headers["location"].as_bytes()),
        (StatusCode::TEMPORARY_REDIRECT, &b"/admin/"[..])
    );
}
