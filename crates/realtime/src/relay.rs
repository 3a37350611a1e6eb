//! Ephemeral events between nodes, through Redis where there is one. Local delivery never waits for it.

use std::{sync::Arc, time::Duration};

use auth::AccountId;
use chrono::DateTime;
use clock::Clock;
use futures_util::StreamExt as _;
use redis::{Client, RedisError, aio::MultiplexedConnection};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{Mutex, mpsc},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    hub::Hub,
    metrics,
    model::{Coordinate, Location},
};

const CHANNEL: &str = "lockstep:ephemeral";
/// What waits for Redis. What comes beyond is dropped: something newer follows.
const WAITING: usize = 4_096;
/// How many events go in one round trip.
const BATCH: usize = 256;
/// How long Redis may take for anything.
const PATIENCE: Duration = Duration::from_secs(2);
/// How soon a lost connection is tried again.
const RETRY: Duration = Duration::from_millis(500);
/// How often a silent subscription is asked whether it is still there.
const PROBE: Duration = Duration::from_secs(2);

/// What is told now or never.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Ephemeral {
    /// A partner is at a place.
    Location {
        partner: AccountId,
        latitude: f64,
        longitude: f64,
        /// Milliseconds since 1970.
        at: i64,
    },
    /// Somebody is typing, or stopped.
    Typing { to: AccountId, payload: String },
    /// A job goes on; for all admins.
    Progress { event: String, payload: String },
    /// Nothing: whether the subscription still hears.
    Probe,
}

/// An event with the node that it comes from, which has told its own clients already.
#[derive(Deserialize, Serialize)]
struct Envelope {
    node: String,
    event: Ephemeral,
}

/// Publishes; without Redis it does nothing. Clones share it.
#[derive(Clone)]
pub(crate) struct Relay {
    outbox: Option<mpsc::Sender<Ephemeral>>,
}

impl Relay {
    /// Sends an event to the other nodes soon.
    pub(crate) fn publish(&self, event: Ephemeral) {
        let Some(outbox) = &self.outbox else { return };
        if outbox.try_send(event).is_err() {
            metrics::dropped("relay_full");
        }
    }
}

/// Carries events to Redis and from it.
pub(crate) struct RelayWorker {
    client: Option<Client>,
    node: String,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
    waiting: Mutex<mpsc::Receiver<Ephemeral>>,
    publisher: Relay,
}

impl RelayWorker {
    /// A relay over the Redis server at `url`, if there is one.
    pub(crate) fn new(
        url: Option<&SecretString>,
        node: &str,
        hub: &Arc<Hub>,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        let client = url.and_then(|url| {
            let client = Client::open(url.expose_secret());
            let report = |_: &RedisError| tracing::error!("REDIS_URL is of no use to the relay");
            client.inspect_err(report).ok()
        });
        let (sender, waiting) = mpsc::channel(WAITING);
        Self {
            publisher: Relay {
                outbox: client.is_some().then_some(sender),
            },
            client,
            node: node.to_owned(),
            hub: Arc::clone(hub),
            clock: Arc::clone(clock),
            waiting: Mutex::new(waiting),
        }
    }

    pub(crate) fn publisher(&self) -> Relay {
        self.publisher.clone()
    }

    /// Carries events until `stop`, over as many connections as it takes.
    pub(crate) async fn run(&self, stop: CancellationToken) {
        let Some(client) = &self.client else {
            return stop.cancelled().await;
        };
        let both = async {
            tokio::join!(self.publish_for_ever(client), self.listen_for_ever(client));
        };
        stop.run_until_cancelled(both).await;
    }

    async fn publish_for_ever(&self, client: &Client) {
        let mut waiting = self.waiting.lock().await;
        loop {
            if let Err(error) = self.publish_over_one(client, &mut waiting).await {
                tracing::warn!(reason = %error, "ephemeral events do not reach other nodes");
            }
            rest(RETRY).await;
            // What is this old helps nobody.
            while waiting.try_recv().is_ok() {
                metrics::dropped("relay_down");
            }
        }
    }

    async fn publish_over_one(
        &self,
        client: &Client,
        waiting: &mut mpsc::Receiver<Ephemeral>,
    ) -> Result<(), Broken> {
        let connect = client.get_multiplexed_async_connection();
        let mut connection = timeout(PATIENCE, connect).await??;
        let mut batch = Vec::new();
        while waiting.recv_many(&mut batch, BATCH).await > 0 {
            let sent = self.send(&mut connection, std::mem::take(&mut batch));
            timeout(PATIENCE, sent).await??;
        }
        Ok(())
    }

    async fn send(
        &self,
        connection: &mut MultiplexedConnection,
        batch: Vec<Ephemeral>,
    ) -> Result<(), RedisError> {
        let mut pipeline = redis::pipe();
        for event in batch {
            let node = self.node.clone();
            let text = serde_json::to_string(&Envelope { node, event }).unwrap_or_default();
            pipeline.publish(CHANNEL, text).ignore();
        }
        pipeline.query_async::<()>(connection).await
    }

    async fn listen_for_ever(&self, client: &Client) {
        loop {
            if let Err(error) = self.listen_over_one(client).await {
                tracing::warn!(reason = %error, "ephemeral events of other nodes are not heard");
            }
            rest(RETRY).await;
        }
    }

    /// A connection that died without a word would be silent for ever: a probe of our own comes round, or it is dead.
    async fn listen_over_one(&self, client: &Client) -> Result<(), Broken> {
        let mut subscription = timeout(PATIENCE, client.get_async_pubsub()).await??;
        timeout(PATIENCE, subscription.subscribe(CHANNEL)).await??;
        let mut messages = subscription.into_on_message();
        let mut is_probed = false;
        loop {
            match timeout(PROBE, messages.next()).await {
                Ok(Some(message)) => {
                    is_probed = false;
                    self.hear(message.get_payload_bytes());
                }
                Ok(None) => return Err(Broken::Closed),
                Err(_) if is_probed => return Err(Broken::Slow),
                Err(_) => {
                    is_probed = true;
                    self.publisher.publish(Ephemeral::Probe);
                }
            }
        }
    }

    fn hear(&self, text: &[u8]) {
        let Ok(Envelope { node, event }) = serde_json::from_slice(text) else {
            return tracing::debug!("something strange was published");
        };
        if node == self.node {
            return;
        }
        match event {
            Ephemeral::Location {
                partner,
                latitude,
                longitude,
                at,
            } => {
                let place = Coordinate::new(latitude, longitude).ok();
                let at = DateTime::from_timestamp_millis(at);
                if let (Some(place), Some(at)) = (place, at) {
                    let now = self.clock.now();
                    self.hub
                        .tracking
                        .moved(&partner, Location { place, at }, now);
                }
            }
            Ephemeral::Typing { to, payload } => {
                self.hub.tell(&to, "typing:indicator", &payload);
            }
            Ephemeral::Progress { event, payload } => self.hub.tell_admins(&event, &payload),
            Ephemeral::Probe => {}
        }
    }
}

/// Why a connection is given up.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the connection was closed")]
    Closed,
    #[error("Redis takes too long")]
    Slow,
    #[error("{0}")]
    Redis(#[from] RedisError),
}

impl From<tokio::time::error::Elapsed> for Broken {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self::Slow
    }
}

async fn rest(pause: Duration) {
    let _ = timeout(pause, std::future::pending::<()>()).await;
}
