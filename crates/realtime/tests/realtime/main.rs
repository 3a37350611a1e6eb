//! Sockets over long-polling, their REST, and the repositories, on both databases.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod asyncapi;
mod handshake;
mod locations;
mod messages;
mod notifications;
mod replay;
mod repositories;
mod sessions;
mod shop;
mod stats;
mod support;
