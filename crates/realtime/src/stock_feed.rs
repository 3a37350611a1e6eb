//! Stock events on their way to everybody. Under load several changes of one variant become one; the last one arrives.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use outbox::RecordedEvent;
use serde::Deserialize;
use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    hub::Hub,
    metrics,
    model::Namespace,
    socket::{Outgoing, Sent, Session, encode_event},
};

/// How long changes gather before the next ones are sent, at least and at most.
const REST: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(100));
/// How much of that is for each client who was sent the last ones, which cost half of it: a core is not busy with stock
/// all the time.
const REST_EACH: Duration = Duration::from_micros(25);
/// How many variants a client may be behind with.
const BEHIND: usize = 20_000;
/// How long a client may take nothing at all before it is cut off.
const PATIENCE: Duration = Duration::from_secs(15);

/// Gathers stock events.
#[derive(Default)]
pub(crate) struct StockFeed {
    gathered: Mutex<Gathered>,
    /// Clients with something that they had no room for, since when they have taken nothing.
    behind: Mutex<HashMap<u64, (Arc<Session>, Instant)>>,
    wake: Notify,
}

/// The last event of each variant, in the order of these last events.
#[derive(Default)]
struct Gathered {
    places: HashMap<String, usize>,
    events: Vec<Option<News>>,
}

struct News {
    key: String,
    event: String,
    product: Option<String>,
    packet: Outgoing,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variant {
    product_id: Option<String>,
    size: Option<String>,
    color: Option<String>,
}

impl News {
    /// Whether it is for a client that hears of `products`; `None` is all.
    fn is_wanted(&self, products: Option<&HashSet<String>>) -> bool {
        match (products, &self.product) {
            (None, _) => true,
            (Some(products), Some(product)) => products.contains(product),
            (Some(_), None) => false,
        }
    }
}

impl Gathered {
    fn note(&mut self, news: News) {
        let place = self.events.len();
        if let Some(old) = self.places.insert(news.key.clone(), place) {
            self.events[old] = None;
        }
        self.events.push(Some(news));
    }
}

impl StockFeed {
    /// Gathers a recorded event for everybody.
    pub(crate) fn note(&self, event: &RecordedEvent) {
        let variant = serde_json::from_str(event.data.get());
        let Variant {
            product_id: product,
            size,
            color,
        } = variant.unwrap_or(Variant {
            product_id: None,
            size: None,
            color: None,
        });
        let key = match &product {
            Some(product) => serde_json::json!([event.event, product, size, color]).to_string(),
            None => event.event_id.to_string(),
        };
        self.gathered().note(News {
            key,
            event: event.event.clone(),
            product,
            packet: encode_event(Namespace::Stock, &event.event, event.data.get()),
        });
    }

    /// Sends soon what was gathered.
    pub(crate) fn wake(&self) {
        if !self.gathered().events.is_empty() {
            self.wake.notify_one();
        }
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn behind(&self) -> MutexGuard<'_, HashMap<u64, (Arc<Session>, Instant)>> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session is gone.
    pub(crate) fn forget(&self, session: &Session) {
        self.behind().remove(&session.key);
    }

    /// Sends what was gathered, and to those who had no room what waits for them. To how many clients that was.
    pub(crate) fn run_once(&self, hub: &Hub) -> usize {
        let gathered = std::mem::take(&mut *self.gathered());
        self.retry();
        let news: Vec<News> = gathered.events.into_iter().flatten().collect();
        if news.is_empty() {
            return 0;
        }
        let mut sent = vec![0; news.len()];
        let mut reached = 0;
        for shopper in hub.shoppers() {
            reached += usize::from(self.send(&shopper, &news, &mut sent));
        }
        for (one, count) in news.iter().zip(sent) {
            metrics::out(&one.event, count);
        }
        reached
    }

    /// Sends one client what it wants of the news, all of it at once, and keeps for them what they have no room for;
    /// counts what was sent, and says whether anything was.
    fn send(&self, session: &Arc<Session>, news: &[News], sent: &mut [u64]) -> bool {
        let mut state = session.state();
        let wanted = |one: &&News| one.is_wanted(state.products.as_ref());
        let mut taken = 0;
        if state.stale_stock.is_empty() {
            let packets = news.iter().filter(wanted).map(|one| &one.packet);
            let outcome;
            (taken, outcome) = session.send_all(packets);
            if outcome == Sent::Gone {
                return false;
            }
        }
        let wanted = news.iter().zip(sent).filter(|(one, _)| wanted(one));
        let mut late = Vec::new();
        for (n, (one, sent)) in wanted.enumerate() {
            if n < taken {
                *sent += 1;
            } else {
                late.push(one);
            }
        }
        if late.is_empty() {
            return taken > 0;
        }
        for one in late {
            let (key, packet) = (one.key.clone(), one.packet.clone());
            state.stale_stock.insert(key, packet);
        }
        let is_hopeless = state.stale_stock.len() > BEHIND;
        drop(state);
        if let Entry::Vacant(entry) = self.behind().entry(session.key) {
            entry.insert((Arc::clone(session), Instant::now()));
        }
        if is_hopeless {
            self.cut(session);
        }
        taken > 0
    }

    /// Sends those who are behind what they have room for.
    fn retry(&self) {
        let behind: Vec<_> = self.behind().values().cloned().collect();
        for (session, since) in behind {
            let mut state = session.state();
            let mut sent = 0;
            let waiting = std::mem::take(&mut state.stale_stock);
            let mut has_room = true;
            for (key, packet) in waiting {
                has_room = has_room && session.send(&packet) == Sent::Queued;
                if has_room {
                    sent += 1;
                } else {
                    state.stale_stock.insert(key, packet);
                }
            }
            let is_done = state.stale_stock.is_empty();
            drop(state);
            if is_done {
                self.behind().remove(&session.key);
            } else if sent > 0 {
                self.behind().insert(session.key, (session, Instant::now()));
            } else if since.elapsed() > PATIENCE {
                self.cut(&session);
            }
        }
    }

    fn cut(&self, session: &Session) {
        metrics::dropped("slow_consumer");
        tracing::info!(
            session = session.key,
            "a client takes no stock events and is cut off"
        );
        self.behind().remove(&session.key);
        session.cut();
    }

    /// Sends whenever there is something, until `stop`.
    pub(crate) async fn run(&self, hub: &Hub, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let is_anybody_behind = !self.behind().is_empty();
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wake.notified() => {}
                () = rest(REST.0), if is_anybody_behind => {}
            }
            let reached = self.run_once(hub);
            let next = Instant::now() + rest_behind(reached);
            loop {
                rest(REST.0.min(next.saturating_duration_since(Instant::now()))).await;
                if Instant::now() >= next {
                    break;
                }
                // Who has no room for all of it at once does not wait for what others are sent.
                self.retry();
            }
        }
    }
}

/// How long to rest when so many clients were sent something.
fn rest_behind(clients: usize) -> Duration {
    let clients = u32::try_from(clients).unwrap_or(u32::MAX);
    REST_EACH.saturating_mul(clients).clamp(REST.0, REST.1)
}

async fn rest(pause: Duration) {
    let _ = timeout(pause, std::future::pending::<()>()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_gather_longer_for_many_clients_and_never_for_long() {
        let of = |clients| rest_behind(clients).as_millis();
        assert_eq!([0, 1, 400].map(of), [10, 10, 10]);
        assert_eq!([1_000, 4_000, 10_000].map(of), [25, 100, 100]);
        assert_eq!(of(usize::MAX), 100);
    }
}
