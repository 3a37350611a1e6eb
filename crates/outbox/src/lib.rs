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
pub use store::{INSERT, append};
pub use tail::{Lag, Listener, Tail};
