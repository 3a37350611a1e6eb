//! What every request passes through, the outermost first: error envelope and request id, CORS, metrics, panics,
//! the client's address, body limit, time limit, authentication, rate limit.

mod address;
mod body_limit;
mod cors;
mod measure;
mod panics;
mod rate_limit;
#[cfg(test)]
mod tests;
mod time_limit;

use std::sync::Arc;

use auth::{Authenticator, identify};
use axum::{
    Router,
    extract::Request,
    http::HeaderValue,
    middleware::{self, Next},
    response::Response,
};
use clock::Clock;
use database::in_one_moment;
use ipnet::IpNet;

use self::measure::Measured;
pub(crate) use self::{
    address::PeerAddress, panics::message as panic_message, rate_limit::AnonymousLimit,
    time_limit::TimeLimits,
};

/// What the layers need.
#[derive(Clone)]
pub(crate) struct Layers {
    /// Stamps error answers.
    pub(crate) clock: Arc<dyn Clock>,
    /// Finds out who calls.
    pub(crate) authenticator: Arc<dyn Authenticator>,
    /// The proxies whose `X-Forwarded-For` counts.
    pub(crate) trusted_proxies: Arc<[IpNet]>,
    /// Whose web pages may call.
    pub(crate) cors_allowed_origins: Vec<HeaderValue>,
    /// How long a request may take.
    pub(crate) time_limits: TimeLimits,
    /// How often strangers may call; `None`: as often as they like.
    pub(crate) anonymous_limit: Option<Arc<AnonymousLimit>>,
}

impl Layers {
    /// Wraps `router`, its 404 and 405 too. CORS lies outside of the panics, so that a web page can read their answer.
    ///
    /// All but the two is one layer, not one each: every layer of a router is copied for every request, with all that
    /// lie inside of it.
    pub(crate) fn wrap(self, router: Router) -> Router {
        let (clock, cors) = (
            Arc::clone(&self.clock),
            cors::allow(self.cors_allowed_origins.clone()),
        );
        let layers = Arc::new(self);
        let router = router
            .layer(body_limit::bytes_read())
            .layer(middleware::from_fn(move |request: Request, next: Next| {
                let layers = Arc::clone(&layers);
                async move { layers.pass(request, next).await }
            }));
        let router = match cors {
            Some(cors) => router.layer(cors),
            None => router,
        };
        api_error::envelope(router, clock)
    }

    async fn pass(&self, mut request: Request, next: Next) -> Response {
        let measured = Measured::begin(&request);
        let answer = async {
            address::resolve(&mut request, &self.trusted_proxies);
            if let Some(refusal) = body_limit::refusal_of_announced(&mut request).await {
                return refusal;
            }
            body_limit::bytes_read().apply(&mut request);
            let limit = self.time_limits.of(&request);
            // Who calls and what they are answered may rest on one look at the version of the data.
            time_limit::within(limit, in_one_moment(self.admit(request, next))).await
        };
        measured.end(panics::caught(answer).await)
    }

    async fn admit(&self, mut request: Request, next: Next) -> Response {
        let authentication = identify(self.authenticator.as_ref(), request.headers()).await;
        let limit = self.anonymous_limit.as_ref();
        if let Some(refusal) = limit.and_then(|limit| limit.refusal(&request, &authentication)) {
            return refusal;
        }
        request.extensions_mut().insert(authentication);
        next.run(request).await
    }
}
