#![doc = include_str!("../README.md")]

mod client;
mod reach;
mod remote_url;

pub use client::{ClientError, client, is_forbidden};
pub use reach::{Forbidden, Reach};
pub use remote_url::{RemoteUrl, RemoteUrlError};
