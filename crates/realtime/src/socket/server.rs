use std::{
    collections::HashMap,
    num::NonZeroU32,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth::Authenticator;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock;
use database::Database;
use engineioxide::{
    DisconnectReason, Str, config::EngineIoConfig, handler::EngineIoHandler,
    service::EngineIoService, socket::Sid,
};
use futures_util::FutureExt as _;
use tokio_util::task::TaskTracker;

use super::{
    connection::{EngineSocket, Put},
    events,
    limit::Verdict,
    packet::{self, Incoming, Packet},
    session::Session,
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
/// The longest message, as in Socket.IO's own server.
const MAX_PAYLOAD: u64 = 1_000_000;
/// How many packets wait for a client that takes none.
const QUEUE: usize = 256;
/// An idle connection's largest share of memory.
const READ_BUFFER: usize = 512;

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
    pub(crate) connections: Connections,
}

/// All connections, with the moment when each began.
#[derive(Default)]
pub(crate) struct Connections(Mutex<BySid>);

type BySid = HashMap<Sid, (Arc<EngineSocket>, DateTime<Utc>)>;

impl Connections {
    fn all(&self) -> MutexGuard<'_, BySid> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes all of them: the node stops.
    pub(crate) fn close(&self) {
        let all: Vec<_> = self
            .all()
            .values()
            .map(|(socket, _)| Arc::clone(socket))
            .collect();
        for socket in all {
            socket.close(DisconnectReason::ClosingServer);
        }
    }

    /// Closes those that never decided on a namespace.
    pub(crate) fn close_undecided(&self, now: DateTime<Utc>) {
        let late: Vec<_> = self
            .all()
            .values()
            .filter(|(socket, since)| now - *since > UNDECIDED && socket.data.sessions().is_empty())
            .map(|(socket, _)| Arc::clone(socket))
            .collect();
        for socket in late {
            socket.close(DisconnectReason::TransportClose);
        }
    }
}

/// The service that answers under `/socket.io`.
pub(crate) type SocketService = EngineIoService<Server>;

/// Ping times are the defaults, which are those of Socket.IO's own server.
pub(crate) fn service(server: Arc<Server>) -> SocketService {
    let config = EngineIoConfig::builder()
        .req_path("/socket.io")
        .max_payload(MAX_PAYLOAD)
        .max_buffer_size(QUEUE)
        .ws_read_buffer_size(READ_BUFFER)
        .ws_max_message_size(usize::try_from(MAX_PAYLOAD).unwrap_or(usize::MAX))
        .ws_max_frame_size(usize::try_from(MAX_PAYLOAD).unwrap_or(usize::MAX))
        .build();
    EngineIoService::with_config(server, config)
}

impl EngineIoHandler for Server {
    type Data = super::connection::Connection;

    fn on_connect(self: Arc<Self>, socket: Arc<EngineSocket>) {
        let now = self.clock.now();
        self.connections.all().insert(socket.id, (socket, now));
    }

    fn on_disconnect(&self, socket: Arc<EngineSocket>, reason: DisconnectReason) {
        self.connections.all().remove(&socket.id);
        for session in socket.data.close() {
            tracing::debug!(session = session.key, ?reason, "a client is gone");
            self.hub.remove(&session);
        }
    }

    fn on_message(self: &Arc<Self>, text: Str, socket: Arc<EngineSocket>) {
        let is_heard = match packet::parse(&text) {
            None => {
                socket.close(DisconnectReason::PacketParsingError);
                false
            }
            Some(Packet::Event(event) | Packet::BinaryEvent(event)) => self.admit(&socket, event),
            Some(Packet::Connect { .. }) => self.admit_connect(&socket),
            Some(Packet::Disconnect { .. }) => true,
            Some(Packet::Ack) => false,
        };
        if is_heard {
            match socket.data.put(text) {
                Put::Waits => {}
                Put::First => {
                    let this = Arc::clone(self);
                    self.tasks.spawn(this.work_through(socket));
                }
                Put::TooMany => {
                    metrics::dropped("inbox_full");
                    socket.close(DisconnectReason::TransportClose);
                }
            }
        }
    }

    /// Attachments of an event that was refused already.
    fn on_binary(self: &Arc<Self>, _: Bytes, _: Arc<EngineSocket>) {}
}

impl Server {
    /// Whether an event is heard, by how many the client has sent.
    fn admit(&self, socket: &EngineSocket, event: Incoming<'_>) -> bool {
        let namespace = Namespace::parse(event.namespace);
        let Some(session) = namespace.and_then(|namespace| socket.data.session(namespace)) else {
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

    fn admit_connect(&self, socket: &EngineSocket) -> bool {
        let verdict = socket.data.count_connect(self.rate, self.clock.now());
        if verdict != Verdict::Heard {
            metrics::dropped("rate_limited");
            socket.close(DisconnectReason::TransportClose);
        }
        verdict == Verdict::Heard
    }

    /// Ends a session; its client stays away until somebody acts.
    pub(crate) fn expel(&self, session: &Session) {
        session.disconnect();
        session.socket().data.remove(session.namespace);
        self.hub.remove(session);
    }

    async fn work_through(self: Arc<Self>, socket: Arc<EngineSocket>) {
        while let Some(text) = socket.data.take() {
            let work = AssertUnwindSafe(self.work_on(&socket, &text)).catch_unwind();
            if work.await.is_err() {
                tracing::error!("a packet of a client broke something");
                socket.close(DisconnectReason::TransportError);
            }
        }
    }

    async fn work_on(&self, socket: &Arc<EngineSocket>, text: &Str) {
        match packet::parse(text) {
            Some(Packet::Connect { namespace, auth }) => {
                self.connect(socket, namespace, auth).await;
            }
            Some(Packet::Disconnect { namespace }) => {
                let namespace = Namespace::parse(namespace);
                if let Some(session) = namespace.and_then(|one| socket.data.remove(one)) {
                    self.hub.remove(&session);
                }
            }
            Some(Packet::Event(event)) => self.hear(socket, event).await,
            Some(Packet::BinaryEvent(event)) => events::refuse_binary(socket, event),
            Some(Packet::Ack) | None => {}
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}
