use async_trait::async_trait;
use auth::AccountId;
use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use sea_orm::{DatabaseTransaction, QueryResult, Value};
use validation::{Id, Page};

use super::{
    NotificationRepository, Window,
    sql::{self, corrupt},
};
use crate::{
    events,
    model::{Notification, NotificationDraft, NotificationId},
};

/// Notifications in the database.
#[derive(Clone, Debug)]
pub struct SeaNotificationRepository(Database);

impl SeaNotificationRepository {
    /// The notifications in `database`.
    pub fn new(database: Database) -> Self {
        Self(database)
    }
}

const CONDITION: &str = "account_id = $1 AND (CAST($2 AS BIGINT) IS NULL \
     OR ($2 = 1 AND read_at IS NULL) OR ($2 = 0 AND read_at IS NOT NULL))";

#[async_trait]
impl NotificationRepository for SeaNotificationRepository {
    async fn position(&self) -> Result<i64, StorageError> {
        let select = "SELECT position FROM notification_cursor WHERE name = 'outbox'";
        let read = self.0.read(|connection| async move {
            Ok::<_, StorageError>(sql::query(connection, select, []).await?)
        });
        Ok(read
            .await?
            .first()
            .map_or(Ok(0), |row| row.try_get("", "position"))?)
    }

    async fn insert(
        &self,
        notifications: &[Notification],
        (from, to): (i64, i64),
    ) -> Result<bool, StorageError> {
        let advance =
            "UPDATE notification_cursor SET position = $1 WHERE name = 'outbox' AND position = $2";
        let work = self.0.write(|transaction| async move {
            let moved = sql::execute(&*transaction, advance, [to.into(), from.into()]).await?;
            if moved.rows_affected() == 0 {
                return Ok(false);
            }
            for notification in notifications {
                insert_one(&transaction, notification).await?;
            }
            Ok::<_, StorageError>(true)
        });
        work.await
    }

    async fn list(
        &self,
        account: &AccountId,
        unread: Option<bool>,
        page: Page,
    ) -> Result<Window<Notification>, StorageError> {
        let filter: &[Value; 2] = &[account.as_str().into(), unread.map(i64::from).into()];
        let count = &format!("SELECT COUNT(*) AS total FROM notifications WHERE {CONDITION}");
        let select = &format!(
            "SELECT * FROM notifications WHERE {CONDITION} ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4"
        );
        let read = self.0.read(|connection| async move {
            let total = sql::query(connection, count, filter.clone()).await?;
            let window = [u64::from(page.size()).into(), page.offset().into()];
            let values = filter.clone().into_iter().chain(window);
            let rows = sql::query(connection, select, values).await?;
            Ok::<_, StorageError>((rows, sql::number(&total, "total")?))
        });
        let (rows, total) = read.await?;
        let rows = rows.iter().map(notification);
        Ok((rows.collect::<Result<_, _>>()?, total))
    }

    async fn mark_read(
        &self,
        id: &NotificationId,
        account: &AccountId,
        now: DateTime<Utc>,
    ) -> Result<Option<Notification>, StorageError> {
        let update = "UPDATE notifications SET read_at = COALESCE(read_at, $1) WHERE id = $2 AND account_id = $3";
        let select = "SELECT * FROM notifications WHERE id = $1 AND account_id = $2";
        let work = self.0.write(|transaction| async move {
            let key = || [Value::from(id.as_str()), account.as_str().into()];
            let values = [now.timestamp_millis().into()].into_iter().chain(key());
            sql::execute(&*transaction, update, values).await?;
            let rows = sql::query(&*transaction, select, key()).await?;
            rows.first().map(notification).transpose()
        });
        work.await
    }
}

/// Keeps one and tells of it, unless it follows from an event that it followed from before.
async fn insert_one(
    transaction: &DatabaseTransaction,
    notification: &Notification,
) -> Result<(), StorageError> {
    let insert = "INSERT INTO notifications (id, account_id, event_id, kind, title, body, data, created_at) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account_id, event_id) DO NOTHING";
    let draft = &notification.draft;
    let values: [Value; 8] = [
        notification.id.as_str().into(),
        notification.account_id.as_str().into(),
        notification.event_id.into(),
        draft.kind.as_str().into(),
        draft.title.as_str().into(),
        draft.body.as_str().into(),
        serde_json::Value::Object(draft.data.clone())
            .to_string()
            .into(),
        notification.created_at.timestamp_millis().into(),
    ];
    let inserted = sql::execute(transaction, insert, values).await?;
    if inserted.rows_affected() > 0 {
        let facts = [events::notified(notification)];
        outbox::append(transaction, &facts, notification.created_at).await?;
    }
    Ok(())
}

fn notification(row: &QueryResult) -> Result<Notification, StorageError> {
    let text = |column: &str| -> Result<String, StorageError> { Ok(row.try_get("", column)?) };
    Ok(Notification {
        id: Id::parse(&text("id")?).map_err(|_| corrupt("id"))?,
        account_id: AccountId::parse(&text("account_id")?).map_err(|_| corrupt("account_id"))?,
        event_id: row.try_get("", "event_id")?,
        draft: NotificationDraft {
            kind: text("kind")?,
            title: text("title")?,
            body: text("body")?,
            data: serde_json::from_str(&text("data")?).map_err(|_| corrupt("data"))?,
        },
        created_at: sql::moment(row, "created_at")?,
        read_at: sql::moment_or_null(row, "read_at")?,
    })
}
