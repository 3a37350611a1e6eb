use auth::{AccountId, Role};
use serde_json::{Value, json};
use validation::Id;

use super::{Answer, object, payload};
use crate::{
    events::rfc3339, neighbours::FollowedBooking, relay::Ephemeral, socket::server::Server,
};

impl Server {
    pub(super) async fn send_message(&self, account: &(AccountId, Role), given: &Value) -> Answer {
        let recipient: AccountId = payload::id_in(given, "recipientId")?;
        let text = payload::text_in::<4000>(given, "message")?;
        let booking: Option<Id<FollowedBooking>> = payload::optional_id(given, "bookingId")?;
        let booking = booking.map(|id| id.as_str().to_owned());
        let message = self.talk.send(account, recipient, text, booking).await?;
        Ok(object(json!({
            "id": message.id,
            "createdAt": rfc3339(message.created_at),
        })))
    }

    pub(super) async fn mark_read(&self, (reader, _): &(AccountId, Role), given: &Value) -> Answer {
        let id = payload::id("messageId", given)?;
        let read_at = self.talk.mark_read(reader, id).await?;
        Ok(object(json!({"readAt": rfc3339(read_at)})))
    }

    /// Tells the other one that somebody is typing, or stopped.
    pub(super) async fn typing(
        &self,
        account: &(AccountId, Role),
        given: &Value,
        typing: bool,
    ) -> Answer {
        let recipient: AccountId = payload::id("recipientId", given)?;
        self.talk.check(account, &recipient, None).await?;
        let payload = json!({"userId": account.0, "typing": typing});
        let payload = payload.to_string();
        self.hub.tell(&recipient, "typing:indicator", &payload);
        self.relay.publish(Ephemeral::Typing {
            to: recipient,
            payload,
        });
        Ok(object(json!({})))
    }
}
