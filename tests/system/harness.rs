//! What the tests share: the binary as a process, a client of it, its database, and people in it.

mod answer;
mod client;
mod house;
mod node;
mod sql;

pub(crate) use self::{
    answer::Answer,
    client::Client,
    house::{House, Person},
    node::{ADMIN_EMAIL, JWT_SECRET, Node, PASSWORD},
    sql::Sql,
};

use std::time::Duration;

use tokio::time::{interval, timeout};

/// How long something outside of a test may take before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until `condition` holds: for what another process does in its own time.
#[expect(
    clippy::future_not_send,
    reason = "it is waited for on the thread of the test"
)]
pub(crate) async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let mut ticks = interval(Duration::from_millis(20));
    let polled = async {
        loop {
            ticks.tick().await;
            if condition().await {
                return;
            }
        }
    };
    let met = timeout(PATIENCE, polled).await;
    assert!(met.is_ok(), "waited in vain until {what}");
}

/// A setting of a test run, from its environment.
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var_os(name).and_then(|value| value.into_string().ok())
}
