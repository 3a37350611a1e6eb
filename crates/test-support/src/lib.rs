#![doc = include_str!("../README.md")]
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a failed setup fails the test"
)]

mod database;
mod servers;

pub use database::TestDatabase;
pub use servers::{postgres_url, redis_url};
