use serde_json::{Map, Value, json};

use super::{Answer, object};
use crate::socket::{server::Server, session::Session};

/// Lets an admin hear of every booking.
pub(super) fn monitor(session: &Session) -> Map<String, Value> {
    session.state().is_monitoring = true;
    Map::new()
}

impl Server {
    /// Sends an admin the figures, now and whenever they change.
    pub(super) async fn show_stats(&self, session: &Session) -> Answer {
        session.state().wants_stats = true;
        let stats = self.dashboard.stats(&self.hub).await?;
        session.tell("dashboard:stats_update", &stats.to_string());
        Ok(object(json!({"stats": stats})))
    }
}
