use std::{
    error::Error,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::MatchedPath,
    http::{HeaderValue, Method, Request, Uri, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, SecondsFormat, Utc};
use clock::Clock;

use crate::{ApiError, ErrorBody, FieldError, Json, RequestId};

/// One request until it is answered: its id, and what the log tells of it.
#[derive(Debug)]
pub struct Exchange {
    id: RequestId,
    started: Instant,
    method: Method,
    uri: Uri,
    route: Option<MatchedPath>,
}

impl Exchange {
    /// Begins with the head of a request.
    pub fn begin<B>(request: &Request<B>) -> Self {
        Self {
            id: RequestId::of(request.headers()),
            started: Instant::now(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            route: request.extensions().get().cloned(),
        }
    }

    /// When it began.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// The id of the request.
    pub(crate) fn id(&self) -> &RequestId {
        &self.id
    }

    /// Ends with an answer: an error gets the one shape, each gets the request's id, and the log a line.
    pub fn end(&self, answer: Response, clock: &dyn Clock) -> Response {
        let route = self.route.as_ref().map(MatchedPath::as_str);
        self.end_at(route.unwrap_or_else(|| self.uri.path()), answer, clock)
    }

    /// The same for a request that no router has seen: `route` is the template of its path.
    pub fn end_at(&self, route: &str, mut answer: Response, clock: &dyn Clock) -> Response {
        let cause = answer
            .extensions()
            .get::<ApiError>()
            .and_then(|error| error.0.cause.clone());
        if answer.status().is_client_error() || answer.status().is_server_error() {
            answer = in_shape(answer, &self.id, clock.now());
        }
        if let Some(value) = self.id.header_value() {
            answer.headers_mut().insert(RequestId::NAME, value);
        }
        self.id
            .in_scope(|| self.log(route, &answer, cause.as_deref()));
        answer
    }

    /// One line a request: the path without its query, which may hold what nobody should read in a log.
    fn log(&self, route: &str, answer: &Response, cause: Option<&(dyn Error + Send + Sync)>) {
        let (method, path) = (self.method.as_str(), self.uri.path());
        let status = answer.status().as_u16();
        let latency_ms = self.started.elapsed().as_secs_f64() * 1000.0;
        match cause {
            Some(cause) if answer.status().is_server_error() => {
                tracing::error!(method, path, route, status, latency_ms, cause = %Chain(cause), "request failed");
            }
            Some(cause) => {
                tracing::warn!(method, path, route, status, latency_ms, cause = %Chain(cause), "request refused");
            }
            None => tracing::info!(method, path, route, status, latency_ms, "request"),
        }
    }
}

/// Writes the body of an error, and keeps what other headers it had (`Allow`, CORS).
fn in_shape(mut response: Response, id: &RequestId, now: DateTime<Utc>) -> Response {
    let status = response.status();
    let error = response.extensions_mut().remove::<ApiError>();
    let error = *error.unwrap_or_else(|| ApiError::of_status(status)).0;
    let body = ErrorBody {
        success: false,
        error: error.sentence,
        code: error.code,
        timestamp: now.to_rfc3339_opts(SecondsFormat::Millis, true),
        request_id: id.as_str().to_owned(),
        fields: error.fields.into_iter().map(FieldError::from).collect(),
        context: error.context,
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    let mut shaped = (error.status, Json(body)).into_response();
    for (name, value) in &parts.headers {
        shaped.headers_mut().append(name, value.clone());
    }
    if let Some(wait) = error.retry_after {
        shaped
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds(wait));
    }
    *shaped.extensions_mut() = parts.extensions;
    let (parts, body) = shaped.into_parts();
    Response::from_parts(parts, Body::new(body))
}

/// Whole seconds, rounded up, at least one.
fn seconds(wait: Duration) -> HeaderValue {
    HeaderValue::from(
        wait.as_millis()
            .div_ceil(1000)
            .max(1)
            .try_into()
            .unwrap_or(u64::MAX),
    )
}

/// An error and all its sources, in one line.
struct Chain<'a>(&'a (dyn Error + Send + Sync));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(error) = next {
            write!(f, ": {error}")?;
            next = error.source();
        }
        Ok(())
    }
}
