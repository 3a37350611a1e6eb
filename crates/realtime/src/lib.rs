#![doc = include_str!("../README.md")]

mod catch_up;
mod dashboard;
mod error;
mod events;
mod http;
mod hub;
mod metrics;
mod model;
mod neighbours;
mod notifier;
mod pace;
mod presence;
mod realtime;
mod relay;
mod repository;
mod service;
mod socket;
mod stock_feed;
mod sweep;
mod tracking;

pub use error::RealtimeError;
pub use http::{asyncapi, router, socket_router};
pub use metrics::describe_metrics;
pub use model::{
    Conversation, Coordinate, CoordinateError, Location, Message, MessageId, Namespace,
    Notification, NotificationDraft, NotificationId,
};
pub use neighbours::{BookingDesk, BookingMove, Bureau, Figures, FollowedBooking, Herald, People};
pub use realtime::{ProgressFeed, Realtime, RealtimeParts};
pub use repository::{
    LiveRepository, MessageRepository, NotificationRepository, Online, SeaLiveRepository,
    SeaMessageRepository, SeaNotificationRepository, Window,
};
