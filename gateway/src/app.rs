use std::time::Duration;

use axum::Router;
use database::Database;
use realtime::Realtime;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    config::StartError,
    layers::Front,
    server::{self, Signals},
    workers::Workers,
};

/// How long workers may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// The gateway, ready to serve.
#[derive(Debug)]
pub struct App {
    pub(crate) front: Front,
    pub(crate) workers: Workers,
    pub(crate) realtime: Realtime,
    pub(crate) database: Database,
    pub(crate) grace: Duration,
}

impl App {
    /// Every route with every layer.
    pub fn router(&self) -> Router {
        self.front.router().clone()
    }

    /// Serves until SIGTERM or Ctrl-C, and ends in order: no more connections, requests in flight, workers, database.
    pub async fn serve(self, listener: TcpListener) -> Result<(), StartError> {
        let unusable = |error: std::io::Error| StartError::because("BIND_ADDR", &error);
        let address = listener.local_addr().map_err(unusable)?;
        let signals = Signals::register().map_err(unusable)?;
        tracing::info!(%address, "listening on http://{address}");
        let stop = CancellationToken::new();
        tokio::select! {
            () = self.run(listener, stop.clone()) => Ok(()),
            never = signals.cancel(stop) => match never {},
        }
    }

    /// Serves until `stop`, and ends in order. Sockets are closed at once: a request that waits for an event would wait
    /// for as long as there is grace.
    pub async fn run(self, listener: TcpListener, stop: CancellationToken) {
        let Self {
            front,
            workers,
            realtime,
            database,
            grace,
        } = self;
        let close_sockets = async {
            stop.cancelled().await;
            realtime.close();
        };
        tokio::join!(
            server::serve(listener, front, stop.clone(), grace),
            close_sockets
        );
        workers.stop(PATIENCE).await;
        database.close().await;
        tracing::info!("stopped");
    }
}

#[cfg(test)]
mod tests;
