use axum::{
    extract::{
        FromRequest, FromRequestParts, OptionalFromRequestParts, Request,
        rejection::{BytesRejection, PathRejection},
    },
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use validation::Violations;

use crate::{ApiError, Code};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Most answers are no longer, in bytes.
const USUAL: usize = 2048;

/// A JSON body, read or written.
///
/// An empty body reads as `{}`. Without a JSON `Content-Type` a body is refused with 415.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

/// The parameters in the path.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

/// The parameters behind the question mark.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = is_json(request.headers());
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|e| body_refused(&e))?;
        read(is_json, &body).map(Self)
    }
}

impl<'de, T: Deserialize<'de>> Json<T> {
    /// Reads a body that has been received, as the extractor does.
    pub fn read(headers: &HeaderMap, body: &'de [u8]) -> Result<Self, ApiError> {
        read(is_json(headers), body).map(Self)
    }
}

fn read<'de, T: Deserialize<'de>>(is_json: bool, body: &'de [u8]) -> Result<T, ApiError> {
    if body.is_empty() {
        return parse(b"{}");
    }
    if !is_json {
        return Err(ApiError::new(
            Code::UnsupportedMediaType,
            Code::UnsupportedMediaType.sentence(),
        ));
    }
    parse(body)
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(USUAL);
        match serde_json::to_writer(&mut body, &self.0) {
            Ok(()) => ([(header::CONTENT_TYPE, JSON)], body).into_response(),
            Err(error) => ApiError::internal(error).into_response(),
        }
    }
}

#[expect(
    clippy::disallowed_types,
    reason = "this is the wrapper that everybody else uses"
)]
impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        use axum::extract::rejection::PathRejection::FailedToDeserializePathParams;
        let refused = |rejection: PathRejection| match rejection {
            FailedToDeserializePathParams(inner) => {
                ApiError::invalid(Violations::one("path", inner.into_kind()))
            }
            other => ApiError::internal(other),
        };
        let path =
            <axum::extract::Path<T> as FromRequestParts<S>>::from_request_parts(parts, state);
        path.await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(refused)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let pairs = pairs(parts.uri.query().unwrap_or_default())?;
        let input = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(input)
            .map(Self)
            .map_err(|error| refusal(&error))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, ApiError> {
        if parts.uri.query().is_none() {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}

/// Reads an object. Arrays are refused: serde would take their items for fields in the order of our source.
fn parse<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, ApiError> {
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(ApiError::invalid(Violations::one(
            "request",
            "must be a JSON object",
        )));
    }
    // serde does not look into what it skips, so an unknown field could hold anything.
    let body = std::str::from_utf8(body).map_err(|_| {
        ApiError::new(
            Code::InvalidRequest,
            "The body is not JSON: it must be UTF-8",
        )
    })?;
    if let Ok(value) = serde_json::from_str(body) {
        return Ok(value);
    }
    // Read once more by what knows the way to the field that is wrong, which takes twice as long.
    let mut input = serde_json::Deserializer::from_str(body);
    let value = serde_path_to_error::deserialize(&mut input).map_err(|error| {
        if error.inner().is_syntax() || error.inner().is_eof() {
            ApiError::new(
                Code::InvalidRequest,
                format!("The body is not JSON: {}", error.inner()),
            )
        } else {
            refusal(&error)
        }
    })?;
    input
        .end()
        .map_err(|e| ApiError::new(Code::InvalidRequest, format!("The body is not JSON: {e}")))?;
    Ok(value)
}

/// Names the field that could not be read, in the client's spelling.
fn refusal<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> ApiError {
    let (path, mut reason) = (error.path().to_string(), error.inner().to_string());
    if let Some(at) = reason.find(" at line ") {
        reason.truncate(at);
    }
    let missing = reason
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'));
    let violations = match (path.as_str(), missing) {
        (".", Some(field)) => Violations::one(field, "is required"),
        (parent, Some(field)) => Violations::one(format!("{parent}.{field}"), "is required"),
        (".", None) => Violations::one("request", reason),
        (field, None) => Violations::one(field, reason),
    };
    ApiError::invalid(violations)
}

/// The decoded pairs of a query. Escapes that are not UTF-8 are refused; the parser would replace them silently.
fn pairs(query: &str) -> Result<form_urlencoded::Parse<'_>, ApiError> {
    let damaged = |text: &str| text.contains('\u{fffd}');
    if form_urlencoded::parse(query.as_bytes()).any(|(key, value)| damaged(&key) || damaged(&value))
    {
        return Err(ApiError::invalid(Violations::one("query", "must be UTF-8")));
    }
    Ok(form_urlencoded::parse(query.as_bytes()))
}

fn body_refused(rejection: &BytesRejection) -> ApiError {
    ApiError::of_status(rejection.status())
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
    else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return true;
    }
    let essence = essence.to_ascii_lowercase();
    essence.starts_with("application/") && essence.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Named {
        name: String,
    }

    #[test]
    fn a_body_is_utf8_also_where_nobody_reads_it() {
        let read = |body: &[u8]| parse::<Named>(body).map(|named| named.name);
        assert_eq!(read(br#"{"x": "y", "name": "z"}"#).unwrap(), "z");
        assert!(read(b"{\"x\": \"\xff\", \"name\": \"z\"}").is_err());
    }
}
