mod location;
mod message;
mod namespace;
mod notification;

pub use self::{
    location::{Coordinate, CoordinateError, Location},
    message::{Conversation, Message, MessageId},
    namespace::Namespace,
    notification::{Notification, NotificationDraft, NotificationId},
};
