//! Connections: HTTP/1.1 and HTTP/2 on one port, patience with slow clients, a stop that lets requests finish.

mod connection;
mod signals;
#[cfg(test)]
mod tests;

use std::{io::ErrorKind, net::SocketAddr, sync::Arc, time::Duration};

use hyper_util::server::graceful::GracefulShutdown;
use tokio::{net::TcpListener, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

use self::connection::Connection;
use crate::{config::StartError, layers::Front};

pub(crate) use self::signals::Signals;

/// How long to wait when no further connection can be accepted, for want of file handles most likely.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Takes the port.
pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|error| {
        let reason = match error.kind() {
            ErrorKind::AddrInUse => "is in use by another program, it wants a free port".to_owned(),
            _ => format!("cannot be listened on: {error}"),
        };
        StartError::new("BIND_ADDR", format!("{address} {reason}"))
    })
}

/// Serves `front` until `stop`; then requests in flight have `grace` to finish.
pub(crate) async fn serve(
    listener: TcpListener,
    front: Front,
    stop: CancellationToken,
    grace: Duration,
) {
    // By the threads that carry the connections: the one that waits for the end would be woken for each of them, twice.
    let mut acceptor = JoinSet::new();
    acceptor.spawn(accept(listener, front, stop, grace));
    acceptor.join_all().await;
}

async fn accept(listener: TcpListener, front: Front, stop: CancellationToken, grace: Duration) {
    let front = Arc::new(front);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = Connection {
                    stream,
                    peer,
                    front: Arc::clone(&front),
                    watcher: graceful.watcher(),
                };
                connections.spawn(connection.run());
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted at the moment");
                let _ = timeout(ACCEPT_PAUSE, stop.cancelled()).await;
            }
        }
    }
    drop(listener);
    tracing::info!(connections = connections.len(), "stopping");
    if timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "requests did not finish in time"
        );
    }
    connections.shutdown().await;
}

/// The client was gone before it was accepted.
fn is_of_one_connection(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}
