//! Where Socket.IO's connections come in.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Version, header},
    response::{IntoResponse as _, Response},
};
use futures_util::future::{BoxFuture, Either};
use hyper::upgrade::OnUpgrade;
use hyper_util::{rt::TokioIo, server::conn::auto::upgrade::downcast};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tower::Service;

use crate::socket::{EngineService, Server, engine, serve_websocket};

/// Serves connections that are websockets from the beginning, and hands all others to `engineioxide`.
#[derive(Clone)]
pub(super) struct SocketService {
    server: Arc<Server>,
    engine: EngineService,
}

impl SocketService {
    pub(super) fn new(server: &Arc<Server>) -> Self {
        Self {
            server: Arc::clone(server),
            engine: engine(Arc::clone(server)),
        }
    }

    /// Tells the client that it speaks websocket from here on; `None` where that is not what it asks.
    fn switch(&self, request: &mut Request) -> Option<Response> {
        let accept = accept_of(request)?;
        request.extensions().get::<OnUpgrade>()?;
        // Of the request nothing else stays: its connection may last for days.
        let upgrade = hyper::upgrade::on(request);
        let server = Arc::clone(&self.server);
        self.server
            .websockets
            .spawn(async move { serve(server, upgrade).await });
        let headers = [
            (header::CONNECTION, HeaderValue::from_static("Upgrade")),
            (header::UPGRADE, HeaderValue::from_static("websocket")),
            (header::SEC_WEBSOCKET_ACCEPT, accept),
        ];
        Some((StatusCode::SWITCHING_PROTOCOLS, headers).into_response())
    }
}

/// Serves the connection itself, without what HTTP laid around it.
async fn serve(server: Arc<Server>, upgrade: OnUpgrade) {
    match upgrade.await.map(downcast::<TokioIo<TcpStream>>) {
        Ok(Ok(parts)) => {
            let (stream, read) = (parts.io.into_inner(), parts.read_buf);
            serve_websocket(server, stream, read.into()).await;
        }
        Ok(Err(other)) => serve_websocket(server, TokioIo::new(other), Vec::new()).await,
        Err(error) => tracing::debug!(%error, "a client went before it was a websocket"),
    }
}

impl Service<Request> for SocketService {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<
        Ready<Result<Response, Infallible>>,
        BoxFuture<'static, Result<Response, Infallible>>,
    >;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        if let Some(response) = self.switch(&mut request) {
            return Either::Left(ready(Ok(response)));
        }
        let answer = Service::call(&mut self.engine, request);
        Either::Right(Box::pin(async move { Ok(answer.await?.map(Body::new)) }))
    }
}

/// What a request for a new websocket is to be answered; `None` for any other, also one that is not quite right:
/// `engineioxide` knows what to answer to it.
fn accept_of(request: &Request) -> Option<HeaderValue> {
    let query = request.uri().query()?;
    let field = |name: &str| {
        let fields = query.split('&').filter_map(|field| field.split_once('='));
        { fields }.find_map(|(key, value)| (key == name).then_some(value))
    };
    let headers = request.headers();
    let is_ours = request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && field("EIO") == Some("4")
        && field("transport") == Some("websocket")
        && field("sid").is_none()
        && names(headers, header::CONNECTION, "upgrade")
        && names(headers, header::UPGRADE, "websocket")
        && headers.get(header::SEC_WEBSOCKET_VERSION)? == "13";
    if !is_ours {
        return None;
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?;
    derive_accept_key(key.as_bytes()).parse().ok()
}

/// Whether a header that is a list has this word.
fn names(headers: &HeaderMap, name: header::HeaderName, word: &str) -> bool {
    let lists = headers.get_all(name).iter();
    lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|one| one.trim().eq_ignore_ascii_case(word))
}
