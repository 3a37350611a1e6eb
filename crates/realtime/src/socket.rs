//! Socket.IO over Engine.IO: connections, sessions, and the events of clients.

mod connection;
mod events;
mod handshake;
mod limit;
mod packet;
mod server;
mod session;

pub(crate) use self::{
    events::ClientEvent,
    packet::event as encode_event,
    server::{Connections, Server, SocketService, service},
    session::{Cursor, Flow, Offered, Sent, Session},
};
