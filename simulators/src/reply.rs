//! Answers as these servers write them.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use serde::Serialize;
use serde_json::Value;

/// The largest request body that is read; the rest of a larger one is taken for nothing.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => with_type(status, "application/json", body),
        Err(error) => with_type(
            StatusCode::INTERNAL_SERVER_ERROR,
            "text/plain",
            error.to_string(),
        ),
    }
}

/// The page that a web server or a proxy in front of the application shows.
pub(crate) fn html(status: StatusCode) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let page = format!(
        "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\
         <body><center><h1>{} {title}</h1></center><hr></body></html>\n",
        status.as_u16()
    );
    with_type(status, "text/html; charset=utf-8", page)
}

fn with_type(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// A request's body as it came.
pub(crate) async fn bytes(body: Body) -> Bytes {
    axum::body::to_bytes(body, LARGEST_BODY)
        .await
        .unwrap_or_default()
}

/// A request's body as JSON; `Null` where it is none.
pub(crate) async fn read(body: Body) -> Value {
    serde_json::from_slice(&bytes(body).await).unwrap_or_default()
}
