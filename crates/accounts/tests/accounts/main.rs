//! The routes of the crate, over real repositories on both databases.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod admin;
mod authenticator;
mod changes;
mod organizations;
mod repositories;
mod rights;
mod service_tokens;
mod sign_in;
mod support;
mod throttle;
