use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Query};
use auth::{AccountId, Session};
use axum::extract::State;
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::{Id, Page, Violations};

use crate::{
    events::rfc3339,
    model::{Conversation, Message, MessageId},
    neighbours::FollowedBooking,
    realtime::Realtime,
};

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessagesQuery {
    /// Those exchanged with one account.
    #[param(value_type = Option<String>)]
    with: Option<AccountId>,
    /// Those about one booking.
    #[param(value_type = Option<String>)]
    booking_id: Option<Id<FollowedBooking>>,
    /// Those older than the message with this id, or than this moment.
    before: Option<String>,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Message)]
pub(super) struct MessageJson {
    #[schema(value_type = String)]
    id: MessageId,
    #[schema(value_type = String)]
    sender_id: AccountId,
    #[schema(value_type = String)]
    recipient_id: AccountId,
    message: String,
    booking_id: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    /// When its recipient read it.
    #[schema(format = DateTime)]
    read_at: Option<String>,
}

impl From<Message> for MessageJson {
    fn from(message: Message) -> Self {
        Self {
            id: message.id,
            sender_id: message.sender_id,
            recipient_id: message.recipient_id,
            message: message.text.into_string(),
            booking_id: message.booking_id,
            created_at: rfc3339(message.created_at),
            read_at: message.read_at.map(rfc3339),
        }
    }
}

/// The caller's own messages, newest first.
#[utoipa::path(get, path = "/api/messages", operation_id = "list_messages", tag = "messages",
    params(MessagesQuery, PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<MessageJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(realtime): State<Realtime>,
    session: Session,
    Query(query): Query<MessagesQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<MessageJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let mut conversation = Conversation {
        with: query.with,
        booking_id: query.booking_id.map(|id| id.to_string()),
        ..Conversation::default()
    };
    if let Some(before) = query.before {
        if let Ok(moment) = DateTime::parse_from_rfc3339(&before) {
            conversation.before = Some(moment.to_utc());
        } else {
            let id = Id::parse(&before);
            let id = id.map_err(|error| Violations::one("before", error))?;
            conversation.before_message = Some(id);
        }
    }
    let talk = &realtime.server().talk;
    let (items, total) = talk.messages(&session.id, &conversation, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}
