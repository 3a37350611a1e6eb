use api_error::ApiError;
use auth::AccountId;
use database::StorageError;

use crate::model::{MessageId, NotificationId};

/// Why a use case is refused or fails.
#[derive(Debug, thiserror::Error)]
pub enum RealtimeError {
    /// There is no such message, or it is not for this account.
    #[error("Message {0} not found")]
    MessageNotFound(MessageId),
    /// There is no such notification, or it is not for this account.
    #[error("Notification {0} not found")]
    NotificationNotFound(NotificationId),
    /// There is no such account, or this account has nothing to do with it.
    #[error("User {0} not found")]
    RecipientNotFound(AccountId),
    /// There is no such booking, or it is not of these two.
    #[error("Booking {0} not found")]
    BookingNotFound(String),
    /// Another domain could not be asked.
    #[error("another part of the gateway refused")]
    Neighbour(ApiError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
