use std::{num::NonZeroU32, sync::Arc, time::Duration};

use auth::{AccountId, Authenticator};
use chrono::{DateTime, Utc};
use clock::Clock;
use database::{Database, StorageError};
use outbox::Listener;
use secrecy::SecretString;
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use validation::Id;

use crate::{
    catch_up::CatchUp,
    dashboard::Dashboard,
    hub::{Hub, HubListener},
    model::Coordinate,
    neighbours::{BookingDesk, Bureau, Herald, People},
    notifier::Notifier,
    pace,
    presence::Presence,
    relay::{Ephemeral, Relay, RelayWorker},
    repository::{LiveRepository, MessageRepository, NotificationRepository},
    service::Talk,
    socket::{Connections, Server},
    sweep::Sweep,
    tracking::Tracking,
};

/// How often places are written to the database.
const SAVING: Duration = Duration::from_secs(1);
/// How long a node that stops waits until its clients have read that it does.
const GOODBYES: Duration = Duration::from_secs(1);

/// What real time is made of.
pub struct RealtimeParts {
    /// Where recorded events are.
    pub database: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Knows whom a token stands for.
    pub authenticator: Arc<dyn Authenticator>,
    /// Messages.
    pub messages: Arc<dyn MessageRepository>,
    /// Notifications.
    pub notifications: Arc<dyn NotificationRepository>,
    /// Locations and presence.
    pub live: Arc<dyn LiveRepository>,
    /// The accounts.
    pub people: Arc<dyn People>,
    /// The bookings.
    pub desk: Arc<dyn BookingDesk>,
    /// The figures.
    pub bureau: Arc<dyn Bureau>,
    /// What needs whom.
    pub herald: Arc<dyn Herald>,
    /// What carries ephemeral events between nodes.
    pub redis_url: Option<SecretString>,
    /// How many events one socket may send in a second; `None`: as many as it likes.
    pub events_per_second: Option<NonZeroU32>,
}

/// Sockets, and what works for them. Clones share it.
#[derive(Clone)]
pub struct Realtime(Arc<Inner>);

struct Inner {
    server: Arc<Server>,
    relay: RelayWorker,
    notifier: Notifier,
    presence: Arc<Presence>,
    sweep: Sweep,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Realtime {
    /// Real time of one node. Recorded events reach it through [`Realtime::listener`].
    pub fn new(parts: RealtimeParts) -> Self {
        let node = Id::<Self>::generate().to_string();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let catch_up = CatchUp::new(parts.database.clone(), tasks.clone(), stop.clone());
        let hub = Hub::new(catch_up, Tracking::default());
        let relay = RelayWorker::new(parts.redis_url.as_ref(), &node, &hub, &parts.clock);
        let presence = Presence::new(Arc::clone(&parts.live), &node, Arc::clone(&parts.clock));
        let presence = Arc::new(presence);
        let notifier = Notifier::new(
            Arc::clone(&parts.notifications),
            Arc::clone(&parts.herald),
            parts.database.clone(),
            Arc::clone(&parts.clock),
        );
        let server = Arc::new(server(parts, hub, (&relay, &presence), tasks.clone()));
        Self(Arc::new(Inner {
            sweep: Sweep::new(Arc::clone(&server)),
            server,
            relay,
            notifier,
            presence,
            tasks,
            stop,
        }))
    }

    pub(crate) fn server(&self) -> &Arc<Server> {
        &self.0.server
    }

    fn hub(&self) -> &Arc<Hub> {
        &self.0.server.hub
    }

    /// Hands recorded events to the sockets of this node.
    pub fn listener(&self) -> Arc<dyn Listener> {
        Arc::new(HubListener(Arc::clone(self.hub())))
    }

    /// Recorded events up to `position` happened before this node's tail began. To be called before anybody connects.
    pub fn begin_at(&self, position: i64) {
        self.hub().begin_at(position);
    }

    /// How many clients of this node hear of stock.
    pub fn count_shoppers(&self) -> usize {
        self.hub().count_shoppers()
    }

    /// Tells all admins of all nodes how far a job is.
    pub fn progress(&self) -> ProgressFeed {
        ProgressFeed {
            hub: Arc::clone(self.hub()),
            relay: self.0.relay.publisher(),
        }
    }

    /// A partner is at a place: it is remembered, and those who follow them are told, on every node.
    pub fn move_partner(&self, partner: &AccountId, place: Coordinate) -> DateTime<Utc> {
        self.0.server.move_partner(partner, place)
    }

    /// Closes every connection of this node; clients come back by themselves, to another one.
    pub fn close(&self) {
        self.0.stop.cancel();
        self.0.server.connections.close();
    }

    /// Makes notifications of what was heard so far; how many.
    pub async fn notify_once(&self) -> Result<usize, StorageError> {
        self.0.notifier.run_once(self.hub()).await
    }

    /// Sends what was gathered of stock.
    pub fn send_stock_once(&self) {
        self.hub().stock.run_once(self.hub());
    }

    /// Sends the figures to those who watch them.
    pub async fn send_stats_once(&self) {
        self.0.server.dashboard.run_once(self.hub(), None).await;
    }

    /// Looks for sessions that are over, once.
    pub async fn sweep_once(&self) -> Result<(), api_error::ApiError> {
        self.0.sweep.run_once().await
    }

    /// Works until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let (inner, hub) = (&self.0, self.hub());
        tokio::join!(
            inner.relay.run(stop.clone()),
            inner.notifier.run(hub, stop.clone()),
            inner.presence.run(hub, stop.clone()),
            inner.sweep.run(stop.clone()),
            inner.server.dashboard.run(hub, stop.clone()),
            hub.stock.run(hub, stop.clone()),
            self.send_places(&stop),
            self.save_places(&stop),
        );
        inner.stop.cancel();
        inner.tasks.close();
        inner.tasks.wait().await;
        inner.server.websockets.close();
        // Who answers no goodbye is left.
        let _ = timeout(GOODBYES, inner.server.websockets.wait()).await;
    }

    async fn send_places(&self, stop: &CancellationToken) {
        let mut period = interval(pace::LOOK);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while let Some(due) = stop.run_until_cancelled(period.tick()).await {
            self.send_places_once(due.elapsed());
        }
    }

    /// Tells trackers of places that had to wait, where their time has come. So `late` it is: where that is much, places
    /// are sent less often.
    pub fn send_places_once(&self, late: Duration) {
        let now = self.0.server.clock.now();
        self.hub().tracking.send_waiting(now, late);
    }

    async fn save_places(&self, stop: &CancellationToken) {
        let mut period = interval(SAVING);
        while stop.run_until_cancelled(period.tick()).await.is_some() {
            self.save_places_once().await;
        }
        self.save_places_once().await;
    }

    /// Remembers where partners are.
    pub async fn save_places_once(&self) {
        let places = self.hub().tracking.take_unsaved();
        if places.is_empty() {
            return;
        }
        if let Err(error) = self.0.server.live.save_locations(&places).await {
            tracing::warn!(%error, "places of partners cannot be saved at the moment");
            self.hub().tracking.put_back(places);
        }
    }
}

impl std::fmt::Debug for Realtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Realtime").finish_non_exhaustive()
    }
}

fn server(
    parts: RealtimeParts,
    hub: Arc<Hub>,
    (relay, presence): (&RelayWorker, &Arc<Presence>),
    tasks: TaskTracker,
) -> Server {
    let talk = Talk {
        messages: parts.messages,
        notifications: parts.notifications,
        people: Arc::clone(&parts.people),
        desk: Arc::clone(&parts.desk),
        clock: Arc::clone(&parts.clock),
    };
    let dashboard = Dashboard::new(
        parts.bureau,
        Arc::clone(presence),
        parts.database.clone(),
        Arc::clone(&parts.clock),
    );
    Server {
        hub,
        authenticator: parts.authenticator,
        desk: parts.desk,
        people: parts.people,
        talk,
        live: parts.live,
        dashboard: Arc::new(dashboard),
        relay: relay.publisher(),
        database: parts.database,
        clock: parts.clock,
        rate: parts.events_per_second,
        tasks,
        websockets: TaskTracker::new(),
        connections: Connections::default(),
    }
}

/// Tells all admins of all nodes how far jobs are; what is missed is not told again. Clones share it.
#[derive(Clone)]
pub struct ProgressFeed {
    hub: Arc<Hub>,
    relay: Relay,
}

impl ProgressFeed {
    /// Tells `event` (`user-sync:progress`, `metakocka:progress`) with `payload`, an object.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers make it for this call"
    )]
    pub fn tell(&self, event: &'static str, payload: Value) {
        let payload = payload.to_string();
        self.hub.tell_admins(event, &payload);
        self.relay.publish(Ephemeral::Progress {
            event: event.to_owned(),
            payload,
        });
    }
}

impl std::fmt::Debug for ProgressFeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProgressFeed").finish_non_exhaustive()
    }
}
