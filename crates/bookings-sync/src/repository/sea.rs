use std::collections::BTreeMap;

use async_trait::async_trait;
use auth::AccountId;
use database::{Backend, Database, StorageError, is_unique_violation};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{BinOper, Expr, ExprTrait, NullOrdering},
};
use validation::{Money, Page};

use super::{
    BookingFilter, BookingRepository, CustomerSync, CustomerSynced, Inserted, Insertion,
    ReconcileBatch, Record, Saved, SavedChange, Window, customer, drift,
    entity::{booking, history, mirror},
    figures,
    sql::{self, execute},
    strays,
    write::{earn, inserted_values, updated_values, write_change, write_history, write_record},
};
use crate::model::{
    Booking, BookingId, DriftItem, HistoryEntry, Mirror, Reconciliation, Status, SyncedBy,
};

/// Bookings in the database.
#[derive(Clone, Debug)]
pub struct SeaBookingRepository {
    database: Database,
}

impl SeaBookingRepository {
    /// The bookings of `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl BookingRepository for SeaBookingRepository {
    async fn find(&self, id: &BookingId) -> Result<Option<Booking>, StorageError> {
        let row = self.database.read(|connection| async move {
            Ok::<_, StorageError>(
                booking::Entity::find_by_id(id.as_str())
                    .one(connection)
                    .await?,
            )
        });
        row.await?.map(Booking::try_from).transpose()
    }

    async fn list(
        &self,
        filter: &BookingFilter,
        page: Page,
    ) -> Result<Window<Booking>, StorageError> {
        let condition = &condition(self.database.backend(), filter);
        let read = self.database.read(|connection| async move {
            let query = booking::Entity::find().filter(condition.clone());
            let total = query.clone().count(connection).await?;
            let query = query
                .order_by_desc(booking::Column::CreatedAt)
                .order_by_desc(booking::Column::Id);
            let rows = query
                .offset(page.offset())
                .limit(u64::from(page.size()))
                .all(connection)
                .await?;
            Ok::<_, StorageError>((rows, total))
        });
        let (rows, total) = read.await?;
        Ok((
            rows.into_iter()
                .map(Booking::try_from)
                .collect::<Result<_, _>>()?,
            total,
        ))
    }

    async fn insert(&self, insertion: &Insertion) -> Result<Inserted, StorageError> {
        let Insertion { booking, record } = insertion;
        let inserted = self.database.write(|transaction| async move {
            execute(&*transaction, sql::INSERT_BOOKING, inserted_values(booking)).await?;
            write_change(&transaction, (booking, SyncedBy::BookingUpdate), record).await?;
            earn(&*transaction, None, booking, &record.history).await?;
            Ok::<_, InsertError>(())
        });
        match inserted.await {
            Ok(()) => Ok(Inserted::Done),
            Err(InsertError::Taken) if self.find(&booking.id).await?.is_some() => {
                Ok(Inserted::IdTaken)
            }
            Err(InsertError::Taken) => Ok(Inserted::NumberTaken(booking.number.clone())),
            Err(InsertError::Storage(error)) => Err(error),
        }
    }

    async fn save(&self, change: &SavedChange) -> Result<Saved, StorageError> {
        self.database
            .write(|transaction| async move {
                let SavedChange {
                    before,
                    after,
                    sync,
                    record,
                } = change;
                let written = execute(
                    &*transaction,
                    sql::UPDATE_BOOKING,
                    updated_values(before, after),
                )
                .await?;
                if written.rows_affected() == 0 {
                    return Ok(Saved::Stale);
                }
                let mut found = Saved::Done {
                    created_mirror: false,
                    moved_from: None,
                };
                if let Some(sync) = *sync {
                    found = strays::look_for_mirrors(&*transaction, after, sync).await?;
                }
                let looks_for_strays = *sync == Some(SyncedBy::FindAndSync);
                if looks_for_strays || before.customer_id != after.customer_id {
                    strays::remove(&*transaction, after).await?;
                }
                let synced_by = sync.unwrap_or(SyncedBy::BookingUpdate);
                write_change(&transaction, (after, synced_by), record).await?;
                earn(&*transaction, Some(before), after, &record.history).await?;
                Ok(found)
            })
            .await
    }

    async fn delete(&self, booking: &Booking, record: &Record) -> Result<bool, StorageError> {
        self.database
            .write(|transaction| async move {
                let key = [booking.id.as_str().into(), booking.version.into()];
                if execute(&*transaction, sql::DELETE_BOOKING, key)
                    .await?
                    .rows_affected()
                    == 0
                {
                    return Ok(false);
                }
                let mirrors = "DELETE FROM booking_mirrors WHERE booking_id = $1";
                execute(&*transaction, mirrors, [booking.id.as_str().into()]).await?;
                write_record(&*transaction, record).await?;
                Ok(true)
            })
            .await
    }

    async fn figures(&self) -> Result<(BTreeMap<Status, u64>, Vec<Money>), StorageError> {
        self.database.read(figures::figures).await
    }

    async fn note(&self, entry: &HistoryEntry) -> Result<(), StorageError> {
        self.database
            .write(|transaction| async move { Ok(write_history(&*transaction, entry).await?) })
            .await
    }

    async fn history(
        &self,
        id: &BookingId,
        page: Page,
    ) -> Result<Window<HistoryEntry>, StorageError> {
        let read = self.database.read(|connection| async move {
            let query = history::Entity::find().filter(history::Column::BookingId.eq(id.as_str()));
            let total = query.clone().count(connection).await?;
            let query = query.order_by_desc(history::Column::Id);
            let rows = query
                .offset(page.offset())
                .limit(u64::from(page.size()))
                .all(connection)
                .await?;
            Ok::<_, StorageError>((rows, total))
        });
        let (rows, total) = read.await?;
        Ok((
            rows.into_iter()
                .map(HistoryEntry::try_from)
                .collect::<Result<_, _>>()?,
            total,
        ))
    }

    async fn mirrors_of_user(
        &self,
        user_id: &AccountId,
        page: Page,
    ) -> Result<Window<Mirror>, StorageError> {
        let read = self.database.read(|connection| async move {
            let query = mirror::Entity::find().filter(mirror::Column::UserId.eq(user_id.as_str()));
            let total = query.clone().count(connection).await?;
            let query = query
                .order_by_with_nulls(mirror::Column::ScheduledAt, Order::Desc, NullOrdering::Last)
                .order_by_desc(mirror::Column::BookingId);
            let rows = query
                .offset(page.offset())
                .limit(u64::from(page.size()))
                .all(connection)
                .await?;
            Ok::<_, StorageError>((rows, total))
        });
        let (rows, total) = read.await?;
        Ok((rows.into_iter().map(Mirror::from).collect(), total))
    }

    async fn find_mirror(
        &self,
        user_id: &AccountId,
        id: &BookingId,
    ) -> Result<Option<Mirror>, StorageError> {
        let row = self.database.read(|connection| async move {
            let key = (user_id.to_string(), id.to_string());
            Ok::<_, StorageError>(mirror::Entity::find_by_id(key).one(connection).await?)
        });
        Ok(row.await?.map(Mirror::from))
    }

    async fn sync_customer(&self, command: &CustomerSync) -> Result<CustomerSynced, StorageError> {
        customer::sync(&self.database, command).await
    }

    async fn drift(&self, page: Page) -> Result<Window<DriftItem>, StorageError> {
        drift::list(&self.database, page).await
    }

    async fn reconcile(
        &self,
        batch: &ReconcileBatch,
    ) -> Result<(Reconciliation, Option<String>), StorageError> {
        drift::reconcile(&self.database, batch).await
    }
}

/// Why nothing was inserted.
#[derive(Debug, thiserror::Error)]
enum InsertError {
    #[error("the id or the number is taken")]
    Taken,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<DbErr> for InsertError {
    fn from(error: DbErr) -> Self {
        if is_unique_violation(&error) {
            Self::Taken
        } else {
            Self::Storage(error.into())
        }
    }
}

fn condition(backend: Backend, filter: &BookingFilter) -> Condition {
    use booking::Column;
    let text = filter.text.as_ref().map(|text| {
        let pattern = sql::pattern(backend, text);
        let columns = [
            Column::Id,
            Column::BookingNumber,
            Column::Service,
            Column::Address,
            Column::Notes,
        ];
        columns.into_iter().fold(Condition::any(), |any, column| {
            let contains = BinOper::Custom(sql::contains(backend));
            any.add(Expr::col(column).binary(contains, Expr::val(pattern.clone())))
        })
    });
    Condition::all()
        .add_option(
            filter
                .customer_id
                .as_ref()
                .map(|id| Column::CustomerId.eq(id.as_str())),
        )
        .add_option(
            filter
                .partner_id
                .as_ref()
                .map(|id| Column::PartnerId.eq(id.as_str())),
        )
        .add_option(
            filter
                .status
                .map(|status| Column::Status.eq(status.as_str())),
        )
        .add_option(
            filter
                .assigned_status
                .map(|status| Column::AssignedStatus.eq(status.as_str())),
        )
        .add_option(
            filter
                .from
                .map(|from| Column::ScheduledAt.gte(from.timestamp_millis())),
        )
        .add_option(
            filter
                .to
                .map(|to| Column::ScheduledAt.lt(to.timestamp_millis())),
        )
        .add_option(text)
}
