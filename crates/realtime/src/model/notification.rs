use auth::AccountId;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use validation::Id;

/// The id of a notification.
pub type NotificationId = Id<Notification>;

/// What needs somebody, kept until they have read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// Whom it needs.
    pub account_id: AccountId,
    /// The recorded event that it follows from.
    pub event_id: i64,
    /// What it says.
    pub draft: NotificationDraft,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
}

/// What a notification says.
#[derive(Clone, Debug, PartialEq)]
pub struct NotificationDraft {
    /// What it is about, for a program: `booking_request`.
    pub kind: String,
    /// A headline.
    pub title: String,
    /// A sentence.
    pub body: String,
    /// What a program needs to lead there.
    pub data: Map<String, Value>,
}
