//! Who is connected, over all nodes.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use api_error::ApiError;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock;
use tokio_util::sync::CancellationToken;

use crate::{
    hub::Hub,
    repository::{LiveRepository, Online},
};

/// How often this node looks whether its numbers are other ones.
const PERIOD: Duration = Duration::from_secs(1);
/// How often it tells them though they are not.
const STILL_HERE: TimeDelta = TimeDelta::seconds(10);
/// How long a node counts that tells nothing.
const FORGOTTEN: TimeDelta = TimeDelta::seconds(30);

/// Tells other nodes through the database how many are connected here, and asks how many are elsewhere.
pub(crate) struct Presence {
    live: Arc<dyn LiveRepository>,
    node: String,
    clock: Arc<dyn Clock>,
    told: Mutex<Option<(Online, DateTime<Utc>)>>,
}

impl Presence {
    pub(crate) fn new(live: Arc<dyn LiveRepository>, node: &str, clock: Arc<dyn Clock>) -> Self {
        Self {
            live,
            node: node.to_owned(),
            clock,
            told: Mutex::new(None),
        }
    }

    /// How many are connected anywhere. Somebody who is connected to two nodes is two.
    pub(crate) async fn online(&self, hub: &Hub, now: DateTime<Utc>) -> Result<Online, ApiError> {
        let elsewhere = self.live.count_elsewhere(&self.node, now - FORGOTTEN).await;
        let elsewhere = elsewhere.map_err(ApiError::unavailable)?;
        let here = hub.online();
        Ok(Online {
            customers: here.customers + elsewhere.customers,
            partners: here.partners + elsewhere.partners,
        })
    }

    /// Tells how many are connected here, where that is news. A node that nobody is connected to is silent.
    pub(crate) async fn run_once(&self, hub: &Hub) {
        let (online, now) = (hub.online(), self.clock.now());
        let told = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = match told {
            None => online != Online::default(),
            Some((known, at)) => {
                known != online || (online != Online::default() && now - at >= STILL_HERE)
            }
        };
        if !is_news {
            return;
        }
        match self.live.report_presence(&self.node, online, now).await {
            Ok(()) => {
                *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some((online, now));
            }
            Err(error) => tracing::debug!(%error, "nobody was told who is connected here"),
        }
    }

    /// Tells until `stop`, and that nobody is here any more then.
    pub(crate) async fn run(&self, hub: &Hub, stop: CancellationToken) {
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = period.tick() => self.run_once(hub).await,
            }
        }
        if let Err(error) = self.live.forget_presence(&self.node).await {
            tracing::debug!(%error, "this node's row of presence stays until it is old");
        }
    }
}
