/// How many clients are connected to this node and hear stock events.
#[cfg_attr(test, mockall::automock)]
pub trait ConnectedClients: Send + Sync {
    /// Their number now.
    fn count(&self) -> usize;
}
