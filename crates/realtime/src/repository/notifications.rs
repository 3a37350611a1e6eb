use std::collections::HashSet;

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
            for some in notifications.chunks(ROWS) {
                insert_some(&transaction, some).await?;
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

/// How many notifications one statement keeps.
const ROWS: usize = 100;
const COLUMNS: [&str; 8] = [
    "id",
    "account_id",
    "event_id",
    "kind",
    "title",
    "body",
    "data",
    "created_at",
];

/// Keeps those that follow from an event which none followed from before, and tells of them.
async fn insert_some(
    transaction: &DatabaseTransaction,
    notifications: &[Notification],
) -> Result<(), StorageError> {
    let Some(first) = notifications.first() else {
        return Ok(());
    };
    let rows = (0..notifications.len()).map(|row| {
        let places = (1..=COLUMNS.len()).map(|column| format!("${}", row * COLUMNS.len() + column));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    });
    let insert = format!(
        "INSERT INTO notifications ({}) VALUES {} ON CONFLICT (account_id, event_id) DO NOTHING RETURNING event_id",
        COLUMNS.join(", "),
        rows.collect::<Vec<_>>().join(", ")
    );
    let values = notifications.iter().flat_map(values);
    let kept = sql::query(transaction, &insert, values.collect::<Vec<_>>()).await?;
    let kept = kept.iter().map(|row| row.try_get("", "event_id"));
    let kept: HashSet<i64> = kept.collect::<Result<_, _>>()?;
    let new = notifications
        .iter()
        .filter(|one| kept.contains(&one.event_id));
    let facts: Vec<_> = new.map(events::notified).collect();
    Ok(outbox::append(transaction, &facts, first.created_at).await?)
}

/// What stands in the [`COLUMNS`].
fn values(notification: &Notification) -> [Value; COLUMNS.len()] {
    let draft = &notification.draft;
    let data = serde_json::Value::Object(draft.data.clone());
    [
        notification.id.as_str().into(),
        notification.account_id.as_str().into(),
        notification.event_id.into(),
        draft.kind.as_str().into(),
        draft.title.as_str().into(),
        draft.body.as_str().into(),
        data.to_string().into(),
        notification.created_at.timestamp_millis().into(),
    ]
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
