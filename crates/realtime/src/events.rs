use chrono::{DateTime, SecondsFormat, Utc};
use outbox::{Audience, Fact};
use serde_json::{Value, json};

use crate::model::{Location, Message, Notification};

/// What both hear of a message that was sent.
pub(crate) fn sent(message: &Message) -> [Fact; 2] {
    let received = json!({
        "id": message.id,
        "senderId": message.sender_id,
        "message": message.text,
        "bookingId": message.booking_id,
        "createdAt": rfc3339(message.created_at),
    });
    let sent = json!({
        "id": message.id,
        "createdAt": rfc3339(message.created_at),
        "recipientId": message.recipient_id,
    });
    [
        Fact::new(
            Audience::Account(message.recipient_id.clone()),
            "message:received",
            received,
        ),
        Fact::new(
            Audience::Account(message.sender_id.clone()),
            "message:sent",
            sent,
        ),
    ]
}

/// The sender hears that a message was read.
pub(crate) fn read(message: &Message, read_at: DateTime<Utc>) -> Fact {
    Fact::new(
        Audience::Account(message.sender_id.clone()),
        "message:read",
        json!({"id": message.id, "readAt": rfc3339(read_at)}),
    )
}

/// Somebody is needed.
pub(crate) fn notified(notification: &Notification) -> Fact {
    let draft = &notification.draft;
    Fact::new(
        Audience::Account(notification.account_id.clone()),
        "notification:new",
        json!({
            "id": notification.id,
            "type": draft.kind,
            "title": draft.title,
            "body": draft.body,
            "data": draft.data,
            "createdAt": rfc3339(notification.created_at),
        }),
    )
}

/// A location as it stands in events and answers.
pub(crate) fn location_json(location: &Location) -> Value {
    json!({
        "latitude": location.place.latitude(),
        "longitude": location.place.longitude(),
        "timestamp": rfc3339(location.at),
    })
}

pub(crate) fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
