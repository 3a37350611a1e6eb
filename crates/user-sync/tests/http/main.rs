//! The routes of the crate, its repositories and its client, with simulated servers, on both databases.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod check;
mod export;
mod failures;
mod guard;
mod locations;
mod nodes;
mod plans;
mod remote;
mod rights;
mod runs;
mod scenarios;
mod schedules;
mod support;
mod sync_all;
mod undo;
mod users;
