use std::{
    collections::VecDeque,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use engineioxide::{DisconnectReason, Str, socket::Sid};

use super::{
    limit::{Allowance, Verdict},
    packet::Outgoing,
    session::Session,
    wire::{Sent, Wire},
};
use crate::model::Namespace;

/// How many packets of one client wait for those before them. Beyond that the client is cut off.
const WAITING: usize = 1_000;

/// A client's connection, whatever carries it.
pub(crate) struct Connection {
    pub(super) id: Sid,
    pub(super) wire: Wire,
    inbox: Mutex<Inbox>,
    /// At most one for each namespace.
    sessions: Mutex<Vec<Arc<Session>>>,
}

/// Packets are worked through one by one, in the order in which they came.
#[derive(Default)]
struct Inbox {
    waiting: VecDeque<Str>,
    is_worked_through: bool,
    is_closed: bool,
    /// How often the client may ask for a namespace.
    connects: Option<Allowance>,
}

/// What to do with a packet that was put into the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// Somebody is at it.
    Waits,
    /// Somebody must begin to work through the inbox.
    First,
    /// The client sends faster than anybody can work.
    TooMany,
}

impl Connection {
    pub(super) fn new(id: Sid, wire: Wire) -> Arc<Self> {
        Arc::new(Self {
            id,
            wire,
            inbox: Mutex::default(),
            sessions: Mutex::default(),
        })
    }

    /// Queues events, as many as there is room for with one more packet behind them; how many, and why not more.
    pub(super) fn send<'a>(&self, events: impl Iterator<Item = &'a Outgoing>) -> (usize, Sent) {
        self.wire.send(events)
    }

    /// Queues what is no event.
    pub(super) fn control(&self, packet: &Outgoing) -> Sent {
        self.wire.control(packet)
    }

    /// Ends it behind what is queued.
    pub(super) fn end(&self, reason: DisconnectReason) {
        self.wire.close(reason);
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an attempt to join a namespace.
    pub(crate) fn count_connect(&self, rate: Option<NonZeroU32>, now: DateTime<Utc>) -> Verdict {
        let mut inbox = self.inbox();
        let connects = &mut inbox.connects;
        connects
            .get_or_insert_with(|| Allowance::new(rate, now))
            .count(rate, now)
    }

    /// Puts a packet behind those that wait.
    pub(crate) fn put(&self, packet: Str) -> Put {
        let mut inbox = self.inbox();
        if inbox.is_closed {
            return Put::Waits;
        }
        if inbox.waiting.len() >= WAITING {
            inbox.is_closed = true;
            return Put::TooMany;
        }
        inbox.waiting.push_back(packet);
        if std::mem::replace(&mut inbox.is_worked_through, true) {
            Put::Waits
        } else {
            Put::First
        }
    }

    /// The next packet; at the end of them nobody is at it any more.
    pub(crate) fn take(&self) -> Option<Str> {
        let mut inbox = self.inbox();
        let next = inbox.waiting.pop_front();
        if next.is_none() {
            inbox.is_worked_through = false;
            inbox.waiting.shrink_to_fit();
        }
        next
    }

    pub(crate) fn sessions(&self) -> MutexGuard<'_, Vec<Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn session(&self, namespace: Namespace) -> Option<Arc<Session>> {
        let sessions = self.sessions();
        let found = sessions.iter().find(|one| one.namespace == namespace);
        found.cloned()
    }

    /// Takes the session of a namespace away.
    pub(crate) fn remove(&self, namespace: Namespace) -> Option<Arc<Session>> {
        let mut sessions = self.sessions();
        let place = sessions.iter().position(|one| one.namespace == namespace)?;
        Some(sessions.swap_remove(place))
    }

    /// Takes all sessions away and hears no more packets.
    pub(crate) fn close(&self) -> Vec<Arc<Session>> {
        let mut inbox = self.inbox();
        inbox.is_closed = true;
        inbox.waiting = VecDeque::new();
        drop(inbox);
        std::mem::take(&mut *self.sessions())
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.inbox().is_closed
    }
}
