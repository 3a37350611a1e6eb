#![doc = include_str!("../README.md")]

mod cache;
mod connect;
mod error;
mod line;
mod url;
mod version;
mod work;

pub use cache::CheckedCache;
pub use connect::{Backend, ConnectError, Database, PoolStatus};
pub use error::{StorageError, is_unique_violation};
pub use url::{DatabaseUrl, DatabaseUrlError};
pub use version::{DataVersion, Watch, in_one_moment};
