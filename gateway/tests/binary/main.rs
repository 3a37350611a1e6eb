//! The binary from outside: what it refuses, what it serves, what its commands do, how it ends.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod commands;
mod process;
mod refusals;
mod serving;
