//! The routes of the crate and its repositories, on both databases.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod bodies;
mod concurrency;
mod corrupt_rows;
mod create;
mod customer_sync;
mod drift;
mod earnings;
mod edit;
mod events;
mod history;
mod laws;
mod lists;
mod mirrors;
mod money;
mod move_and_delete;
mod partners;
mod reconcile;
mod repositories;
mod rights;
mod support;
mod sync;
mod sync_status;
mod workflow;
