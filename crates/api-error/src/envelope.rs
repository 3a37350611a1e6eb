use std::{
    convert::Infallible,
    error::Error,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request},
    http::{HeaderValue, Method, Uri, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, SecondsFormat, Utc};
use clock::Clock;
use serde::Serialize;
use serde_json::{Map, Value};
use tower::{Layer, Service};
use tracing::Instrument as _;
use utoipa::ToSchema;
use validation::Violation;

use crate::{ApiError, Json, RequestId};

/// The body of every error answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// Always `false`.
    pub success: bool,
    /// What went wrong, for a person.
    pub error: String,
    /// What went wrong, for a program: stable.
    #[schema(value_type = String)]
    pub code: &'static str,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: String,
    /// The id of the request, as in the log.
    pub request_id: String,
    /// The fields that are wrong, where it is fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// What else helps to act on it.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub context: Map<String, Value>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// The field, as the client spells it.
    pub field: String,
    /// What is wrong with it.
    pub error: String,
}

impl From<Violation> for FieldError {
    fn from(Violation { field, error }: Violation) -> Self {
        Self { field, error }
    }
}

/// Wraps a router so that every error answer has the one shape, and every answer its request id.
pub fn envelope(router: Router, clock: Arc<dyn Clock>) -> Router {
    router.layer(EnvelopeLayer::new(clock))
}

/// [`envelope`] as a layer, for those who have others to lay under it.
#[derive(Clone, Debug)]
pub struct EnvelopeLayer {
    clock: Arc<dyn Clock>,
}

impl EnvelopeLayer {
    /// Errors are stamped with the time of `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

impl<S> Layer<S> for EnvelopeLayer {
    type Service = Envelope<S>;

    fn layer(&self, inner: S) -> Envelope<S> {
        let clock = Arc::clone(&self.clock);
        Envelope { inner, clock }
    }
}

/// A service whose errors have the one shape.
#[derive(Clone, Debug)]
pub struct Envelope<S> {
    inner: S,
    clock: Arc<dyn Clock>,
}

impl<S> Service<Request> for Envelope<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let id = RequestId::of(request.headers());
        let head = Head {
            started: Instant::now(),
            method: request.method().clone(),
            uri: request.uri().clone(),
        };
        let span = tracing::info_span!("request", request_id = %id.as_str());
        let answer = span.in_scope(|| self.inner.call(request));
        let clock = Arc::clone(&self.clock);
        let wrapped = async move {
            let response = answer.await?;
            Ok(finish(response, &head, &id, clock.as_ref()))
        };
        Box::pin(wrapped.instrument(span))
    }
}

/// What the log tells of a request.
struct Head {
    started: Instant,
    method: Method,
    uri: Uri,
}

fn finish(mut response: Response, head: &Head, id: &RequestId, clock: &dyn Clock) -> Response {
    let cause = response
        .extensions()
        .get::<ApiError>()
        .and_then(|error| error.0.cause.clone());
    if response.status().is_client_error() || response.status().is_server_error() {
        response = in_shape(response, id, clock.now());
    }
    if let Some(value) = id.header_value() {
        response.headers_mut().insert(RequestId::HEADER, value);
    }
    log(head, &response, cause.as_deref());
    response
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

/// One line a request: the path without its query, which may hold what nobody should read in a log.
fn log(head: &Head, response: &Response, cause: Option<&(dyn Error + Send + Sync)>) {
    let (method, path) = (head.method.as_str(), head.uri.path());
    let status = response.status().as_u16();
    let route = response
        .extensions()
        .get::<MatchedPath>()
        .map_or(path, MatchedPath::as_str);
    let latency_ms = head.started.elapsed().as_secs_f64() * 1000.0;
    match cause {
        Some(cause) if response.status().is_server_error() => {
            tracing::error!(method, path, route, status, latency_ms, cause = %Chain(cause), "request failed");
        }
        Some(cause) => {
            tracing::warn!(method, path, route, status, latency_ms, cause = %Chain(cause), "request refused");
        }
        None => tracing::info!(method, path, route, status, latency_ms, "request"),
    }
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
