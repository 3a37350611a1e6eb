use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use stock::ConnectedClients;

/// Stock tells how many clients hear of it; whoever opens and closes their sockets counts them here. Clones share the
/// count.
#[derive(Clone, Debug, Default)]
pub(crate) struct StockSockets(Arc<AtomicUsize>);

impl ConnectedClients for StockSockets {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}
