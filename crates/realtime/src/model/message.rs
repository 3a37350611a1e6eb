use auth::AccountId;
use chrono::{DateTime, Utc};
use validation::{Id, Text};

/// The id of a message.
pub type MessageId = Id<Message>;

/// What somebody wrote to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub sender_id: AccountId,
    /// To whom.
    pub recipient_id: AccountId,
    /// What.
    pub text: Text<4000>,
    /// The booking that it is about.
    pub booking_id: Option<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its recipient read it.
    pub read_at: Option<DateTime<Utc>>,
}

/// Which of an account's messages are asked for; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Those exchanged with one account.
    pub with: Option<AccountId>,
    /// Those about one booking.
    pub booking_id: Option<String>,
    /// Those written before this moment.
    pub before: Option<DateTime<Utc>>,
    /// Those written before this message.
    pub before_message: Option<MessageId>,
}
