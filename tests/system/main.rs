//! The product as its users meet it: the real binary over HTTP, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed setup fails the test"
)]

mod crash;
mod dependency_law;
mod documents;
mod harness;
mod hostile;
mod journeys;
mod nodes;
mod outage;
mod rights;
mod stock;
mod stop;
mod tampering;
mod tokens;
mod user_sync;
