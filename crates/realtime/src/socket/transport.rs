use std::{sync::Arc, time::Duration};

use engineioxide::{DisconnectReason, Str};

use super::connection::Connection;

/// The longest message, as in Socket.IO's own server.
pub(super) const MAX_PAYLOAD: usize = 1_000_000;
/// How long after a sign of life a client is asked for the next one, as in Socket.IO's own server.
pub(super) const PING_INTERVAL: Duration = Duration::from_secs(25);
/// How long a client may take to answer, as in Socket.IO's own server.
pub(super) const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// Whom a transport tells of its connections: Socket.IO, which does not know what carries them.
pub(super) trait Hearer: Send + Sync + 'static {
    /// A connection begins.
    fn begins(&self, connection: Arc<Connection>);

    /// A client has sent a packet.
    fn hears(self: &Arc<Self>, connection: &Arc<Connection>, packet: Str);

    /// A connection is at its end: nothing more comes, and nothing more will be read.
    fn ends(&self, connection: &Arc<Connection>, reason: &DisconnectReason);
}
