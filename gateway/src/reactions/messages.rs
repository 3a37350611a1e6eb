//! What somebody wrote needs whom they wrote to.

use realtime::NotificationDraft;
use serde_json::{Map, Value};

use super::{draft, text};

/// How much of a message stands in a notification, in characters.
const BEGINNING: usize = 200;

/// What to notify whoever hears `event` of.
pub(super) fn notification(event: &str, said: &Map<String, Value>) -> Option<NotificationDraft> {
    if event != "message:received" {
        return None;
    }
    let beginning = text(said, "message")?.chars().take(BEGINNING).collect();
    let mut draft = draft(
        "message",
        ("New message", beginning),
        said,
        &["senderId", "bookingId"],
    );
    draft
        .data
        .insert("messageId".to_owned(), said.get("id")?.clone());
    Some(draft)
}
