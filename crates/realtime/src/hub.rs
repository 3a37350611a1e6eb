//! Who is connected to this node, and recorded events on their way to them.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use auth::{AccountId, Role};
use outbox::{Audience, Listener, RecordedEvent};
use tokio::sync::Notify;

use crate::{
    catch_up::CatchUp,
    metrics,
    model::Namespace,
    repository::Online,
    socket::{Cursor, Offered, Session, encode_event},
    stock_feed::StockFeed,
    tracking::Tracking,
};

type ByKey = HashMap<u64, Arc<Session>>;

/// The sessions of this node.
#[derive(Default)]
struct Sessions {
    by_account: HashMap<AccountId, (Role, ByKey)>,
    stock: ByKey,
}

/// Knows all sessions of this node and hands recorded events to them.
pub(crate) struct Hub {
    sessions: RwLock<Sessions>,
    /// Up to here recorded events were handed to whoever was here.
    heard: AtomicI64,
    /// Counts those who came, for whoever looks whether anybody did.
    arrivals: AtomicU64,
    catch_up: CatchUp,
    pub(crate) tracking: Tracking,
    pub(crate) stock: StockFeed,
    /// Recorded events have arrived.
    pub(crate) news: Notify,
}

impl Hub {
    pub(crate) fn new(catch_up: CatchUp, tracking: Tracking) -> Arc<Self> {
        Arc::new(Self {
            sessions: RwLock::default(),
            heard: AtomicI64::new(0),
            arrivals: AtomicU64::new(0),
            catch_up,
            tracking,
            stock: StockFeed::default(),
            news: Notify::new(),
        })
    }

    /// Recorded events up to `position` happened before this node began.
    pub(crate) fn begin_at(&self, position: i64) {
        self.heard.fetch_max(position, Ordering::SeqCst);
    }

    /// Up to where recorded events were handed on.
    pub(crate) fn heard(&self) -> i64 {
        self.heard.load(Ordering::SeqCst)
    }

    pub(crate) fn arrivals(&self) -> u64 {
        self.arrivals.load(Ordering::Relaxed)
    }

    fn read(&self) -> RwLockReadGuard<'_, Sessions> {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Sessions> {
        self.sessions
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a session in. From now on nothing that is heard passes it by: it begins behind `last_event`, or, where
    /// the client names none, behind what was heard before.
    pub(crate) fn add(&self, session: &Arc<Session>, last_event: Option<i64>) {
        let mut sessions = self.write();
        let heard = self.heard();
        session.begin_at(Cursor {
            delivered: last_event.unwrap_or(heard),
            unasked_until: last_event.map_or(0, |_| heard),
        });
        match &session.account {
            None => {
                sessions.stock.insert(session.key, Arc::clone(session));
            }
            Some((id, role)) => {
                let (_, of_account) = sessions
                    .by_account
                    .entry(id.clone())
                    .or_insert_with(|| (*role, ByKey::new()));
                of_account.insert(session.key, Arc::clone(session));
            }
        }
        self.arrivals.fetch_add(1, Ordering::Relaxed);
        metrics::connections(session.namespace, 1.0);
    }

    /// Lets go of a session.
    pub(crate) fn remove(&self, session: &Session) {
        session.end();
        self.tracking.forget(session);
        self.stock.forget(session);
        let mut sessions = self.write();
        let was_here = match &session.account {
            None => sessions.stock.remove(&session.key).is_some(),
            Some((id, _)) => match sessions.by_account.entry(id.clone()) {
                Entry::Vacant(_) => false,
                Entry::Occupied(mut entry) => {
                    let was_here = entry.get_mut().1.remove(&session.key).is_some();
                    if entry.get().1.is_empty() {
                        entry.remove();
                    }
                    was_here
                }
            },
        };
        if was_here {
            metrics::connections(session.namespace, -1.0);
        }
    }

    /// Sends `session` what it has missed, and lets it hear the rest as it happens.
    pub(crate) fn catch_up(self: &Arc<Self>, session: &Arc<Session>) {
        self.catch_up.begin(Arc::clone(self), Arc::clone(session));
    }

    /// Tells every session of an account something that is not recorded.
    pub(crate) fn tell(&self, account: &AccountId, event: &str, payload: &str) {
        let sessions = self.read();
        for session in sessions
            .by_account
            .get(account)
            .iter()
            .flat_map(|(_, all)| all.values())
        {
            session.tell(event, payload);
        }
    }

    /// Tells every admin something that is not recorded.
    pub(crate) fn tell_admins(&self, event: &str, payload: &str) {
        for session in self.admins() {
            session.tell(event, payload);
        }
    }

    pub(crate) fn admins(&self) -> Vec<Arc<Session>> {
        let sessions = self.read();
        let admins = sessions
            .by_account
            .values()
            .filter(|(role, _)| *role == Role::Admin);
        admins.flat_map(|(_, all)| all.values().cloned()).collect()
    }

    /// Those who hear of stock.
    pub(crate) fn shoppers(&self) -> Vec<Arc<Session>> {
        self.read().stock.values().cloned().collect()
    }

    pub(crate) fn count_shoppers(&self) -> usize {
        self.read().stock.len()
    }

    /// Everybody who is signed in.
    pub(crate) fn signed_in(&self) -> Vec<Arc<Session>> {
        let sessions = self.read();
        let all = sessions.by_account.values();
        all.flat_map(|(_, of_account)| of_account.values().cloned())
            .collect()
    }

    /// How many people are connected to this node; somebody with two devices is one.
    pub(crate) fn online(&self) -> Online {
        let mut online = Online::default();
        for (role, _) in self.read().by_account.values() {
            match role {
                Role::Customer => online.customers += 1,
                Role::Partner => online.partners += 1,
                Role::Admin => {}
            }
        }
        online
    }

    /// Hands one recorded event to those it is for; whoever had no room for it.
    fn hand_on(&self, sessions: &Sessions, event: &RecordedEvent) -> Vec<Arc<Session>> {
        let mut behind = Vec::new();
        let mut offer = |namespace: Namespace, all: &mut dyn Iterator<Item = &Arc<Session>>| {
            let text = encode_event(namespace, &event.event, event.data.get());
            let is_for_monitors = is_for_monitors(event);
            for session in all {
                match session.offer(event.event_id, is_for_monitors, &text) {
                    Offered::Done => {}
                    Offered::FellBehind => behind.push(Arc::clone(session)),
                }
            }
        };
        match &event.audience {
            Audience::Everybody => self.stock.note(event),
            Audience::Account(id) => {
                if let Some((role, all)) = sessions.by_account.get(id) {
                    offer(namespace_of(*role), &mut all.values());
                    metrics::out(&event.event, all.len() as u64);
                }
            }
            Audience::Admins => {
                let admins = sessions.by_account.values();
                let admins = admins.filter(|(role, _)| *role == Role::Admin);
                offer(
                    Namespace::Admin,
                    &mut admins.flat_map(|(_, all)| all.values()),
                );
            }
        }
        behind
    }
}

/// Whether only those admins hear it who asked for the feed of bookings.
pub(crate) fn is_for_monitors(event: &RecordedEvent) -> bool {
    event.audience == Audience::Admins && event.event.starts_with("booking:")
}

fn namespace_of(role: Role) -> Namespace {
    match role {
        Role::Customer => Namespace::Customer,
        Role::Partner => Namespace::Partner,
        Role::Admin => Namespace::Admin,
    }
}

/// The tail's way to sockets: a thin handle, for the tail keeps its listeners as long as it lives.
pub(crate) struct HubListener(pub(crate) Arc<Hub>);

#[async_trait]
impl Listener for HubListener {
    async fn hear(&self, events: &[RecordedEvent]) {
        let hub = &self.0;
        let Some(last) = events.last() else { return };
        // First: whoever stops catching up at this moment either sees the new end, or is offered the events.
        hub.heard.fetch_max(last.event_id, Ordering::SeqCst);
        let mut behind = Vec::new();
        {
            let sessions = hub.read();
            for event in events {
                hub.tracking.note(event);
                behind.append(&mut hub.hand_on(&sessions, event));
            }
        }
        for session in behind {
            hub.catch_up(&session);
        }
        // Only what is for one account can need somebody; the rest is passed over at the next look.
        let is_for_one = |event: &RecordedEvent| matches!(event.audience, Audience::Account(_));
        if events.iter().any(is_for_one) {
            hub.news.notify_waiters();
        }
        hub.stock.wake();
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub")
            .field("heard", &self.heard())
            .finish_non_exhaustive()
    }
}
