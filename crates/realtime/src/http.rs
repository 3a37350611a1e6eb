pub(crate) mod asyncapi;
mod error;
mod locations;
mod messages;
mod notifications;
mod sockets;
mod stats;

use axum::Router;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::realtime::Realtime;

pub use self::asyncapi::document as asyncapi;

/// Messages, notifications, where partners are, the figures, and the document of all events.
pub fn router(realtime: &Realtime) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(messages::list))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::read))
        .routes(routes!(locations::list))
        .routes(routes!(stats::show))
        .routes(routes!(asyncapi::show))
        .with_state(realtime.clone())
}

/// Socket.IO under `/socket.io`: long-polling and websocket.
pub fn socket_router(realtime: &Realtime) -> Router {
    let service = sockets::SocketService::new(realtime.server());
    Router::new()
        .route_service("/socket.io", service.clone())
        .route_service("/socket.io/", service)
}
