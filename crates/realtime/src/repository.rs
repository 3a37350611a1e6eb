mod live;
mod messages;
mod notifications;
mod sql;

use async_trait::async_trait;
use auth::AccountId;
use chrono::{DateTime, Utc};
use database::StorageError;
use validation::Page;

use crate::model::{Conversation, Location, Message, MessageId, Notification, NotificationId};

pub use self::{
    live::SeaLiveRepository, messages::SeaMessageRepository,
    notifications::SeaNotificationRepository,
};

/// One window of a list, and how many there are in all.
pub type Window<T> = (Vec<T>, u64);

/// Messages, and what is told of them. Each method is one transaction.
#[async_trait]
pub trait MessageRepository: Send + Sync {
    /// Keeps a message and tells both of it.
    async fn insert(&self, message: &Message) -> Result<(), StorageError>;

    /// The messages of `account`, newest first.
    async fn list(
        &self,
        account: &AccountId,
        conversation: &Conversation,
        page: Page,
    ) -> Result<Window<Message>, StorageError>;

    /// Notes that `reader` read a message and tells its sender, once. When it was read first; `None` where there is no
    /// such message for `reader`.
    async fn mark_read(
        &self,
        id: &MessageId,
        reader: &AccountId,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StorageError>;
}

/// Notifications, and what is told of them. Each method is one transaction.
#[async_trait]
pub trait NotificationRepository: Send + Sync {
    /// The recorded event up to which notifications were made.
    async fn position(&self) -> Result<i64, StorageError>;

    /// Keeps notifications, tells of them, and moves the position from `from` to `to`; `false`, and nothing, where
    /// another node has moved it.
    async fn insert(
        &self,
        notifications: &[Notification],
        (from, to): (i64, i64),
    ) -> Result<bool, StorageError>;

    /// The notifications of `account`, newest first; `Some(true)`: unread ones, `Some(false)`: read ones.
    async fn list(
        &self,
        account: &AccountId,
        unread: Option<bool>,
        page: Page,
    ) -> Result<Window<Notification>, StorageError>;

    /// Notes that `account` read a notification; `None` where it has no such one.
    async fn mark_read(
        &self,
        id: &NotificationId,
        account: &AccountId,
        now: DateTime<Utc>,
    ) -> Result<Option<Notification>, StorageError>;
}

/// How many are connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Online {
    /// Customers.
    pub customers: u64,
    /// Partners.
    pub partners: u64,
}

/// Where partners are and who is connected, as far as the nodes tell each other through the database.
#[async_trait]
pub trait LiveRepository: Send + Sync {
    /// Remembers where partners are, each at most at one place; what is newer stays.
    async fn save_locations(&self, locations: &[(AccountId, Location)])
    -> Result<(), StorageError>;

    /// Where a partner was last.
    async fn find_location(&self, partner: &AccountId) -> Result<Option<Location>, StorageError>;

    /// Where partners were last, who moved last first.
    async fn list_locations(
        &self,
        page: Page,
    ) -> Result<Window<(AccountId, Location)>, StorageError>;

    /// Tells how many are connected to `node` now.
    async fn report_presence(
        &self,
        node: &str,
        online: Online,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError>;

    /// How many are connected to other nodes than `node`, of those that reported since `since`.
    async fn count_elsewhere(
        &self,
        node: &str,
        since: DateTime<Utc>,
    ) -> Result<Online, StorageError>;

    /// Forgets a node that stops.
    async fn forget_presence(&self, node: &str) -> Result<(), StorageError>;
}
