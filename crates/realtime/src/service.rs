//! Messages and notifications.

use std::sync::Arc;

use auth::{AccountId, Role};
use chrono::{DateTime, Utc};
use clock::Clock;
use validation::{Id, Page, Text};

use crate::{
    error::RealtimeError,
    model::{Conversation, Message, MessageId, Notification, NotificationId},
    neighbours::{BookingDesk, People},
    repository::{MessageRepository, NotificationRepository, Window},
};

/// Who may write to whom, and what they wrote.
#[derive(Clone)]
pub(crate) struct Talk {
    pub(crate) messages: Arc<dyn MessageRepository>,
    pub(crate) notifications: Arc<dyn NotificationRepository>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) desk: Arc<dyn BookingDesk>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Talk {
    /// Refuses what is not between a booking's customer and its partner, or with an admin. Somebody else's existence
    /// is not told.
    pub(crate) async fn check(
        &self,
        account: &(AccountId, Role),
        recipient: &AccountId,
        booking: Option<&str>,
    ) -> Result<(), RealtimeError> {
        let stranger = || RealtimeError::RecipientNotFound(recipient.clone());
        let role = self.people.role_of(recipient).await;
        let role = role.map_err(RealtimeError::Neighbour)?;
        let role = role
            .filter(|_| account.0 != *recipient)
            .ok_or_else(stranger)?;
        let other = (recipient.clone(), role);
        match (account.1, role) {
            (Role::Admin, _) | (_, Role::Admin) => {
                let Some(id) = booking else { return Ok(()) };
                // Both see it: the admin any, the other one their own.
                let sees = async |one| self.desk.concerns(one, id).await;
                let both = sees(account).await.map_err(RealtimeError::Neighbour)?
                    && sees(&other).await.map_err(RealtimeError::Neighbour)?;
                both.then_some(())
                    .ok_or_else(|| RealtimeError::BookingNotFound(id.to_owned()))
            }
            (Role::Customer, Role::Partner) => {
                self.together(&account.0, recipient, booking, stranger)
                    .await
            }
            (Role::Partner, Role::Customer) => {
                self.together(recipient, &account.0, booking, stranger)
                    .await
            }
            _ => Err(stranger()),
        }
    }

    async fn together(
        &self,
        customer: &AccountId,
        partner: &AccountId,
        booking: Option<&str>,
        stranger: impl Fn() -> RealtimeError,
    ) -> Result<(), RealtimeError> {
        let asked = self.desk.are_together(customer, partner, None).await;
        if !asked.map_err(RealtimeError::Neighbour)? {
            return Err(stranger());
        }
        let Some(id) = booking else { return Ok(()) };
        let asked = self.desk.are_together(customer, partner, Some(id)).await;
        let is_theirs = asked.map_err(RealtimeError::Neighbour)?;
        is_theirs
            .then_some(())
            .ok_or_else(|| RealtimeError::BookingNotFound(id.to_owned()))
    }

    /// Sends a message; both are told by recorded events.
    pub(crate) async fn send(
        &self,
        account: &(AccountId, Role),
        recipient: AccountId,
        text: Text<4000>,
        booking: Option<String>,
    ) -> Result<Message, RealtimeError> {
        self.check(account, &recipient, booking.as_deref()).await?;
        let message = Message {
            id: Id::generate(),
            sender_id: account.0.clone(),
            recipient_id: recipient,
            text,
            booking_id: booking,
            created_at: self.clock.now(),
            read_at: None,
        };
        self.messages.insert(&message).await?;
        Ok(message)
    }

    /// Notes that a message was read; when that was first.
    pub(crate) async fn mark_read(
        &self,
        reader: &AccountId,
        id: MessageId,
    ) -> Result<DateTime<Utc>, RealtimeError> {
        let read = self
            .messages
            .mark_read(&id, reader, self.clock.now())
            .await?;
        read.ok_or(RealtimeError::MessageNotFound(id))
    }

    /// The messages of an account, newest first.
    pub(crate) async fn messages(
        &self,
        account: &AccountId,
        conversation: &Conversation,
        page: Page,
    ) -> Result<Window<Message>, RealtimeError> {
        Ok(self.messages.list(account, conversation, page).await?)
    }

    /// The notifications of an account, newest first.
    pub(crate) async fn notifications(
        &self,
        account: &AccountId,
        unread: Option<bool>,
        page: Page,
    ) -> Result<Window<Notification>, RealtimeError> {
        Ok(self.notifications.list(account, unread, page).await?)
    }

    /// Notes that a notification was read.
    pub(crate) async fn read_notification(
        &self,
        account: &AccountId,
        id: NotificationId,
    ) -> Result<Notification, RealtimeError> {
        let now = self.clock.now();
        let read = self.notifications.mark_read(&id, account, now).await?;
        read.ok_or(RealtimeError::NotificationNotFound(id))
    }
}
