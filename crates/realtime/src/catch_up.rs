//! Recorded events that a client missed: read from the outbox, sent as fast as the client takes them.

use std::{sync::Arc, time::Duration};

use database::{Database, StorageError};
use outbox::RecordedEvent;
use tokio::time::{Instant, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    hub::{Hub, is_for_monitors},
    metrics,
    socket::{Flow, Sent, Session, encode_event},
};

/// How many events are read at once.
const PAGE: u32 = 500;
/// How long a client may take nothing at all before it is cut off.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it is looked whether there is room again.
const LOOK: Duration = Duration::from_millis(10);
/// How long to wait for a database that does not answer.
const REST: Duration = Duration::from_millis(500);

/// Lets sessions catch up, each in a task of its own while it has to.
#[derive(Clone)]
pub(crate) struct CatchUp {
    database: Database,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// Why a client cannot catch up.
enum Lost {
    /// It is gone.
    Gone,
    /// It takes nothing.
    TooSlow,
}

impl CatchUp {
    pub(crate) fn new(database: Database, tasks: TaskTracker, stop: CancellationToken) -> Self {
        Self {
            database,
            tasks,
            stop,
        }
    }

    /// Lets `session` catch up, at once where it misses nothing.
    pub(crate) fn begin(&self, hub: Arc<Hub>, session: Arc<Session>) {
        if hub.let_live(&session) {
            return;
        }
        let this = self.clone();
        self.tasks.spawn(async move {
            let stop = this.stop.clone();
            stop.run_until_cancelled(this.run(&hub, &session)).await;
        });
    }

    async fn run(&self, hub: &Hub, session: &Session) {
        let mut sent = 0;
        let outcome = loop {
            let until = hub.heard();
            match self.step(session, until, &mut sent).await {
                Ok(Ok(())) if hub.let_live(session) => break Ok(()),
                Ok(Ok(())) => {}
                Ok(Err(lost)) => break Err(lost),
                Err(error) => {
                    tracing::warn!(%error, "missed events cannot be read at the moment");
                    let _ = timeout(REST, std::future::pending::<()>()).await;
                }
            }
            if session.is_over() {
                break Err(Lost::Gone);
            }
        };
        metrics::replayed(sent);
        if matches!(outcome, Err(Lost::TooSlow)) {
            metrics::dropped("slow_consumer");
            tracing::info!(
                session = session.key,
                "a client takes nothing and is cut off"
            );
            session.cut();
        }
    }

    /// Sends everything up to `until`.
    async fn step(
        &self,
        session: &Session,
        until: i64,
        sent: &mut usize,
    ) -> Result<Result<(), Lost>, StorageError> {
        let audience = session.audience();
        loop {
            let delivered = session.state().delivered;
            if delivered >= until || audience.is_empty() {
                return Ok(Ok(()));
            }
            let range = (delivered, until);
            let events = outbox::read_own(&self.database, &audience, range, PAGE).await?;
            let is_last = events.len() < PAGE as usize;
            for event in &events {
                if session.wants(event.event_id, is_for_monitors(event)) {
                    if let Err(lost) = push(session, event).await {
                        return Ok(Err(lost));
                    }
                    *sent += 1;
                }
                let mut state = session.state();
                state.delivered = state.delivered.max(event.event_id);
            }
            if is_last {
                let mut state = session.state();
                state.delivered = state.delivered.max(until);
                return Ok(Ok(()));
            }
        }
    }
}

/// Sends one event as soon as there is room for it.
async fn push(session: &Session, event: &RecordedEvent) -> Result<(), Lost> {
    let text = encode_event(session.namespace, &event.event, event.data.get());
    let began = Instant::now();
    loop {
        if session.is_over() {
            return Err(Lost::Gone);
        }
        match session.send(&text) {
            Sent::Queued => return Ok(()),
            Sent::Gone => return Err(Lost::Gone),
            Sent::Full if began.elapsed() > PATIENCE => return Err(Lost::TooSlow),
            Sent::Full => {
                let _ = timeout(LOOK, std::future::pending::<()>()).await;
            }
        }
    }
}

impl Hub {
    /// Lets a session that has everything up to what was heard hear the rest as it happens; `false` where it misses
    /// something.
    fn let_live(&self, session: &Session) -> bool {
        let mut state = session.state();
        // Under the lock: events beyond what is heard here are offered later, and then the session is live.
        if state.delivered < self.heard() && session.account.is_some() {
            return false;
        }
        if state.flow == Flow::CatchingUp {
            state.flow = Flow::Live;
        }
        true
    }
}
