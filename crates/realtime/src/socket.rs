//! Socket.IO over Engine.IO: connections, sessions, and the events of clients.

mod connection;
mod engine;
mod events;
mod handshake;
mod limit;
mod mailbox;
mod packet;
mod server;
mod session;
mod transport;
mod websocket;
mod wire;

pub(crate) use self::{
    engine::{EngineService, engine},
    events::ClientEvent,
    packet::{Outgoing, event as encode_event},
    server::{Connections, Server},
    session::{Cursor, Flow, Offered, Session},
    websocket::serve as serve_websocket,
    wire::Sent,
};
