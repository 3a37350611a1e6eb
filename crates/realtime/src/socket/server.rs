use std::{
    collections::HashMap,
    num::NonZeroU32,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth::Authenticator;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock;
use database::Database;
use engineioxide::{DisconnectReason, Str, socket::Sid};
use futures_util::FutureExt as _;
use tokio_util::task::TaskTracker;

use super::{
    connection::{Connection, Put},
    events,
    limit::Verdict,
    packet::{self, Incoming, Packet},
    session::Session,
    transport::Hearer,
};
use crate::{
    dashboard::Dashboard,
    hub::Hub,
    metrics,
    model::Namespace,
    neighbours::{BookingDesk, People},
    relay::Relay,
    repository::LiveRepository,
    service::Talk,
};

/// How long a connection may be without a namespace, as in Socket.IO's own server.
const UNDECIDED: TimeDelta = TimeDelta::seconds(45);
/// Hears clients.
pub(crate) struct Server {
    pub(crate) hub: Arc<Hub>,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) desk: Arc<dyn BookingDesk>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) talk: Talk,
    pub(crate) live: Arc<dyn LiveRepository>,
    pub(crate) dashboard: Arc<Dashboard>,
    pub(crate) relay: Relay,
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    /// How many events a session may send in a second.
    pub(crate) rate: Option<NonZeroU32>,
    pub(crate) tasks: TaskTracker,
    /// Websockets, each a task.
    pub(crate) websockets: TaskTracker,
    pub(crate) connections: Connections,
}

/// All connections, with the moment when each began.
#[derive(Default)]
pub(crate) struct Connections(Mutex<BySid>);

type BySid = HashMap<Sid, (Arc<Connection>, DateTime<Utc>)>;

impl Connections {
    fn all(&self) -> MutexGuard<'_, BySid> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes all of them: the node stops.
    pub(crate) fn close(&self) {
        let all: Vec<_> = self
            .all()
            .values()
            .map(|(connection, _)| Arc::clone(connection))
            .collect();
        for connection in all {
            connection.end(DisconnectReason::ClosingServer);
        }
    }

    /// Closes those that never decided on a namespace.
    pub(crate) fn close_undecided(&self, now: DateTime<Utc>) {
        let late: Vec<_> = self
            .all()
            .values()
            .filter(|(connection, since)| {
                now - *since > UNDECIDED && connection.sessions().is_empty()
            })
            .map(|(connection, _)| Arc::clone(connection))
            .collect();
        for connection in late {
            connection.end(DisconnectReason::TransportClose);
        }
    }
}

impl Hearer for Server {
    fn begins(&self, connection: Arc<Connection>) {
        let now = self.clock.now();
        self.connections
            .all()
            .insert(connection.id, (connection, now));
    }

    fn ends(&self, connection: &Arc<Connection>, reason: &DisconnectReason) {
        self.connections.all().remove(&connection.id);
        for session in connection.close() {
            tracing::debug!(session = session.key, ?reason, "a client is gone");
            self.hub.remove(&session);
        }
    }

    fn hears(self: &Arc<Self>, connection: &Arc<Connection>, text: Str) {
        let is_heard = match packet::parse(&text) {
            None => {
                connection.end(DisconnectReason::PacketParsingError);
                false
            }
            Some(Packet::Event(event) | Packet::BinaryEvent(event)) => {
                self.admit(connection, event)
            }
            Some(Packet::Connect { .. }) => self.admit_connect(connection),
            Some(Packet::Disconnect { .. }) => true,
            Some(Packet::Ack) => false,
        };
        if is_heard {
            match connection.put(text) {
                Put::Waits => {}
                Put::First => {
                    let this = Arc::clone(self);
                    self.tasks.spawn(this.work_through(Arc::clone(connection)));
                }
                Put::TooMany => {
                    metrics::dropped("inbox_full");
                    connection.end(DisconnectReason::TransportClose);
                }
            }
        }
    }
}

impl Server {
    /// Whether an event is heard, by how many the client has sent.
    fn admit(&self, connection: &Connection, event: Incoming<'_>) -> bool {
        let namespace = Namespace::parse(event.namespace);
        let Some(session) = namespace.and_then(|namespace| connection.session(namespace)) else {
            return false;
        };
        match session.count(self.rate, self.clock.now()) {
            Verdict::Heard => true,
            Verdict::Refused => {
                events::refuse_rate(&session, event);
                false
            }
            Verdict::Unbearable => {
                events::refuse_rate(&session, event);
                metrics::dropped("rate_limited");
                self.expel(&session);
                false
            }
        }
    }

    fn admit_connect(&self, connection: &Connection) -> bool {
        let verdict = connection.count_connect(self.rate, self.clock.now());
        if verdict != Verdict::Heard {
            metrics::dropped("rate_limited");
            connection.end(DisconnectReason::TransportClose);
        }
        verdict == Verdict::Heard
    }

    /// Ends a session; its client stays away until somebody acts.
    pub(crate) fn expel(&self, session: &Session) {
        session.disconnect();
        session.connection().remove(session.namespace);
        self.hub.remove(session);
    }

    async fn work_through(self: Arc<Self>, connection: Arc<Connection>) {
        while let Some(text) = connection.take() {
            let work = AssertUnwindSafe(self.work_on(&connection, &text)).catch_unwind();
            if work.await.is_err() {
                tracing::error!("a packet of a client broke something");
                connection.end(DisconnectReason::TransportError);
            }
        }
    }

    async fn work_on(&self, connection: &Arc<Connection>, text: &Str) {
        match packet::parse(text) {
            Some(Packet::Connect { namespace, auth }) => {
                self.connect(connection, namespace, auth).await;
            }
            Some(Packet::Disconnect { namespace }) => {
                let namespace = Namespace::parse(namespace);
                if let Some(session) = namespace.and_then(|one| connection.remove(one)) {
                    self.hub.remove(&session);
                }
            }
            Some(Packet::Event(event)) => self.hear(connection, event).await,
            Some(Packet::BinaryEvent(event)) => events::refuse_binary(connection, event),
            Some(Packet::Ack) | None => {}
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}
