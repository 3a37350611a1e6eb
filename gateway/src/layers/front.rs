use std::{convert::Infallible, fmt, net::SocketAddr, sync::Arc};

use api_error::Exchange;
use axum::{
    Extension, Router,
    body::{Body, Bytes, HttpBody},
    http::{HeaderMap, Method, Request, StatusCode, Uri, header},
    response::Response,
};
use futures_util::FutureExt as _;
use tower::{BoxError, Layer as _, Service as _, service_fn};
use tower_http::cors::CorsLayer;

use super::{Entrance, PeerAddress, address};

/// Gives answers that lie ready: the template of the path that was asked, and the answer.
pub(crate) type AtHand =
    dyn Fn(&Method, &Uri, &HeaderMap) -> Option<(&'static str, Response)> + Send + Sync;

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
    pub(super) fn new(router: Router, shortcut: Shortcut) -> Self {
        let shortcut = Some(Arc::new(shortcut));
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
        mut request: Request<B>,
    ) -> Result<Response, Infallible>
    where
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let shortcut = self.shortcut.as_ref();
        if let Some(answer) = shortcut.and_then(|shortcut| shortcut.answer(peer, &request)) {
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
    pub(super) at_hand: Box<AtHand>,
}

impl Shortcut {
    fn answer<B>(&self, peer: SocketAddr, request: &Request<B>) -> Option<Response> {
        let (route, found) = (self.at_hand)(request.method(), request.uri(), request.headers())?;
        let layers = &self.entrance.layers;
        let limit = layers.anonymous_limit.as_ref();
        if limit.is_some() && request.headers().contains_key(header::AUTHORIZATION) {
            // Whether the limit is for this caller takes a look at the token.
            return None;
        }
        let exchange = Exchange::begin(request);
        let caller = || address::client(peer, request.headers(), &layers.trusted_proxies);
        let mut answer = match limit.and_then(|limit| limit.refusal_of(caller())) {
            None => found,
            Some(mut refusal) => {
                stock::stamp_refusal(route, layers.clock.now(), &mut refusal);
                refusal
            }
        };
        let latency = exchange.started().elapsed();
        let series = &self.entrance.series;
        series.count(("GET", route), answer.status(), latency);
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

/// Writes into the answer to a `GET` which web pages may read it.
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
