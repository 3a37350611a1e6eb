//! Partners on their way, and the customers who follow them. Under load the latest place wins.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth::AccountId;
use chrono::{DateTime, TimeDelta, Utc};
use outbox::{Audience, RecordedEvent};
use serde::Deserialize;
use serde_json::json;

use crate::{
    events, metrics,
    model::{Location, Namespace},
    neighbours::FollowedBooking,
    socket::{Sent, Session, encode_event},
};

/// How far apart the places of one booking are that a tracker is sent.
const APART: TimeDelta = TimeDelta::milliseconds(200);
/// How much earlier a place may be sent where none waits: a partner who sends as often as this is never exactly on time,
/// and each of their places would have to wait for the latest that ever was.
const EARLY: TimeDelta = TimeDelta::milliseconds(100);
/// What a tracker hears.
const PLACE: &str = "partner:location_update";

/// Who follows which booking on this node, and where partners are.
#[derive(Default)]
pub(crate) struct Tracking(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    bookings: HashMap<String, Followed>,
    by_partner: HashMap<AccountId, HashSet<String>>,
    latest: HashMap<AccountId, Location>,
    /// Places that the database does not know yet.
    unsaved: HashMap<AccountId, Location>,
    /// Bookings with a place that was not sent yet.
    waiting: HashSet<String>,
}

struct Followed {
    customer: AccountId,
    partner: Option<AccountId>,
    is_under_way: bool,
    version: i64,
    trackers: HashMap<u64, Arc<Session>>,
    /// When the next place is due.
    due: Option<DateTime<Utc>>,
}

impl Followed {
    /// Takes the turn to send a place now, where it has come.
    fn take_turn(&mut self, now: DateTime<Utc>, is_anything_waiting: bool) -> bool {
        // A clock that was set back makes nobody wait.
        let due = self.due.filter(|due| *due - now <= APART + EARLY);
        let due = due.unwrap_or(now);
        let early = if is_anything_waiting {
            TimeDelta::zero()
        } else {
            EARLY
        };
        let is_turn = now >= due - early;
        if is_turn {
            self.due = Some(due.max(now) + APART);
        }
        is_turn
    }
}

/// What `booking:updated` says, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Updated {
    booking_id: String,
    customer_id: AccountId,
    partner_id: Option<AccountId>,
    status: String,
    version: i64,
    #[serde(default)]
    deleted: bool,
}

impl Tracking {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a session follow a booking.
    pub(crate) fn follow(&self, session: &Arc<Session>, booking: &FollowedBooking) {
        let mut inner = self.inner();
        let followed = inner
            .bookings
            .entry(booking.id.clone())
            .or_insert_with(|| Followed {
                customer: booking.customer_id.clone(),
                partner: None,
                is_under_way: false,
                version: 0,
                trackers: HashMap::new(),
                due: None,
            });
        followed.trackers.insert(session.key, Arc::clone(session));
        session.state().tracked.insert(booking.id.clone());
        let (partner, is_under_way) = (booking.partner_id.clone(), booking.is_under_way);
        inner.update(
            &booking.id,
            (&booking.customer_id, partner),
            is_under_way,
            booking.version,
        );
    }

    /// Lets a session follow a booking no more; `false` where it did not.
    pub(crate) fn unfollow(&self, session: &Session, booking: &str) -> bool {
        let did = session.state().tracked.remove(booking);
        self.inner().drop_tracker(booking, session.key);
        did
    }

    /// A session is gone.
    pub(crate) fn forget(&self, session: &Session) {
        let tracked = std::mem::take(&mut session.state().tracked);
        if tracked.is_empty() {
            return;
        }
        let mut inner = self.inner();
        for booking in tracked {
            inner.drop_tracker(&booking, session.key);
        }
    }

    /// Learns who does a followed booking now.
    pub(crate) fn note(&self, event: &RecordedEvent) {
        if event.audience != Audience::Admins || event.event != "booking:updated" {
            return;
        }
        let mut inner = self.inner();
        if inner.bookings.is_empty() {
            return;
        }
        let Ok(updated) = serde_json::from_str::<Updated>(event.data.get()) else {
            return;
        };
        if updated.deleted {
            inner.drop_booking(&updated.booking_id);
            return;
        }
        let is_under_way = matches!(updated.status.as_str(), "PARTNER_ACCEPTED" | "IN_PROGRESS");
        let people = (&updated.customer_id, updated.partner_id);
        inner.update(&updated.booking_id, people, is_under_way, updated.version);
    }

    /// Where a partner was last, as far as this node knows.
    pub(crate) fn location(&self, partner: &AccountId) -> Option<Location> {
        let inner = self.inner();
        let unsaved = inner.unsaved.get(partner);
        unsaved.or_else(|| inner.latest.get(partner)).copied()
    }

    /// A partner of this node is at a place, which is to be remembered.
    pub(crate) fn moved_here(&self, partner: &AccountId, location: Location) {
        self.inner().unsaved.insert(partner.clone(), location);
        self.moved(partner, location, location.at);
    }

    /// A partner is at a place: those who follow are told, or will be.
    pub(crate) fn moved(&self, partner: &AccountId, location: Location, now: DateTime<Utc>) {
        let mut inner = self.inner();
        let Some(bookings) = inner.by_partner.get(partner).cloned() else {
            return;
        };
        match inner.latest.get(partner) {
            Some(known) if known.at > location.at => return,
            _ => inner.latest.insert(partner.clone(), location),
        };
        for booking in bookings {
            inner.send_or_wait(&booking, location, now);
        }
    }

    /// Sends places that wait, where their time has come.
    pub(crate) fn send_waiting(&self, now: DateTime<Utc>) {
        let mut inner = self.inner();
        for booking in inner.waiting.clone() {
            let partner = inner
                .bookings
                .get(&booking)
                .and_then(|one| one.partner.as_ref());
            let location = partner
                .and_then(|partner| inner.latest.get(partner))
                .copied();
            match location {
                Some(location) => inner.send_or_wait(&booking, location, now),
                None => drop(inner.waiting.remove(&booking)),
            }
        }
    }

    /// Places that the database does not know yet.
    pub(crate) fn take_unsaved(&self) -> Vec<(AccountId, Location)> {
        std::mem::take(&mut self.inner().unsaved)
            .into_iter()
            .collect()
    }

    /// Puts places back that could not be saved, unless there are newer ones.
    pub(crate) fn put_back(&self, locations: Vec<(AccountId, Location)>) {
        let mut inner = self.inner();
        for (partner, location) in locations {
            inner.unsaved.entry(partner).or_insert(location);
        }
    }
}

impl Inner {
    fn update(
        &mut self,
        id: &str,
        (customer, partner): (&AccountId, Option<AccountId>),
        is_under_way: bool,
        version: i64,
    ) {
        let Some(followed) = self.bookings.get_mut(id) else {
            return;
        };
        if followed.version > version {
            return;
        }
        followed.version = version;
        followed.is_under_way = is_under_way;
        if followed.customer != *customer {
            // It is somebody else's now: nobody who followed it may see more.
            self.drop_booking(id);
            return;
        }
        let old = std::mem::replace(&mut followed.partner, partner.clone());
        if old != partner {
            self.unlink(old.as_ref(), id);
            if let Some(partner) = partner {
                self.by_partner
                    .entry(partner)
                    .or_default()
                    .insert(id.to_owned());
            }
        }
    }

    fn send_or_wait(&mut self, id: &str, location: Location, now: DateTime<Utc>) {
        let is_waiting = self.waiting.contains(id);
        let followed = self.bookings.get_mut(id).filter(|one| one.is_under_way);
        let Some(followed) = followed else {
            self.waiting.remove(id);
            return;
        };
        if !followed.take_turn(now, is_waiting) {
            if !is_waiting {
                self.waiting.insert(id.to_owned());
            }
            return;
        }
        self.waiting.remove(id);
        let place = json!({
            "bookingId": id,
            "location": {
                "latitude": location.place.latitude(),
                "longitude": location.place.longitude(),
            },
            "timestamp": events::rfc3339(location.at),
        });
        let packet = encode_event(Namespace::Customer, PLACE, &place.to_string());
        let mut told = 0;
        for tracker in followed.trackers.values() {
            match tracker.send(&packet) {
                Sent::Queued => told += 1,
                Sent::Full => metrics::dropped("no_room"),
                Sent::Gone => {}
            }
        }
        metrics::out(PLACE, told);
    }

    fn drop_tracker(&mut self, id: &str, key: u64) {
        let Some(followed) = self.bookings.get_mut(id) else {
            return;
        };
        followed.trackers.remove(&key);
        if followed.trackers.is_empty() {
            self.drop_booking(id);
        }
    }

    fn drop_booking(&mut self, id: &str) {
        if let Some(followed) = self.bookings.remove(id) {
            self.unlink(followed.partner.as_ref(), id);
        }
        self.waiting.remove(id);
    }

    fn unlink(&mut self, partner: Option<&AccountId>, id: &str) {
        let Some(partner) = partner else { return };
        if let Some(bookings) = self.by_partner.get_mut(partner) {
            bookings.remove(id);
            if bookings.is_empty() {
                self.by_partner.remove(partner);
                self.latest.remove(partner);
            }
        }
    }
}
