use std::{
    collections::{HashMap, HashSet},
    num::NonZeroU32,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use api_error::Code;
use auth::{AccountId, Role};
use chrono::{DateTime, Utc};
use engineioxide::DisconnectReason;
use outbox::Audience;
use serde_json::json;

use super::{
    connection::Connection,
    limit::{Allowance, Verdict},
    packet::{self, Outgoing},
    wire::Sent,
};
use crate::model::Namespace;

/// What became of a recorded event that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offered {
    /// Sent, or not wanted.
    Done,
    /// It must be read again from the outbox later.
    FellBehind,
}

/// One client in one namespace.
pub(crate) struct Session {
    /// Tells it from all others of this process.
    pub(crate) key: u64,
    pub(crate) namespace: Namespace,
    /// Who it is; `None` in the namespace of stock.
    pub(crate) account: Option<(AccountId, Role)>,
    connection: Arc<Connection>,
    state: Mutex<State>,
}

/// How recorded events reach a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// It is sent them from the outbox.
    CatchingUp,
    /// It is sent them as they happen.
    Live,
    /// It hears nothing any more.
    Over,
}

/// What changes about a session.
pub(crate) struct State {
    pub(crate) flow: Flow,
    /// The last recorded event that it got, or need not get.
    pub(crate) delivered: i64,
    /// Up to here an admin gets booking events without having asked.
    pub(crate) unasked_until: i64,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) is_monitoring: bool,
    pub(crate) wants_stats: bool,
    pub(crate) tracked: HashSet<String>,
    /// Which products it wants to hear of; `None` is all.
    pub(crate) products: Option<HashSet<String>>,
    /// What of stock could not be sent yet, the last of each.
    pub(crate) stale_stock: HashMap<String, Outgoing>,
    allowance: Allowance,
}

/// Until when recorded events are known to a new session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    pub(crate) delivered: i64,
    pub(crate) unasked_until: i64,
}

impl Session {
    pub(crate) fn new(
        (namespace, account): (Namespace, Option<(AccountId, Role)>),
        connection: Arc<Connection>,
        expires_at: Option<DateTime<Utc>>,
        allowance: Allowance,
    ) -> Arc<Self> {
        static KEYS: AtomicU64 = AtomicU64::new(1);
        Arc::new(Self {
            key: KEYS.fetch_add(1, Ordering::Relaxed),
            namespace,
            account,
            connection,
            state: Mutex::new(State {
                flow: Flow::CatchingUp,
                delivered: i64::MAX,
                unasked_until: 0,
                expires_at,
                is_monitoring: false,
                wants_stats: false,
                tracked: HashSet::new(),
                products: None,
                stale_stock: HashMap::new(),
                allowance,
            }),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets where recorded events begin.
    pub(crate) fn begin_at(&self, cursor: Cursor) {
        let mut state = self.state();
        state.delivered = cursor.delivered;
        state.unasked_until = cursor.unasked_until;
    }

    /// Counts an event of the client.
    pub(crate) fn count(&self, rate: Option<NonZeroU32>, now: DateTime<Utc>) -> Verdict {
        self.state().allowance.count(rate, now)
    }

    /// Who may hear what this session hears.
    pub(crate) fn audience(&self) -> Vec<Audience> {
        let Some((id, role)) = &self.account else {
            return Vec::new();
        };
        let mut audience = vec![Audience::Account(id.clone())];
        if *role == Role::Admin {
            audience.push(Audience::Admins);
        }
        audience
    }

    /// Queues an event, if there is room for one more packet behind it.
    pub(crate) fn send(&self, event: &Outgoing) -> Sent {
        self.connection.send(std::iter::once(event)).1
    }

    /// Queues events for one flush, as many as there is room for; how many, and why not more.
    pub(crate) fn send_all<'a>(&self, events: impl Iterator<Item = &'a Outgoing>) -> (usize, Sent) {
        self.connection.send(events)
    }

    /// Queues what is no event.
    pub(crate) fn control(&self, packet: &Outgoing) -> Sent {
        self.connection.control(packet)
    }

    /// Queues an event that may be lost where there is no room: something newer follows.
    pub(crate) fn tell(&self, name: &str, payload: &str) -> Sent {
        let sent = self.send(&packet::event(self.namespace, name, payload));
        crate::metrics::sent(name, sent);
        sent
    }

    /// Sends a recorded event as it happens, unless the session has it or reads the outbox at the moment.
    pub(crate) fn offer(&self, event_id: i64, is_for_monitors: bool, event: &Outgoing) -> Offered {
        let mut state = self.state();
        if state.flow != Flow::Live || event_id <= state.delivered {
            return Offered::Done;
        }
        if is_for_monitors && !state.is_monitoring {
            return Offered::Done;
        }
        match self.send(event) {
            Sent::Queued => state.delivered = event_id,
            Sent::Gone => state.flow = Flow::Over,
            Sent::Full => {
                state.flow = Flow::CatchingUp;
                return Offered::FellBehind;
            }
        }
        Offered::Done
    }

    /// Whether a recorded event that was read from the outbox is for this session.
    pub(crate) fn wants(&self, event_id: i64, is_for_monitors: bool) -> bool {
        let state = self.state();
        event_id > state.delivered
            && (!is_for_monitors || state.is_monitoring || event_id <= state.unasked_until)
    }

    /// Ends the stay in this namespace; the client stays away until it is told otherwise.
    pub(crate) fn disconnect(&self) {
        self.state().flow = Flow::Over;
        self.control(&packet::disconnected(self.namespace));
    }

    /// Closes the whole connection of a client that takes nothing; it comes back by itself. Should it read on, it
    /// reads why: events leave a place for one packet more.
    pub(crate) fn cut(&self) {
        self.state().flow = Flow::Over;
        let said = json!({
            "message": "Nothing of what was sent was taken",
            "code": Code::Unavailable.as_str(),
            "event": null,
        });
        self.control(&packet::event(self.namespace, "error", &said.to_string()));
        self.connection.end(DisconnectReason::TransportClose);
    }

    /// Notes that it is over.
    pub(crate) fn end(&self) {
        self.state().flow = Flow::Over;
    }

    pub(crate) fn is_over(&self) -> bool {
        self.state().flow == Flow::Over
    }

    /// The connection that it is one of.
    pub(crate) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("key", &self.key)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}
