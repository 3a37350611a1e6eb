use async_trait::async_trait;
use auth::AccountId;
use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use sea_orm::{QueryResult, Value};
use validation::{Id, Page, Text};

use super::{
    MessageRepository, Window,
    sql::{self, corrupt},
};
use crate::{
    events,
    model::{Conversation, Message, MessageId},
};

/// Messages in the database.
#[derive(Clone, Debug)]
pub struct SeaMessageRepository(Database);

impl SeaMessageRepository {
    /// The messages in `database`.
    pub fn new(database: Database) -> Self {
        Self(database)
    }
}

/// Whose messages, and which of them: `$1` the account, `$2` the other one, `$3` the booking, `$4` and `$5` before when.
const CONDITION: &str = "(sender_id = $1 OR recipient_id = $1) \
     AND (CAST($2 AS TEXT) IS NULL OR sender_id = $2 OR recipient_id = $2) \
     AND (CAST($3 AS TEXT) IS NULL OR booking_id = $3) \
     AND (CAST($4 AS BIGINT) IS NULL OR created_at < $4) \
     AND (CAST($5 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM messages b WHERE b.id = $5 \
     AND (b.sender_id = $1 OR b.recipient_id = $1) \
     AND (messages.created_at < b.created_at OR (messages.created_at = b.created_at AND messages.id < b.id))))";

#[async_trait]
impl MessageRepository for SeaMessageRepository {
    async fn insert(&self, message: &Message) -> Result<(), StorageError> {
        let insert = "INSERT INTO messages (id, sender_id, recipient_id, message, booking_id, created_at) \
                      VALUES ($1, $2, $3, $4, $5, $6)";
        let facts = &events::sent(message);
        let work = self.0.write(|transaction| async move {
            let values: [Value; 6] = [
                message.id.as_str().into(),
                message.sender_id.as_str().into(),
                message.recipient_id.as_str().into(),
                message.text.as_str().into(),
                message.booking_id.as_deref().into(),
                message.created_at.timestamp_millis().into(),
            ];
            sql::execute(&*transaction, insert, values).await?;
            outbox::append(&*transaction, facts, message.created_at).await?;
            Ok::<_, StorageError>(())
        });
        work.await
    }

    async fn list(
        &self,
        account: &AccountId,
        conversation: &Conversation,
        page: Page,
    ) -> Result<Window<Message>, StorageError> {
        let before = conversation.before.map(|at| at.timestamp_millis());
        let filter: &[Value; 5] = &[
            account.as_str().into(),
            conversation.with.as_ref().map(Id::as_str).into(),
            conversation.booking_id.as_deref().into(),
            before.into(),
            conversation.before_message.as_ref().map(Id::as_str).into(),
        ];
        let count = &format!("SELECT COUNT(*) AS total FROM messages WHERE {CONDITION}");
        let select = &format!(
            "SELECT * FROM messages WHERE {CONDITION} ORDER BY created_at DESC, id DESC LIMIT $6 OFFSET $7"
        );
        let read = self.0.read(|connection| async move {
            let total = sql::query(connection, count, filter.clone()).await?;
            let window = [u64::from(page.size()).into(), page.offset().into()];
            let values = filter.clone().into_iter().chain(window);
            let rows = sql::query(connection, select, values).await?;
            Ok::<_, StorageError>((rows, sql::number(&total, "total")?))
        });
        let (rows, total) = read.await?;
        Ok((rows.iter().map(message).collect::<Result<_, _>>()?, total))
    }

    async fn mark_read(
        &self,
        id: &MessageId,
        reader: &AccountId,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StorageError> {
        let update = "UPDATE messages SET read_at = $1 WHERE id = $2 AND recipient_id = $3 AND read_at IS NULL";
        let select = "SELECT * FROM messages WHERE id = $1 AND recipient_id = $2";
        let work = self.0.write(|transaction| async move {
            let transaction = &*transaction;
            let key = || [Value::from(id.as_str()), reader.as_str().into()];
            let values = [now.timestamp_millis().into()].into_iter().chain(key());
            let changed = sql::execute(transaction, update, values).await?;
            let rows = sql::query(transaction, select, key()).await?;
            let Some(message) = rows.first().map(message).transpose()? else {
                return Ok(None);
            };
            if changed.rows_affected() > 0 {
                outbox::append(transaction, &[events::read(&message, now)], now).await?;
            }
            Ok::<_, StorageError>(message.read_at)
        });
        work.await
    }
}

fn message(row: &QueryResult) -> Result<Message, StorageError> {
    let id = |column: &str| -> Result<String, StorageError> { Ok(row.try_get("", column)?) };
    let account = |column: &str| AccountId::parse(&id(column)?).map_err(|_| corrupt(column));
    let text: String = row.try_get("", "message")?;
    Ok(Message {
        id: Id::parse(&id("id")?).map_err(|_| corrupt("id"))?,
        sender_id: account("sender_id")?,
        recipient_id: account("recipient_id")?,
        text: Text::parse(&text).map_err(|_| corrupt("message"))?,
        booking_id: row.try_get("", "booking_id")?,
        created_at: sql::moment(row, "created_at")?,
        read_at: sql::moment_or_null(row, "read_at")?,
    })
}
