//! What every request passes through, the outermost first: error envelope and request id, CORS, metrics, panics,
//! the client's address, body limit, time limit, authentication, rate limit.

mod address;
mod body_limit;
mod cors;
mod early_body;
mod front;
mod measure;
mod panics;
mod pass;
mod rate_limit;
#[cfg(test)]
mod tests;
mod time_limit;

use std::sync::Arc;

use api_error::EnvelopeLayer;
use auth::{Authenticator, identify};
use axum::{Router, extract::Request, http::HeaderValue, response::Response};
use clock::Clock;
use database::in_one_moment;
use ipnet::IpNet;
use stock::Stock;
use tower::ServiceBuilder;

pub(crate) use self::{
    address::PeerAddress, front::Front, panics::message as panic_message,
    rate_limit::AnonymousLimit, time_limit::TimeLimits,
};
use self::{
    front::Shortcut,
    measure::{Measured, Series},
    pass::{Inside, PassLayer},
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
    /// Wraps `router`, its 404 and 405 too, and leads past it where `stock` has the answer at hand. CORS lies outside of
    /// the panics, so that a web page can read their answer.
    ///
    /// It is one layer for the router, however many lie in it: a router copies each of its layers for every request.
    pub(crate) fn wrap(self, router: Router, stock: Option<Stock>) -> Front {
        let cors = cors::allow(self.cors_allowed_origins.clone());
        let clock = Arc::clone(&self.clock);
        let entrance = Arc::new(Entrance::new(self));
        let layers = ServiceBuilder::new()
            .layer(EnvelopeLayer::new(clock))
            .option_layer(cors.clone())
            .layer(PassLayer(Arc::clone(&entrance)));
        let shortcut = stock.map(|stock| Shortcut {
            entrance,
            cors,
            stock,
        });
        Front::new(router.layer(layers), shortcut)
    }
}

/// The way of a request through all but the envelope and CORS.
struct Entrance {
    layers: Layers,
    series: Series,
}

impl Entrance {
    fn new(layers: Layers) -> Self {
        let series = Series::default();
        Self { layers, series }
    }

    async fn pass<S: Inside>(&self, mut request: Request, inner: S) -> Response {
        let measured = Measured::begin(&request);
        let answer = async {
            address::resolve(&mut request, &self.layers.trusted_proxies);
            if let Some(refusal) = body_limit::refusal_of_announced(&mut request).await {
                return refusal;
            }
            body_limit::bytes_read().apply(&mut request);
            let limit = self.layers.time_limits.of(&request);
            // Who calls and what they are answered may rest on one look at the version of the data.
            time_limit::within(limit, in_one_moment(self.admit(request, inner))).await
        };
        let mut response = panics::caught(answer).await;
        if let Some(route) = measured.route() {
            stock::stamp_refusal(route, self.layers.clock.now(), &mut response);
        }
        measured.end(&response, &self.series);
        response
    }

    async fn admit<S: Inside>(&self, mut request: Request, mut inner: S) -> Response {
        let authenticator = self.layers.authenticator.as_ref();
        let authentication = identify(authenticator, request.headers()).await;
        let limit = self.layers.anonymous_limit.as_ref();
        if let Some(refusal) = limit.and_then(|limit| limit.refusal(&request, &authentication)) {
            return refusal;
        }
        request.extensions_mut().insert(authentication);
        match inner.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}
