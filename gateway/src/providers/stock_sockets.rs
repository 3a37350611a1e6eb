use realtime::Realtime;
use stock::ConnectedClients;

/// Stock tells how many clients hear of it; real time has their sockets.
#[derive(Clone, Debug)]
pub(crate) struct StockSockets(Realtime);

impl StockSockets {
    /// Counts the sockets of `realtime`.
    pub(crate) fn new(realtime: Realtime) -> Self {
        Self(realtime)
    }
}

impl ConnectedClients for StockSockets {
    fn count(&self) -> usize {
        self.0.count_shoppers()
    }
}
