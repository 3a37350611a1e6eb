use std::sync::{Arc, OnceLock, Weak};

use engineioxide::{DisconnectReason, Socket};
use tokio::sync::mpsc::error::TrySendError;

use super::{connection::Connection, mailbox::Mailbox, packet::Outgoing};

/// How many packets wait for a client that takes none.
pub(super) const QUEUE: usize = 256;

/// What became of a packet on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It will be written.
    Queued,
    /// There is no room for it now.
    Full,
    /// Nobody is there any more.
    Gone,
}

/// A connection of `engineioxide`: long-polling, or a websocket that began as long-polling.
pub(crate) type EngineSocket = Socket<Attached>;

/// What `engineioxide` keeps for us with each of its connections.
#[derive(Default)]
pub(crate) struct Attached(pub(super) OnceLock<Weak<Connection>>);

/// The way to a client.
pub(super) enum Wire {
    Engine(Arc<EngineSocket>),
    Websocket(Arc<Mailbox>),
}

impl Wire {
    /// Queues events, as many as there is room for with one more packet behind them; how many, and why not more.
    pub(super) fn send<'a>(&self, events: impl Iterator<Item = &'a Outgoing>) -> (usize, Sent) {
        match self {
            Self::Websocket(mailbox) => mailbox.put(events, 1),
            Self::Engine(socket) => {
                let mut sent = 0;
                for event in events {
                    match send_over_engine(socket, event) {
                        Sent::Queued => sent += 1,
                        why => return (sent, why),
                    }
                }
                (sent, Sent::Queued)
            }
        }
    }

    /// Queues what is no event.
    pub(super) fn control(&self, packet: &Outgoing) -> Sent {
        match self {
            Self::Websocket(mailbox) => mailbox.put(std::iter::once(packet), 0).1,
            Self::Engine(socket) => match socket.emit(packet.to_text()) {
                Ok(()) => Sent::Queued,
                Err(TrySendError::Full(_)) => Sent::Full,
                Err(TrySendError::Closed(_)) => Sent::Gone,
            },
        }
    }

    /// Ends the connection behind what is queued.
    pub(super) fn close(&self, reason: DisconnectReason) {
        match self {
            Self::Websocket(mailbox) => mailbox.close(reason),
            Self::Engine(socket) => socket.close(reason),
        }
    }
}

/// Leaves a place free: a heartbeat that finds none ends the connection.
fn send_over_engine(socket: &EngineSocket, event: &Outgoing) -> Sent {
    let (Ok(place), Ok(_)) = (socket.reserve(), socket.reserve()) else {
        let is_gone = socket.is_closed();
        return if is_gone { Sent::Gone } else { Sent::Full };
    };
    place.emit(event.to_text());
    Sent::Queued
}
