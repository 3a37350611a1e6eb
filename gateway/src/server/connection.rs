use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::Watcher},
};
use tokio::{net::TcpStream, sync::Notify, time::timeout};

use crate::layers::Front;

/// How long a new connection may take to ask for something: hyper's own limit begins only when it knows which version
/// the client speaks.
const FIRST_REQUEST: Duration = Duration::from_secs(15);
/// How long a connection may be idle, or take to send a later request's head: longer than the 60 s for which common
/// load balancers keep a connection, or they would send requests into one that is being closed.
const NEXT_REQUEST: Duration = Duration::from_secs(75);
/// The largest request head, in bytes.
const HEAD: usize = 64 * 1024;
/// How long a client may take nothing of what it was sent.
const DEAF: Duration = Duration::from_mins(1);
/// How often a silent HTTP/2 client is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);

/// One client's connection.
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) front: Arc<Front>,
    pub(super) watcher: Watcher,
}

impl Connection {
    /// Serves it until it ends.
    pub(super) async fn run(self) {
        let Self {
            stream,
            peer,
            front,
            watcher,
        } = self;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small answers may be slow");
        }
        give_up_on_the_deaf(&stream);
        let asked = Arc::new(Notify::new());
        let heard = Arc::clone(&asked);
        let service = service_fn(move |request: Request<Incoming>| {
            heard.notify_one();
            let front = Arc::clone(&front);
            async move { front.answer(peer, request).await }
        });
        let builder = builder();
        let connection = builder
            .serve_connection_with_upgrades(TokioIo::new(stream), service)
            .into_owned();
        let mut served = pin!(watcher.watch(connection));
        let begun = tokio::select! {
            outcome = &mut served => Some(outcome),
            asked = timeout(FIRST_REQUEST, asked.notified()) => {
                if asked.is_err() {
                    return tracing::debug!(%peer, "a client connected and asked for nothing");
                }
                None
            }
        };
        let outcome = match begun {
            Some(outcome) => outcome,
            None => served.await,
        };
        if let Err(error) = outcome {
            tracing::debug!(%peer, error, "a connection broke");
        }
    }
}

/// Has the system end a connection whose client acknowledges nothing, or has no room, for a minute: a websocket that is
/// cut off for its slowness would else wait for ever to write what it was sent before.
fn give_up_on_the_deaf(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(DEAF)) {
        tracing::debug!(%error, "a deaf client may hold its connection for long");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, DEAF);
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(NEXT_REQUEST)
        .max_buf_size(HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX));
    builder
}
