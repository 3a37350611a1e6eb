//! The figures that admins watch.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use api_error::ApiError;
use chrono::{DateTime, Utc};
use clock::Clock;
use database::{DataVersion, Database, Watch};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    events::rfc3339,
    hub::Hub,
    neighbours::{Bureau, Figures},
    presence::Presence,
    repository::Online,
};

/// How often the figures are sent at most.
const PERIOD: Duration = Duration::from_secs(1);

/// What was counted last, and when the figures moved.
#[derive(Clone)]
struct Counted {
    version: DataVersion,
    figures: Figures,
    online: Online,
    updated_at: DateTime<Utc>,
    /// The moment of the count.
    at: DateTime<Utc>,
}

/// Counts, at most once a second for everybody who watches.
pub(crate) struct Dashboard {
    bureau: Arc<dyn Bureau>,
    presence: Arc<Presence>,
    database: Database,
    clock: Arc<dyn Clock>,
    counted: Mutex<Option<Counted>>,
}

impl Dashboard {
    pub(crate) fn new(
        bureau: Arc<dyn Bureau>,
        presence: Arc<Presence>,
        database: Database,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            bureau,
            presence,
            database,
            clock,
            counted: Mutex::new(None),
        }
    }

    fn last(&self) -> Option<Counted> {
        self.counted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The figures of now. While nothing was committed they need no count.
    pub(crate) async fn stats(&self, hub: &Hub) -> Result<Value, ApiError> {
        Ok(shown(&self.count(hub).await?))
    }

    async fn count(&self, hub: &Hub) -> Result<Counted, ApiError> {
        let now = self.clock.now();
        let version = self
            .database
            .version()
            .await
            .map_err(ApiError::unavailable)?;
        let online = self.presence.online(hub, now).await?;
        let last = self.last();
        let figures = match &last {
            Some(last) if last.version.is_same(&version, Watch::Everything) => last.figures.clone(),
            _ => self.bureau.count().await?,
        };
        let updated_at = match &last {
            Some(last) if last.figures == figures && last.online == online => last.updated_at,
            _ => now,
        };
        let counted = Counted {
            version,
            figures,
            online,
            updated_at,
            at: now,
        };
        let mut kept = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever counted later knows better.
        if kept.as_ref().is_none_or(|kept| kept.at <= now) {
            *kept = Some(counted.clone());
        }
        Ok(counted)
    }

    /// Sends the figures to those who watch, if they have moved since `sent`; the moment of what they have then.
    pub(crate) async fn run_once(
        &self,
        hub: &Hub,
        sent: Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        let admins = hub.admins();
        let watchers: Vec<_> = admins
            .into_iter()
            .filter(|admin| admin.state().wants_stats)
            .collect();
        if watchers.is_empty() {
            return None;
        }
        let counted = match self.count(hub).await {
            Ok(counted) => counted,
            Err(error) => {
                tracing::warn!(code = error.code(), "the figures cannot be counted");
                return sent;
            }
        };
        if sent != Some(counted.updated_at) {
            let payload = shown(&counted).to_string();
            for watcher in watchers {
                watcher.tell("dashboard:stats_update", &payload);
            }
        }
        Some(counted.updated_at)
    }

    /// Sends the figures whenever they moved, until `stop`.
    pub(crate) async fn run(&self, hub: &Hub, stop: CancellationToken) {
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut sent = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = period.tick() => {}
            }
            sent = self.run_once(hub, sent).await;
        }
    }
}

fn shown(counted: &Counted) -> Value {
    let Counted {
        figures,
        online,
        updated_at,
        ..
    } = counted;
    json!({
        "bookings": {
            "total": figures.bookings_by_status.values().sum::<u64>(),
            "byStatus": figures.bookings_by_status,
        },
        "customers": figures.customers,
        "partners": figures.partners,
        "activePartners": figures.active_partners,
        "onlineCustomers": online.customers,
        "onlinePartners": online.partners,
        "pendingKyc": figures.pending_kyc,
        "revenue": figures.revenue,
        "stock": {"products": figures.products, "outOfStock": figures.out_of_stock},
        "updatedAt": rfc3339(*updated_at),
    })
}
