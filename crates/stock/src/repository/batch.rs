//! Many commands in one transaction, with a handful of statements whatever their number.

mod adjust;
mod read;
mod write;

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use auth::Actor;
use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use outbox::Fact;
use sea_orm::{DatabaseTransaction, DbErr};
use validation::Page;

use self::{read::Lookup, write::Statements};
use super::{Adjusted, MovementFilter, StockRepository, Verification, Window, entity, ledger, sql};
use crate::model::{
    Adjustment, Command, Outcome, RecordedMovement, Refusal, Release, ReservationId, Shelf,
    VariantKey,
};

/// How often a batch is decided anew because another node has used one of its ids meanwhile.
const ATTEMPTS: u32 = 8;

/// Stock in the database.
#[derive(Clone, Debug)]
pub struct SeaStockRepository {
    database: Database,
    statements: Arc<Statements>,
}

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
enum BatchError {
    /// Another node has used an id meanwhile: what it did with it has to be looked up.
    #[error("an id was used by another node")]
    Raced,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<DbErr> for BatchError {
    fn from(error: DbErr) -> Self {
        Self::Storage(error.into())
    }
}

impl SeaStockRepository {
    /// The stock of `database`.
    pub fn new(database: Database) -> Self {
        let statements = Arc::new(Statements::new(database.backend()));
        Self {
            database,
            statements,
        }
    }

    async fn batch(
        &self,
        transaction: &DatabaseTransaction,
        commands: &[Command],
        now: DateTime<Utc>,
    ) -> Result<Vec<Result<Outcome, Refusal>>, BatchError> {
        let lookup = Lookup::new(self.database.backend(), transaction);
        sql::find_by_index(transaction).await?;
        let asked = Asked::of(commands);
        let mut keys = asked.variants;
        // What was ordered or held before says which variants a release is about.
        for order in lookup.orders(&asked.released_orders, &[]).await? {
            keys.extend(order.1.lines.into_iter().map(|line| line.variant));
        }
        for hold in lookup.holds(&asked.ended_holds).await? {
            keys.extend(hold.1.lines.into_iter().map(|line| line.variant));
        }
        let keys: Vec<VariantKey> = keys.into_iter().collect();
        let mut on_hand = Shelf::new(now);
        let missing = lookup
            .lock(&self.statements.lock, &keys, &mut on_hand)
            .await?;
        if !missing.is_empty() {
            lookup.know(&missing, &mut on_hand).await?;
        }
        // Looked up behind the locks: whoever had them before has committed.
        for (id, order) in lookup
            .orders(&asked.orders, &asked.idempotency_keys)
            .await?
        {
            let is_released = asked.released_orders.contains(&id.as_str());
            if is_released
                && !order
                    .lines
                    .iter()
                    .all(|line| is_among(&keys, &line.variant))
            {
                return Err(BatchError::Raced);
            }
            on_hand.remember_order(id, order);
        }
        for (id, hold) in lookup.holds(&asked.holds).await? {
            let is_ended = asked.ended_holds.contains(&id.as_str());
            if is_ended && !hold.lines.iter().all(|line| is_among(&keys, &line.variant)) {
                return Err(BatchError::Raced);
            }
            on_hand.remember_hold(id, hold);
        }
        let outcomes = commands
            .iter()
            .map(|command| on_hand.apply(command))
            .collect();
        let changes = on_hand.into_changes();
        self.statements.write(transaction, &changes, now).await?;
        Ok(outcomes)
    }
}

/// Others use the same ids again and again; later they will not.
pub(crate) fn contended() -> StorageError {
    let reason = "ids are used by other nodes again and again";
    StorageError::Unavailable(Arc::new(DbErr::Custom(reason.to_owned())))
}

fn is_among(keys: &[VariantKey], key: &VariantKey) -> bool {
    keys.binary_search(key).is_ok()
}

/// What a batch has to look up.
#[derive(Debug, Default)]
struct Asked<'a> {
    variants: BTreeSet<VariantKey>,
    orders: Vec<&'a str>,
    idempotency_keys: Vec<&'a str>,
    /// Those among `orders` whose lines say which variants are to be locked.
    released_orders: Vec<&'a str>,
    holds: Vec<&'a str>,
    /// Those among `holds` whose lines say which variants are to be locked.
    ended_holds: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    fn of(commands: &'a [Command]) -> Self {
        let mut asked = Self::default();
        for command in commands {
            asked.add(command);
        }
        asked
    }

    fn add(&mut self, command: &'a Command) {
        match command {
            Command::Reduce(order) => {
                self.add_variants(order.basket.totals());
                self.orders
                    .extend(order.order_id.as_ref().map(validation::Id::as_str));
                let key = order.idempotency_key.as_ref();
                self.idempotency_keys
                    .extend(key.map(crate::model::IdempotencyKey::as_str));
                self.end_hold(order.reservation_id.as_ref());
            }
            Command::Reserve(hold) => {
                self.add_variants(hold.basket.totals());
                self.holds.push(hold.id.as_str());
            }
            Command::Release(Release::Order(id, _)) => {
                self.orders.push(id.as_str());
                self.released_orders.push(id.as_str());
            }
            Command::Release(Release::Reservation(id)) | Command::Expire(id) => {
                self.end_hold(Some(id));
            }
            Command::Tell(_) => {}
        }
    }

    fn add_variants(&mut self, totals: &[(VariantKey, i64)]) {
        self.variants
            .extend(totals.iter().map(|(key, _)| key.clone()));
    }

    fn end_hold(&mut self, id: Option<&'a ReservationId>) {
        if let Some(id) = id {
            self.holds.push(id.as_str());
            self.ended_holds.push(id.as_str());
        }
    }
}

#[async_trait]
impl StockRepository for SeaStockRepository {
    async fn apply(
        &self,
        commands: &[Command],
        now: DateTime<Utc>,
    ) -> Result<Vec<Result<Outcome, Refusal>>, StorageError> {
        let mut attempt = 1;
        loop {
            let written = self
                .database
                .write(|transaction| async move { self.batch(&transaction, commands, now).await });
            match written.await {
                Ok(outcomes) => return Ok(outcomes),
                Err(BatchError::Raced) if attempt < ATTEMPTS => attempt += 1,
                Err(BatchError::Raced) => return Err(contended()),
                Err(BatchError::Storage(error)) => return Err(error),
            }
        }
    }

    async fn list_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<ReservationId>, StorageError> {
        let select = "SELECT id FROM stock_reservations WHERE status = 'active' AND expires_at <= $1 \
                      ORDER BY expires_at LIMIT $2";
        let read = self.database.read(|connection| async move {
            let values = [now.timestamp_millis().into(), i64::from(limit).into()];
            Ok::<_, StorageError>(sql::query(connection, select, values).await?)
        });
        let id = |row: &sea_orm::QueryResult| {
            let id: String = row.try_get("", "id")?;
            ReservationId::parse(&id).map_err(|_| entity::corrupt("stock_reservations", &id)("id"))
        };
        read.await?.iter().map(id).collect()
    }

    async fn adjust(
        &self,
        adjustment: &Adjustment,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Adjusted, StorageError> {
        self.database
            .write(|transaction| async move {
                let adjusted =
                    adjust::adjust(&self.statements, &transaction, adjustment, (actor, now));
                adjusted.await
            })
            .await
    }

    async fn movements(
        &self,
        filter: &MovementFilter,
        page: Page,
    ) -> Result<Window<RecordedMovement>, StorageError> {
        ledger::list(&self.database, filter, page).await
    }

    async fn differences(&self, limit: u32) -> Result<Verification, StorageError> {
        ledger::differences(&self.database, limit).await
    }

    async fn tell(&self, facts: &[Fact], now: DateTime<Utc>) -> Result<(), StorageError> {
        self.database
            .write(|transaction| async move {
                Ok(self.statements.tell(&*transaction, facts, now).await?)
            })
            .await
    }
}
