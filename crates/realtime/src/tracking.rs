//! Partners on their way, and the customers who follow them. Under load the latest place wins.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use auth::AccountId;
use chrono::{DateTime, TimeDelta, Utc};
use outbox::{Audience, RecordedEvent};
use serde::{Deserialize, Serialize};

use crate::{
    events, metrics,
    model::{Location, Namespace},
    neighbours::FollowedBooking,
    pace::Pace,
    socket::{Sent, Session, encode_event},
};

/// How much earlier a place may be sent where none waits: a partner who sends as often as this is never exactly on time,
/// and each of their places would have to wait for the latest that ever was.
const EARLY: TimeDelta = TimeDelta::milliseconds(100);
/// A place that had to wait and is no older than this is kept back for a newer one when its turn has come: a partner who
/// sends this often is about to send it, and trackers then see where they are instead of where they were.
const FRESH: TimeDelta = TimeDelta::milliseconds(70);
/// How far the clocks of nodes may be apart.
const SKEW: TimeDelta = TimeDelta::seconds(10);
/// What a tracker hears.
const PLACE: &str = "partner:location_update";

/// Who follows which booking on this node, and where partners are.
#[derive(Default)]
pub(crate) struct Tracking(Mutex<Inner>);

/// The id of a booking.
type Id = Arc<str>;

#[derive(Default)]
struct Inner {
    bookings: HashMap<Id, Followed>,
    /// What a partner has to do that is followed.
    by_partner: HashMap<AccountId, Vec<Id>>,
    latest: HashMap<AccountId, Location>,
    /// Places that the database does not know yet.
    unsaved: HashMap<AccountId, Location>,
    /// Bookings with a place that was not sent yet, by its turn.
    waiting: BTreeSet<(DateTime<Utc>, Id)>,
    pace: Pace,
}

struct Followed {
    customer: AccountId,
    partner: Option<AccountId>,
    is_under_way: bool,
    version: i64,
    trackers: HashMap<u64, Arc<Session>>,
    /// When the next place is due.
    due: Option<DateTime<Utc>>,
    /// When the place that waits is sent, if no newer one was until then.
    turn: Option<DateTime<Utc>>,
}

/// What a tracker hears of a place.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    booking_id: &'a str,
    location: Degrees,
    timestamp: String,
}

#[derive(Serialize)]
struct Degrees {
    latitude: f64,
    longitude: f64,
}

impl Followed {
    /// A place has come: whether it is sent at once, or the turn until when it waits for a newer one.
    fn schedule(&mut self, now: DateTime<Utc>, pace: &Pace) -> Result<(), DateTime<Utc>> {
        // A clock that was set back makes nobody wait.
        let due = self.due.filter(|due| *due - now <= pace.apart() + EARLY);
        let due = due.unwrap_or(now);
        let early = match self.turn {
            None => EARLY,
            Some(_) => TimeDelta::zero(),
        };
        // Where fewer are sent, a newer one is waited for longer.
        let fresh = if pace.is_strained() {
            pace.apart() + FRESH
        } else {
            FRESH
        };
        if now < due - early {
            return Err(due.max(now + fresh));
        }
        self.due = Some(due.max(now) + pace.apart());
        Ok(())
    }

    /// Sends a place to all who follow.
    fn send(&self, id: &str, location: Location) {
        let place = Place {
            booking_id: id,
            location: Degrees {
                latitude: location.place.latitude(),
                longitude: location.place.longitude(),
            },
            timestamp: events::rfc3339(location.at),
        };
        let place = serde_json::to_string(&place).unwrap_or_default();
        let packet = encode_event(Namespace::Customer, PLACE, &place);
        let mut told = 0;
        for tracker in self.trackers.values() {
            match tracker.send(&packet) {
                Sent::Queued => told += 1,
                Sent::Full => metrics::dropped("no_room"),
                Sent::Gone => {}
            }
        }
        metrics::out(PLACE, told);
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
            .entry(Id::from(booking.id.as_str()))
            .or_insert_with(|| Followed {
                customer: booking.customer_id.clone(),
                partner: None,
                is_under_way: false,
                version: 0,
                trackers: HashMap::new(),
                due: None,
                turn: None,
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
        let mut inner = self.inner();
        keep(&mut inner.unsaved, partner, location);
        inner.moved(partner, location, location.at);
    }

    /// A partner is at a place: those who follow are told, or will be.
    pub(crate) fn moved(&self, partner: &AccountId, location: Location, now: DateTime<Utc>) {
        self.inner().moved(partner, location, now);
    }

    /// Sends places that wait, where their turn has come; so `late` was this look at them.
    pub(crate) fn send_waiting(&self, now: DateTime<Utc>, late: Duration) {
        let mut inner = self.inner();
        inner.pace.note(late);
        while let Some(id) = inner.take_turn(now) {
            inner.send_latest(&id, now);
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
                let bookings = self.by_partner.entry(partner).or_default();
                bookings.push(Id::from(id));
            }
        }
    }

    fn moved(&mut self, partner: &AccountId, location: Location, now: DateTime<Utc>) {
        let Some(bookings) = self.by_partner.get(partner) else {
            return;
        };
        // One that was overtaken on its way from another node; or a clock was set back, and this one is newer.
        let known = self.latest.get(partner).map(|known| known.at);
        if known.is_some_and(|known| known > location.at && known - now <= SKEW) {
            return;
        }
        keep(&mut self.latest, partner, location);
        for id in bookings {
            let Some(followed) = self.bookings.get_mut(id) else {
                continue;
            };
            let waited = followed.turn.map(|turn| (turn, Id::clone(id)));
            let scheduled = followed
                .is_under_way
                .then(|| followed.schedule(now, &self.pace));
            followed.turn = scheduled.and_then(Result::err);
            if let Some(waited) = waited {
                self.waiting.remove(&waited);
            }
            if let Some(turn) = followed.turn {
                self.waiting.insert((turn, Id::clone(id)));
            }
            if scheduled == Some(Ok(())) {
                followed.send(id, location);
            }
        }
    }

    /// Takes a booking whose place has its turn.
    fn take_turn(&mut self, now: DateTime<Utc>) -> Option<Id> {
        let is_turn = |(turn, _): &&(DateTime<Utc>, Id)| *turn <= now;
        // A clock that was set back makes nobody wait.
        let is_far = |(turn, _): &&(DateTime<Utc>, Id)| *turn - now > self.pace.apart() + EARLY;
        let first = self.waiting.first().filter(is_turn);
        let next = first.or_else(|| self.waiting.last().filter(is_far));
        let next = next.cloned()?;
        self.waiting.remove(&next);
        Some(next.1)
    }

    /// Sends the place of a booking that waited.
    fn send_latest(&mut self, id: &Id, now: DateTime<Utc>) {
        let Some(followed) = self.bookings.get_mut(id) else {
            return;
        };
        followed.turn = None;
        let partner = followed.partner.as_ref().filter(|_| followed.is_under_way);
        let location = partner
            .and_then(|partner| self.latest.get(partner))
            .copied();
        if let Some(location) = location {
            followed.due = Some(now + self.pace.apart());
            followed.send(id, location);
        }
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
        if let Some((id, followed)) = self.bookings.remove_entry(id) {
            self.unlink(followed.partner.as_ref(), &id);
            if let Some(turn) = followed.turn {
                self.waiting.remove(&(turn, id));
            }
        }
    }

    fn unlink(&mut self, partner: Option<&AccountId>, id: &str) {
        let Some(partner) = partner else { return };
        if let Some(bookings) = self.by_partner.get_mut(partner) {
            bookings.retain(|one| &**one != id);
            if bookings.is_empty() {
                self.by_partner.remove(partner);
                self.latest.remove(partner);
            }
        }
    }
}

/// Notes where a partner is.
fn keep(places: &mut HashMap<AccountId, Location>, partner: &AccountId, location: Location) {
    match places.get_mut(partner) {
        Some(place) => *place = location,
        None => drop(places.insert(partner.clone(), location)),
    }
}
