use std::{collections::HashSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use database::{Backend, Database, StorageError};
use sea_orm::ConnectionTrait;
use sqlx::postgres::PgListener;
use tokio::{
    sync::{Mutex, Notify, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{RecordedEvent, holders::holders, store};

/// The Postgres channel on which nodes tell each other that something was committed.
const CHANNEL: &str = "lockstep_outbox";
/// How many events are read at once.
const BATCH: u32 = 1_000;
/// How long the tail waits for news before it looks by itself.
const POLL: Duration = Duration::from_millis(500);
/// How soon it looks again while a gap is open.
const GAP_POLL: Duration = Duration::from_millis(5);
/// How long it rests behind each look, so that many commits at once cost few looks.
const REST: Duration = Duration::from_millis(3);

/// Hears every recorded event once on every node, in order.
#[async_trait]
pub trait Listener: Send + Sync {
    /// Takes the next events. It returns when they are handed on; the tail waits for it.
    async fn hear(&self, events: &[RecordedEvent]);
}

/// Reads the outbox in order, without skipping an event that commits late, from where it stood at the start.
pub struct Tail {
    database: Database,
    listeners: Vec<Arc<dyn Listener>>,
    position: watch::Sender<i64>,
    gap: Mutex<Gap>,
    wake: Notify,
}

/// What is known about ids that are missing below visible ones.
#[derive(Debug, Default)]
struct Gap {
    /// What is missing up to here was rolled back.
    cleared: i64,
    /// Up to where it is not known yet, and who may still fill it.
    open: Option<(i64, HashSet<String>)>,
    /// Up to where other nodes were told that there is something.
    told: i64,
}

/// How far the tail is behind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lag {
    /// Events that are recorded and were not handed on yet.
    pub events: i64,
    /// The age of the oldest of them, in seconds.
    pub seconds: f64,
}

impl Tail {
    /// A tail that begins behind everything that was committed before the call.
    pub async fn start(
        database: Database,
        listeners: Vec<Arc<dyn Listener>>,
    ) -> Result<Self, StorageError> {
        let end = store::last_id(&database).await?;
        // Whoever holds a lower id now must be waited for, or its event would lie behind the beginning.
        let pending = holders(&database).await?;
        while !holders(&database).await?.is_disjoint(&pending) {
            let _ = timeout(GAP_POLL, std::future::pending::<()>()).await;
        }
        let gap = Mutex::new(Gap {
            cleared: end,
            open: None,
            told: end,
        });
        Ok(Self {
            database,
            listeners,
            position: watch::Sender::new(end),
            gap,
            wake: Notify::new(),
        })
    }

    /// The id up to which everything was handed on.
    pub fn position(&self) -> i64 {
        *self.position.borrow()
    }

    /// Hands on what is safe to hand on now, and says how many events that was.
    pub async fn run_once(&self) -> Result<usize, StorageError> {
        self.hand_on(false).await
    }

    /// The same; where this node has committed something meanwhile, other nodes are told if that left events behind.
    async fn hand_on(&self, has_committed: bool) -> Result<usize, StorageError> {
        let mut gap = self.gap.lock().await;
        let mut handed_on = 0;
        loop {
            let events = store::read_after(&self.database, self.position(), BATCH).await?;
            // What this node committed may have been handed on before, in passing.
            let last = events
                .last()
                .map_or(self.position(), |event| event.event_id);
            let telling = async {
                if has_committed && last > gap.told {
                    self.tell_other_nodes().await;
                }
            };
            let safe = gap.safe_prefix(self.position(), self.database.backend(), &events);
            let hearing = async {
                for listener in self.listeners.iter().filter(|_| !safe.is_empty()) {
                    listener.hear(safe).await;
                }
            };
            tokio::join!(telling, hearing);
            if has_committed {
                gap.told = gap.told.max(last);
            }
            if let Some(end) = safe.last() {
                handed_on += safe.len();
                self.position.send_replace(end.event_id);
            }
            let is_over = if safe.len() < events.len() {
                !gap.close(last, &holders(&self.database).await?)
            } else {
                // Whatever was missing has come.
                gap.open = None;
                // What was committed meanwhile wakes the tail again.
                events.len() < BATCH as usize
            };
            if is_over {
                return Ok(handed_on);
            }
        }
    }

    /// Waits until everything that was committed before the call is handed on, two seconds at most.
    /// Returns the position then.
    pub async fn settled(&self) -> Result<i64, StorageError> {
        let end = store::last_id(&self.database).await?;
        let mut position = self.position.subscribe();
        if *position.borrow() < end {
            self.wake.notify_one();
            let reached = position.wait_for(|position| *position >= end);
            let _ = timeout(Duration::from_secs(2), reached).await;
        }
        Ok(self.position())
    }

    /// How far behind the tail is at `now`.
    pub async fn lag(&self, now: DateTime<Utc>) -> Result<Lag, StorageError> {
        let position = self.position();
        let end = store::last_id(&self.database).await?;
        let oldest = store::read_after(&self.database, position, 1).await?;
        let seconds = oldest
            .first()
            .map_or(0.0, |e| (now - e.created_at).as_seconds_f64().max(0.0));
        Ok(Lag {
            events: (end - position).max(0),
            seconds,
        })
    }

    /// Follows the outbox until `stop`: woken by commits of this node, by other nodes, and by the clock behind them.
    pub async fn run(&self, stop: CancellationToken) {
        tokio::join!(self.pump(&stop), self.listen(&stop));
    }

    async fn pump(&self, stop: &CancellationToken) {
        let mut commits = self.database.commits();
        loop {
            let wait = if self.gap.lock().await.open.is_some() {
                GAP_POLL
            } else {
                POLL
            };
            let has_committed = tokio::select! {
                () = stop.cancelled() => return,
                changed = commits.changed() => changed.is_ok(),
                () = self.wake.notified() => false,
                _ = timeout(wait, std::future::pending::<()>()) => false,
            };
            if let Err(error) = self.hand_on(has_committed).await {
                tracing::warn!(%error, "the outbox cannot be read at the moment");
            }
            let _ = timeout(REST, stop.cancelled()).await;
        }
    }

    /// Once for all commits since the last time, outside of their transactions: a `NOTIFY` inside would make Postgres
    /// commit them one by one. Nobody waits until it is on the disk: lost, the others find the events at their next look.
    async fn tell_other_nodes(&self) {
        if self.database.backend() == Backend::Sqlite {
            return;
        }
        let notify = format!("SET LOCAL synchronous_commit TO off; NOTIFY {CHANNEL}");
        if let Err(error) = self.database.writer().execute_unprepared(&notify).await {
            tracing::debug!(%error, "other nodes were not told of a commit");
        }
    }

    async fn listen(&self, stop: &CancellationToken) {
        if self.database.backend() == Backend::Sqlite {
            return;
        }
        let mut retry = tokio::time::interval(POLL);
        retry.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = retry.tick() => {}
            }
            let heard = tokio::select! {
                () = stop.cancelled() => return,
                heard = self.listen_until_failure() => heard,
            };
            if let Err(error) = heard {
                tracing::debug!(%error, "not listening for other nodes at the moment");
            }
        }
    }

    async fn listen_until_failure(&self) -> Result<(), sqlx::Error> {
        let pool = self.database.writer().get_postgres_connection_pool();
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            // `None` is a lost connection: what was sent meanwhile is found by looking.
            let lost = listener.try_recv().await?.is_none();
            self.wake.notify_one();
            if lost {
                return Ok(());
            }
        }
    }
}

impl std::fmt::Debug for Tail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tail")
            .field("position", &self.position())
            .finish_non_exhaustive()
    }
}

impl Gap {
    /// The events from the beginning of `events` that nothing can come before any more.
    fn safe_prefix<'a>(
        &self,
        position: i64,
        backend: Backend,
        events: &'a [RecordedEvent],
    ) -> &'a [RecordedEvent] {
        if backend == Backend::Sqlite {
            return events;
        }
        let mut expected = position + 1;
        let end = events.iter().position(|event| {
            let late = event.event_id != expected && event.event_id > self.cleared;
            expected = event.event_id + 1;
            late
        });
        &events[..end.unwrap_or(events.len())]
    }

    /// Notes that something is missing below `last`, or learns that nobody is left who could fill what was noted.
    /// `true` if it is worth to read again at once.
    fn close(&mut self, last: i64, holders: &HashSet<String>) -> bool {
        let (until, pending) = self.open.take().unwrap_or_else(|| (last, holders.clone()));
        if pending.is_disjoint(holders) {
            self.cleared = until;
            return true;
        }
        self.open = Some((until, pending));
        false
    }
}

#[cfg(test)]
mod tests {
    use test_support::TestDatabase;

    use super::*;
    use crate::Audience;

    fn events(ids: &[i64]) -> Vec<RecordedEvent> {
        let event = |id: &i64| RecordedEvent {
            event_id: *id,
            audience: Audience::Admins,
            event: "x".to_owned(),
            data: serde_json::value::RawValue::from_string("{}".to_owned()).unwrap(),
            created_at: DateTime::UNIX_EPOCH,
        };
        ids.iter().map(event).collect()
    }

    fn set(names: &[&str]) -> HashSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn nothing_behind_a_gap_is_handed_on_until_its_holders_are_gone() {
        let mut gap = Gap::default();
        let events = events(&[4, 5, 7]);
        assert_eq!(gap.safe_prefix(3, Backend::Postgres, &events).len(), 2);
        assert!(!gap.close(7, &set(&["a", "b"])));
        assert!(!gap.close(9, &set(&["b", "c"])), "b may still fill it");
        assert!(
            gap.close(9, &set(&["c"])),
            "c came later and can hold no lower id"
        );
        assert_eq!(gap.cleared, 7);
        assert_eq!(gap.safe_prefix(3, Backend::Postgres, &events).len(), 3);
    }

    #[tokio::test]
    async fn a_gap_that_was_filled_is_looked_for_no_more() {
        let database = TestDatabase::sqlite().await;
        let tail = Tail::start(database.database().clone(), Vec::new()).await;
        let tail = tail.unwrap();
        tail.gap.lock().await.open = Some((7, set(&["a"])));
        assert_eq!(tail.run_once().await.unwrap(), 0);
        assert_eq!(tail.gap.lock().await.open, None);
    }

    #[test]
    fn a_gap_that_opens_later_is_not_covered_by_one_that_was_cleared() {
        let mut gap = Gap::default();
        assert!(gap.close(7, &set(&[])));
        assert_eq!(
            gap.safe_prefix(5, Backend::Postgres, &events(&[7, 8, 10]))
                .len(),
            2
        );
    }
}
