use std::{
    convert::Infallible,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{extract::Request, response::Response};
use tower::{Layer, Service};

use super::Entrance;

/// What lies behind the entrance.
pub(super) trait Inside:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Send
{
}

impl<S> Inside for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Send
{
}

/// Leads every request through the entrance.
#[derive(Clone)]
pub(super) struct PassLayer(pub(super) Arc<Entrance>);

/// A service behind the entrance.
#[derive(Clone)]
pub(super) struct Pass<S> {
    inner: S,
    entrance: Arc<Entrance>,
}

impl<S> Layer<S> for PassLayer {
    type Service = Pass<S>;

    fn layer(&self, inner: S) -> Pass<S> {
        let entrance = Arc::clone(&self.0);
        Pass { inner, entrance }
    }
}

impl<S: Inside + Clone + 'static> Service<Request> for Pass<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The one that was found ready goes with the request, its copy stays.
        let copy = self.inner.clone();
        let ready = mem::replace(&mut self.inner, copy);
        let entrance = Arc::clone(&self.entrance);
        Box::pin(async move { Ok(entrance.pass(request, ready).await) })
    }
}
