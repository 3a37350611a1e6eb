//! Recorded events become notifications, each once, whichever node is faster, also after a crash.

use std::{sync::Arc, time::Duration};

use auth::AccountId;
use clock::Clock;
use database::{Database, StorageError};
use outbox::{Audience, RecordedEvent};
use tokio::{sync::Mutex, time::timeout};
use tokio_util::sync::CancellationToken;
use validation::Id;

use crate::{
    hub::Hub, model::Notification, neighbours::Herald, repository::NotificationRepository,
};

/// How many events are looked at in one transaction.
const BATCH: u32 = 500;
/// How soon it looks by itself.
const POLL: Duration = Duration::from_secs(1);

/// Follows recorded events. What it has done is a position in the database, moved in the transaction of what was done.
pub(crate) struct Notifier {
    notifications: Arc<dyn NotificationRepository>,
    herald: Arc<dyn Herald>,
    database: Database,
    clock: Arc<dyn Clock>,
    /// The position in the database, and how far this node has looked beyond it without finding anything to do.
    position: Mutex<Option<(i64, i64)>>,
}

impl Notifier {
    pub(crate) fn new(
        notifications: Arc<dyn NotificationRepository>,
        herald: Arc<dyn Herald>,
        database: Database,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            notifications,
            herald,
            database,
            clock,
            position: Mutex::new(None),
        }
    }

    /// Makes the notifications of everything that was heard so far; how many.
    pub(crate) async fn run_once(&self, hub: &Hub) -> Result<usize, StorageError> {
        let mut position = self.position.lock().await;
        let mut made = 0;
        loop {
            let (stored, seen) = if let Some(known) = *position {
                known
            } else {
                let stored = self.notifications.position().await?;
                (stored, stored)
            };
            *position = Some((stored, seen));
            let heard = hub.heard();
            if seen >= heard {
                return Ok(made);
            }
            let events = outbox::read_after(&self.database, seen, BATCH).await?;
            let safe: Vec<_> = events
                .iter()
                .filter(|event| event.event_id <= heard)
                .collect();
            let end = safe.last().map_or(heard, |event| event.event_id);
            let notifications: Vec<_> = safe
                .iter()
                .filter_map(|event| self.made_of(event))
                .collect();
            if notifications.is_empty() {
                *position = Some((stored, end));
                continue;
            }
            let moved = self
                .notifications
                .insert(&notifications, (stored, end))
                .await;
            // Another node was faster, or it is not known: the database knows.
            *position = match moved {
                Ok(true) => {
                    made += notifications.len();
                    Some((end, end))
                }
                Ok(false) => None,
                Err(error) => {
                    *position = None;
                    return Err(error);
                }
            };
        }
    }

    fn made_of(&self, event: &RecordedEvent) -> Option<Notification> {
        let account: &AccountId = match &event.audience {
            Audience::Account(id) => id,
            Audience::Admins | Audience::Everybody => return None,
        };
        let draft = self.herald.notification(event)?;
        Some(Notification {
            id: Id::generate(),
            account_id: account.clone(),
            event_id: event.event_id,
            draft,
            created_at: self.clock.now(),
            read_at: None,
        })
    }

    /// Makes notifications as events arrive, until `stop`.
    pub(crate) async fn run(&self, hub: &Hub, stop: CancellationToken) {
        loop {
            let news = hub.news.notified();
            if let Err(error) = self.run_once(hub).await {
                tracing::warn!(%error, "notifications cannot be made at the moment");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                _ = timeout(POLL, news) => {}
            }
        }
    }
}
