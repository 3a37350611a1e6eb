//! "This happened; it needs somebody": recorded events that become notifications.

mod bookings;
mod messages;

use outbox::RecordedEvent;
use realtime::{Herald, NotificationDraft};
use serde_json::{Map, Value};

/// Knows the recorded events of all domains.
pub(crate) struct Reactions;

impl Herald for Reactions {
    fn notification(&self, event: &RecordedEvent) -> Option<NotificationDraft> {
        let said: Map<String, Value> = match event.event.as_str() {
            // The most frequent one by far, and what this makes: they are not read.
            "notification:new" => return None,
            _ => serde_json::from_str(event.data.get()).ok()?,
        };
        bookings::notification(&event.event, &said)
            .or_else(|| messages::notification(&event.event, &said))
    }
}

/// A draft that leads to what `fields` of the event name.
fn draft(
    kind: &str,
    (title, body): (&str, String),
    said: &Map<String, Value>,
    fields: &[&str],
) -> NotificationDraft {
    let data = fields.iter().filter_map(|field| {
        let value = said.get(*field)?;
        Some(((*field).to_owned(), value.clone()))
    });
    NotificationDraft {
        kind: kind.to_owned(),
        title: title.to_owned(),
        body,
        data: data.collect(),
    }
}

/// A text of an event.
fn text<'a>(said: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    said.get(field)?.as_str()
}
