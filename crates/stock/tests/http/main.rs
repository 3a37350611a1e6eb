//! The routes of the crate and its repositories, on both databases.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod adjust;
mod caches;
mod combined;
mod concurrency;
mod corrupt_rows;
mod csv;
mod edit;
mod headers;
mod holds;
mod laws;
mod movements;
mod products;
mod reduce;
mod release;
mod rights;
mod search;
mod socket;
mod support;
mod sync;
mod validate;
mod verify;
