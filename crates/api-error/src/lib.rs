#![doc = include_str!("../README.md")]

mod code;
mod envelope;
mod error;
mod exchange;
mod extract;
mod listing;
mod request_id;

pub use code::Code;
pub use envelope::{Envelope, EnvelopeLayer, ErrorBody, FieldError, envelope};
pub use error::ApiError;
pub use exchange::Exchange;
pub use extract::{Json, Path, Query};
pub use listing::{Listing, PageQuery};
pub use request_id::RequestId;
