//! Long-polling, and websockets that began with it, by the crate `engineioxide`.

use std::sync::Arc;

use bytes::Bytes;
use engineioxide::{
    DisconnectReason, Str, config::EngineIoConfig, handler::EngineIoHandler,
    service::EngineIoService,
};

use super::{
    connection::Connection,
    server::Server,
    transport::{Hearer as _, MAX_PAYLOAD},
    wire::{Attached, EngineSocket, QUEUE, Wire},
};

/// An idle connection's largest share of memory.
const READ_BUFFER: usize = 512;

/// The service that answers under `/socket.io`.
pub(crate) type EngineService = EngineIoService<Server>;

/// Ping times are the defaults, which are those of Socket.IO's own server.
pub(crate) fn engine(server: Arc<Server>) -> EngineService {
    let config = EngineIoConfig::builder()
        .req_path("/socket.io")
        .max_payload(MAX_PAYLOAD as u64)
        .max_buffer_size(QUEUE)
        .ws_read_buffer_size(READ_BUFFER)
        .ws_max_message_size(MAX_PAYLOAD)
        .ws_max_frame_size(MAX_PAYLOAD)
        .build();
    EngineIoService::with_config(server, config)
}

impl EngineIoHandler for Server {
    type Data = Attached;

    fn on_connect(self: Arc<Self>, socket: Arc<EngineSocket>) {
        let connection = Connection::new(socket.id, Wire::Engine(Arc::clone(&socket)));
        // The connection holds the socket; it is held by those who know it until it ends.
        let _ = socket.data.0.set(Arc::downgrade(&connection));
        self.begins(connection);
    }

    fn on_disconnect(&self, socket: Arc<EngineSocket>, reason: DisconnectReason) {
        if let Some(connection) = connection_of(&socket) {
            self.ends(&connection, &reason);
        }
    }

    fn on_message(self: &Arc<Self>, text: Str, socket: Arc<EngineSocket>) {
        if let Some(connection) = connection_of(&socket) {
            self.hears(&connection, text);
        }
    }

    /// Attachments of an event that was refused already.
    fn on_binary(self: &Arc<Self>, _: Bytes, _: Arc<EngineSocket>) {}
}

fn connection_of(socket: &EngineSocket) -> Option<Arc<Connection>> {
    socket.data.0.get()?.upgrade()
}
