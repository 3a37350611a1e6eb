use std::{convert::Infallible, fmt, net::SocketAddr, sync::Arc};

use api_error::Exchange;
use axum::{
    Extension, Router,
    body::{Body, Bytes, HttpBody},
    http::{HeaderMap, Request, StatusCode, header},
    response::Response,
};
use futures_util::FutureExt as _;
use stock::{AtHand, Stock};
use tower::{BoxError, Layer as _, Service as _, service_fn};
use tower_http::cors::CorsLayer;

use super::{Entrance, PeerAddress, address, early_body::EarlyBody, rate_limit::Counted};

/// The gateway as its server calls it: the few reads that are asked all the time are answered at once where their
/// answer lies ready, everything else goes through the router.
#[derive(Clone)]
pub(crate) struct Front {
    router: Router,
    shortcut: Option<Arc<Shortcut>>,
}

impl From<Router> for Front {
    fn from(router: Router) -> Self {
        let shortcut = None;
        Self { router, shortcut }
    }
}

impl Front {
    /// Leads past `router`, which has its layers, where the shortcut has an answer.
    pub(super) fn new(router: Router, shortcut: Option<Shortcut>) -> Self {
        let shortcut = shortcut.map(Arc::new);
        Self { router, shortcut }
    }

    /// Puts something into every request that goes through the router.
    pub(crate) fn inside<T: Clone + Send + Sync + 'static>(self, extension: Extension<T>) -> Self {
        let router = self.router.layer(extension);
        Self { router, ..self }
    }

    /// Every route with every layer.
    pub(crate) fn router(&self) -> &Router {
        &self.router
    }

    /// Answers a request that `peer` sent.
    pub(crate) async fn answer<B>(
        &self,
        peer: SocketAddr,
        request: Request<B>,
    ) -> Result<Response, Infallible>
    where
        B: HttpBody<Data = Bytes, Error: Into<BoxError> + Send> + Send + Unpin + 'static,
    {
        let mut request = request.map(EarlyBody::new);
        let shortcut = self.shortcut.as_ref();
        if let Some(answer) = shortcut.and_then(|shortcut| shortcut.answer(peer, &mut request)) {
            return Ok(answer);
        }
        request.extensions_mut().insert(PeerAddress(peer));
        let mut answer = self.router.clone().call(request.map(Body::new)).await?;
        if answer.status() == StatusCode::NOT_MODIFIED {
            // The router tells the length of the empty body, which would be taken for that of the page (RFC 9110, 8.6).
            answer.headers_mut().remove(header::CONTENT_LENGTH);
        }
        Ok(answer)
    }
}

/// The way past the router. What the layers do to every answer is done here too, in the same order.
pub(super) struct Shortcut {
    pub(super) entrance: Arc<Entrance>,
    pub(super) cors: Option<CorsLayer>,
    pub(super) stock: Stock,
}

impl Shortcut {
    fn answer<B>(&self, peer: SocketAddr, request: &mut Request<EarlyBody<B>>) -> Option<Response>
    where
        B: HttpBody<Data = Bytes> + Unpin,
    {
        let asked = AtHand::of(request.method(), request.uri())?;
        if !request.body().is_small() {
            return None;
        }
        let layers = &self.entrance.layers;
        let limit = layers.anonymous_limit.as_ref();
        if limit.is_some() && request.headers().contains_key(header::AUTHORIZATION) {
            // Whether the limit is for this caller takes a look at the token.
            return None;
        }
        let exchange = Exchange::begin(request);
        let caller = || address::client(peer, request.headers(), &layers.trusted_proxies);
        let (method, route) = asked.route();
        let mut answer = match limit.and_then(|limit| limit.refusal_of(caller())) {
            None => {
                let body = request.body_mut().whole();
                let answer = asked.answer(&self.stock, request.headers(), body.as_deref());
                if answer.is_none() && limit.is_some() {
                    request.extensions_mut().insert(Counted);
                }
                answer?
            }
            Some(mut refusal) => {
                stock::stamp_refusal(route, layers.clock.now(), &mut refusal);
                refusal
            }
        };
        let latency = exchange.started().elapsed();
        let series = &self.entrance.series;
        series.count((method, route), answer.status(), latency);
        if let Some(cors) = &self.cors {
            answer = for_web_pages(cors, request.headers(), answer)?;
        }
        Some(exchange.end_at(route, answer, layers.clock.as_ref()))
    }
}

impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Front").finish_non_exhaustive()
    }
}

/// Writes into the answer which web pages may read it.
fn for_web_pages(cors: &CorsLayer, asked: &HeaderMap, answer: Response) -> Option<Response> {
    let mut request = Request::new(());
    *request.headers_mut() = asked.clone();
    let mut answer = Some(answer);
    let given = service_fn(move |_| {
        let answer = answer.take().unwrap_or_default();
        std::future::ready(Ok::<_, Infallible>(answer))
    });
    let written = cors.layer(given).call(request).now_or_never()?;
    written.ok()
}
