use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{Router, extract::Request, response::Response};
use clock::Clock;
use serde::Serialize;
use serde_json::{Map, Value};
use tower::{Layer, Service};
use utoipa::ToSchema;
use validation::Violation;

use crate::Exchange;

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
        let exchange = Exchange::begin(&request);
        let id = exchange.id().clone();
        let answer = id.in_scope(|| self.inner.call(request));
        let clock = Arc::clone(&self.clock);
        Box::pin(id.scope(async move { Ok(exchange.end(answer.await?, clock.as_ref())) }))
    }
}
