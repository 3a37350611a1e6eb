//! Ends what is over: sessions whose token expired or whose account was disabled, connections that never decided.

use std::{collections::HashSet, sync::Arc, time::Duration};

use api_error::ApiError;
use database::{DataVersion, Watch};
use serde_json::json;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::socket::{Server, Session};

/// How often it looks.
const PERIOD: Duration = Duration::from_millis(400);
/// Moved by whoever changes an account.
const ACCOUNTS: Watch = Watch::Mark("accounts");

/// Looks after the sessions of this node.
pub(crate) struct Sweep {
    server: Arc<Server>,
    /// The state of the accounts, and how many sessions had come, when all of them were last compared.
    compared: Mutex<Option<(DataVersion, u64)>>,
}

impl Sweep {
    pub(crate) fn new(server: Arc<Server>) -> Self {
        Self {
            server,
            compared: Mutex::new(None),
        }
    }

    /// Ends what is over now.
    pub(crate) async fn run_once(&self) -> Result<(), ApiError> {
        let (server, now) = (&self.server, self.server.clock.now());
        server.connections.close_undecided(now);
        for session in server.hub.signed_in() {
            let is_expired = session.state().expires_at.is_some_and(|at| at <= now);
            if is_expired {
                self.end(&session, "Token expired");
            }
        }
        self.end_disabled().await
    }

    /// Looks for disabled accounts only where an account was changed, or somebody came, since the last look.
    async fn end_disabled(&self) -> Result<(), ApiError> {
        let server = &self.server;
        let mut compared = self.compared.lock().await;
        let arrivals = server.hub.arrivals();
        let version = server.database.version().await;
        let version = version.map_err(ApiError::unavailable)?;
        if let Some((known, seen)) = &*compared
            && *seen == arrivals
            && known.is_same(&version, ACCOUNTS)
        {
            return Ok(());
        }
        let disabled: HashSet<_> = server.people.list_disabled().await?.into_iter().collect();
        if !disabled.is_empty() {
            for session in server.hub.signed_in() {
                let account = session.account.as_ref();
                if account.is_some_and(|(id, _)| disabled.contains(id)) {
                    self.end(&session, "This account is disabled");
                }
            }
        }
        *compared = Some((version, arrivals));
        Ok(())
    }

    /// Tells why, and ends a session.
    fn end(&self, session: &Session, why: &str) {
        let said = json!({"message": why, "code": "unauthenticated", "event": null});
        session.tell("error", &said.to_string());
        self.server.expel(session);
    }

    /// Looks until `stop`.
    pub(crate) async fn run(&self, stop: CancellationToken) {
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = period.tick() => {}
            }
            if let Err(error) = self.run_once().await {
                tracing::warn!(
                    code = error.code(),
                    "sessions cannot be looked after at the moment"
                );
            }
        }
    }
}
