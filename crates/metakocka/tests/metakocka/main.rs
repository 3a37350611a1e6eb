//! The routes of the crate, its protocol and its repositories, on both databases, and the client of the ERP.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod bulk;
mod client;
mod conflicts;
mod credentials;
mod documents;
mod doors;
mod laws;
mod lost_answers;
mod pull;
mod push;
mod queue;
mod reconciliation;
mod rights;
mod runs;
mod support;
