use std::fmt;

use auth::AccountId;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, value::RawValue};

/// Who is to hear an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// One account, whatever its role.
    Account(AccountId),
    /// Every admin.
    Admins,
    /// Whoever listens, signed in or not. Nobody catches up on these later, so they are kept for an hour only.
    Everybody,
}

impl fmt::Display for Audience {
    /// As it is stored: `account:<id>`, `role:admin` or `everybody`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Admins => f.write_str("role:admin"),
            Self::Everybody => f.write_str("everybody"),
        }
    }
}

impl Audience {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "role:admin" => Some(Self::Admins),
            "everybody" => Some(Self::Everybody),
            _ => AccountId::parse(text.strip_prefix("account:")?)
                .ok()
                .map(Self::Account),
        }
    }
}

/// An event to be recorded: one for one audience.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Who is to hear it.
    pub audience: Audience,
    /// Its name, as clients listen for it: `booking:created`.
    pub event: &'static str,
    /// What it says. `eventId` is added when it is read.
    pub payload: Map<String, Value>,
}

impl Fact {
    /// What the outbox keeps of it: the audience, the name, and what it says as JSON.
    pub fn texts(&self) -> [String; 3] {
        let payload = serde_json::to_string(&self.payload).unwrap_or_default();
        [self.audience.to_string(), self.event.to_owned(), payload]
    }

    /// A fact whose payload is the fields of `payload`; anything but an object is an empty one.
    pub fn new(audience: Audience, event: &'static str, payload: Value) -> Self {
        let payload = match payload {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        Self {
            audience,
            event,
            payload,
        }
    }
}

/// An event that was recorded.
#[derive(Clone, Debug)]
pub struct RecordedEvent {
    /// Its place in the order of all events.
    pub event_id: i64,
    /// Who is to hear it.
    pub audience: Audience,
    /// Its name.
    pub event: String,
    /// What it says, `eventId` first, as JSON that is ready to be sent.
    pub data: Box<RawValue>,
    /// When.
    pub created_at: DateTime<Utc>,
}
