#![doc = include_str!("../README.md")]

mod event;
mod holders;
mod http;
mod retention;
mod store;
mod tail;

pub use event::{Audience, Fact, RecordedEvent};
pub use http::router;
pub use retention::Retention;
pub use store::{INSERT, append, last_id, read_after, read_own};
pub use tail::{Lag, Listener, Tail};
