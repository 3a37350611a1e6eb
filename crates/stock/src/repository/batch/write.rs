//! What becomes of a batch, each kind of row with one statement.

use chrono::{DateTime, Utc};
use database::Backend;
use outbox::Fact;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::{BatchError, read::of_keys};
use crate::{
    events::{self, StockEvent},
    model::{Changes, HoldRecord, HoldStatus, IdempotencyKey, OrderId, ReservationId, VariantKey},
    repository::{
        entity::lines_json,
        ledger, sql,
        table::{Given, Kind, any, given, list},
    },
};

const KEY: [(&str, Kind); 3] = [
    ("product_id", Kind::Text),
    ("size", Kind::Text),
    ("color", Kind::Text),
];
const SAME_VARIANT: &str =
    "v.product_id = given.product_id AND v.size = given.size AND v.color = given.color";

/// The statements of a batch, written once.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) backend: Backend,
    pub(super) lock: String,
    ledger: String,
    levels: String,
    orders: String,
    released: String,
    holds: String,
    held_lines: String,
    ended: String,
    outbox: String,
    /// Levels, the ledger, orders and the outbox at once, where the database can.
    all: Option<String>,
}

/// What becomes of levels, as they are given: [`KEY`] and two numbers.
const LEVELS: [(&str, Kind); 5] = [
    KEY[0],
    KEY[1],
    KEY[2],
    ("stock", Kind::Number),
    ("reserved", Kind::Number),
];
const ORDERS: [(&str, Kind); 6] = [
    ("id", Kind::Text),
    ("idempotency_key", Kind::Text),
    ("lines", Kind::Text),
    ("reservation_id", Kind::Text),
    ("after_order", Kind::Number),
    ("released_at", Kind::Number),
];
const FACTS: [(&str, Kind); 3] = [
    ("audience", Kind::Text),
    ("event", Kind::Text),
    ("payload", Kind::Text),
];

impl Statements {
    pub(super) fn new(backend: Backend) -> Self {
        let number = |name| (name, Kind::Number);
        let text = |name| (name, Kind::Text);
        let of_hold = [
            text("reservation_id"),
            number("position"),
            number("quantity"),
        ];
        let held_lines = [&KEY[..], &of_hold].concat();
        let given = |columns: &[(&str, Kind)], first| given(backend, columns, first);
        Self {
            backend,
            lock: lock(backend),
            ledger: ledger::insert(backend, 2),
            levels: update_levels(backend, 2),
            orders: insert_orders(backend, 2),
            released: format!(
                "UPDATE stock_orders SET released_at = $1 WHERE {}",
                any(backend, "id", 2)
            ),
            holds: insert_holds(backend),
            held_lines: format!(
                "INSERT INTO stock_reservation_lines (reservation_id, position, product_id, size, color, quantity) \
                 SELECT reservation_id, position, product_id, size, color, quantity FROM {}",
                given(&held_lines, 1)
            ),
            ended: format!(
                "UPDATE stock_reservations AS r SET status = given.status, ended_at = $1 FROM {} WHERE r.id = given.id",
                given(&[text("id"), text("status")], 2)
            ),
            outbox: insert_facts(backend, 2),
            all: (backend == Backend::Postgres).then(|| insert_all(backend)),
        }
    }

    /// Writes what has changed. The variants are locked.
    pub(super) async fn write(
        &self,
        transaction: &DatabaseTransaction,
        changes: &Changes,
        now: DateTime<Utc>,
    ) -> Result<(), BatchError> {
        let facts = facts(changes, now);
        if let Some(all) = &self.all {
            self.write_all(transaction, all, (changes, &facts, now))
                .await?;
        } else {
            self.write_stock(transaction, changes, now).await?;
            self.write_orders(transaction, changes, now).await?;
            self.tell(transaction, &facts, now).await?;
        }
        self.write_released(transaction, changes, now).await?;
        self.write_holds(transaction, changes, now).await
    }

    /// One way to the database and back instead of four: while the variants are locked, that is what others wait for.
    async fn write_all(
        &self,
        transaction: &DatabaseTransaction,
        statement: &str,
        (changes, facts, now): (&Changes, &[Fact], DateTime<Utc>),
    ) -> Result<(), BatchError> {
        if changes.levels.is_empty() && changes.new_orders.is_empty() && facts.is_empty() {
            return Ok(());
        }
        let at = now.timestamp_millis();
        let given = levels(changes)
            .and(ledger::lines(&changes.movements))
            .and(orders(changes, at))
            .and(told(facts));
        let values = given.values(self.backend, [at.into()]);
        let written = sql::count(transaction, statement, values).await?;
        expect(written, changes.new_orders.len())
    }

    /// Writes levels and the ledger.
    pub(super) async fn write_stock(
        &self,
        transaction: &DatabaseTransaction,
        changes: &Changes,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        if changes.levels.is_empty() {
            return Ok(());
        }
        let values = levels(changes).values(self.backend, [now.timestamp_millis().into()]);
        sql::execute(transaction, &self.levels, values).await?;
        let statement = (self.backend, self.ledger.as_str());
        ledger::write(transaction, statement, &changes.movements, now).await
    }

    async fn write_orders(
        &self,
        transaction: &DatabaseTransaction,
        changes: &Changes,
        now: DateTime<Utc>,
    ) -> Result<(), BatchError> {
        if changes.new_orders.is_empty() {
            return Ok(());
        }
        let at = now.timestamp_millis();
        let values = orders(changes, at).values(self.backend, [at.into()]);
        let written = sql::execute(transaction, &self.orders, values).await?;
        expect(written.rows_affected(), changes.new_orders.len())
    }

    async fn write_released(
        &self,
        transaction: &DatabaseTransaction,
        changes: &Changes,
        now: DateTime<Utc>,
    ) -> Result<(), BatchError> {
        if !changes.released_orders.is_empty() {
            let ids = changes.released_orders.iter().map(OrderId::as_str);
            let values = [now.timestamp_millis().into(), list(self.backend, ids)];
            sql::execute(transaction, &self.released, values).await?;
        }
        Ok(())
    }

    async fn write_holds(
        &self,
        transaction: &DatabaseTransaction,
        changes: &Changes,
        now: DateTime<Utc>,
    ) -> Result<(), BatchError> {
        let at = now.timestamp_millis();
        if !changes.new_holds.is_empty() {
            let holds = || changes.new_holds.values();
            let given = Given::new()
                .texts(changes.new_holds.keys().map(ReservationId::as_str))
                .texts(holds().map(|hold| hold.status.as_str()))
                .numbers(holds().map(|hold| hold.expires_at.timestamp_millis()));
            let values = given.values(self.backend, [at.into()]);
            let written = sql::execute(transaction, &self.holds, values).await?;
            expect(written.rows_affected(), changes.new_holds.len())?;
            let lines = changes
                .new_holds
                .iter()
                .flat_map(|(id, hold)| lines(id, hold));
            let lines: Vec<_> = lines.collect();
            let given = of_keys(lines.iter().map(|line| line.1))
                .texts(lines.iter().map(|line| line.0))
                .numbers(lines.iter().map(|line| line.2))
                .numbers(lines.iter().map(|line| line.3));
            let values = given.values(self.backend, []);
            sql::execute(transaction, &self.held_lines, values).await?;
        }
        if !changes.ended_holds.is_empty() {
            let ended = || changes.ended_holds.iter();
            let given = Given::new()
                .texts(ended().map(|(id, _)| id.as_str()))
                .texts(ended().map(|(_, status): &(_, HoldStatus)| status.as_str()));
            let values = given.values(self.backend, [at.into()]);
            sql::execute(transaction, &self.ended, values).await?;
        }
        Ok(())
    }

    /// Records facts, whatever their number, with one statement that the database knows already.
    pub(super) async fn tell(
        &self,
        transaction: &impl ConnectionTrait,
        facts: &[Fact],
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        if facts.is_empty() {
            return Ok(());
        }
        let values = told(facts).values(self.backend, [now.timestamp_millis().into()]);
        sql::execute(transaction, &self.outbox, values)
            .await
            .map(drop)
    }
}

/// Levels, with [`LEVELS`].
fn levels(changes: &Changes) -> Given {
    let levels = || changes.levels.iter();
    of_keys(levels().map(|(key, ..)| key))
        .numbers(levels().map(|(_, level, ..)| level.stock()))
        .numbers(levels().map(|(_, level, ..)| level.reserved()))
}

/// New orders, with [`ORDERS`].
fn orders(changes: &Changes, at: i64) -> Given {
    let orders = || changes.new_orders.values();
    let lines: Vec<_> = orders().map(|order| lines_json(&order.lines)).collect();
    let key =
        |key: &Option<IdempotencyKey>| key.as_ref().map_or("", IdempotencyKey::as_str).to_owned();
    let keys: Vec<_> = orders().map(|order| key(&order.idempotency_key)).collect();
    let hold =
        |order: &Option<ReservationId>| order.as_ref().map_or("", ReservationId::as_str).to_owned();
    let holds: Vec<_> = orders().map(|order| hold(&order.reservation_id)).collect();
    Given::new()
        .texts(changes.new_orders.keys().map(OrderId::as_str))
        .texts(keys.iter().map(String::as_str))
        .texts(lines.iter().map(String::as_str))
        .texts(holds.iter().map(String::as_str))
        .numbers(orders().map(|order| i64::from(order.after_order)))
        .numbers(orders().map(|order| order.released_at.map_or(0, |_| at)))
}

/// Facts, with [`FACTS`].
fn told(facts: &[Fact]) -> Given {
    let facts: Vec<_> = facts.iter().map(Fact::texts).collect();
    let column = |place: usize| facts.iter().map(move |texts| texts[place].as_str());
    Given::new()
        .texts(column(0))
        .texts(column(1))
        .texts(column(2))
}

fn update_levels(backend: Backend, first: usize) -> String {
    format!(
        "UPDATE stock_variants AS v SET stock = given.stock, reserved = given.reserved, {} FROM {} WHERE {SAME_VARIANT}",
        sql::touched(backend, "v", "$1"),
        given(backend, &LEVELS, first)
    )
}

fn insert_orders(backend: Backend, first: usize) -> String {
    format!(
        "INSERT INTO stock_orders (id, idempotency_key, lines, after_order, reservation_id, created_at, released_at) \
         SELECT id, NULLIF(idempotency_key, ''), lines, after_order, NULLIF(reservation_id, ''), CAST($1 AS BIGINT), \
         NULLIF(released_at, 0) FROM {} WHERE 1 = 1 ORDER BY n ON CONFLICT DO NOTHING",
        given(backend, &ORDERS, first)
    )
}

fn insert_facts(backend: Backend, first: usize) -> String {
    format!(
        "{}SELECT audience, event, payload, CAST($1 AS BIGINT) FROM {} ORDER BY n",
        outbox::INSERT,
        given(backend, &FACTS, first)
    )
}

/// Levels, lines of the ledger, orders and facts; how many orders were written.
fn insert_all(backend: Backend) -> String {
    let ledger = 2 + LEVELS.len();
    let orders = ledger + ledger::COLUMNS.len();
    let facts = orders + ORDERS.len();
    format!(
        "WITH levels AS ({}), ledger AS ({}), orders AS ({} RETURNING 1), facts AS ({}) SELECT COUNT(*) FROM orders",
        update_levels(backend, 2),
        ledger::insert(backend, ledger),
        insert_orders(backend, orders),
        insert_facts(backend, facts)
    )
}

fn insert_holds(backend: Backend) -> String {
    let columns = [
        ("id", Kind::Text),
        ("status", Kind::Text),
        ("expires_at", Kind::Number),
    ];
    format!(
        "INSERT INTO stock_reservations (id, status, expires_at, created_at, ended_at) \
         SELECT id, status, expires_at, CAST($1 AS BIGINT), CASE status WHEN 'active' THEN NULL \
         ELSE CAST($1 AS BIGINT) END FROM {} WHERE 1 = 1 ORDER BY n ON CONFLICT DO NOTHING",
        given(backend, &columns, 2)
    )
}

/// Locks variants in the order in which they are given, and reads them.
fn lock(backend: Backend) -> String {
    let given = given(backend, &KEY, 1);
    match backend {
        // A subquery that locks is run once a row of what is given, in its order, through the index.
        Backend::Postgres => format!(
            "SELECT given.n, locked.stock, locked.reserved FROM {given} CROSS JOIN LATERAL \
             (SELECT v.stock, v.reserved FROM stock_variants v WHERE {SAME_VARIANT} FOR UPDATE) AS locked"
        ),
        Backend::Sqlite => format!(
            "SELECT given.n, v.stock, v.reserved FROM {given} JOIN stock_variants v ON {SAME_VARIANT}"
        ),
    }
}

fn expect(written: u64, rows: usize) -> Result<(), BatchError> {
    if written == rows as u64 {
        Ok(())
    } else {
        Err(BatchError::Raced)
    }
}

fn lines<'a>(
    id: &'a ReservationId,
    hold: &'a HoldRecord,
) -> impl Iterator<Item = (&'a str, &'a VariantKey, i64, i64)> {
    (0..)
        .zip(&hold.lines)
        .map(|(position, line)| (id.as_str(), &line.variant, position, line.quantity.get()))
}

/// What is told of a batch: the last value of each variant, once for each event.
fn facts(changes: &Changes, now: DateTime<Utc>) -> Vec<Fact> {
    let mut facts = Vec::with_capacity(changes.levels.len() + changes.told.len());
    for (key, level, reduced, is_updated) in &changes.levels {
        if reduced.is_some() {
            facts.push(events::of_variant(
                StockEvent::Reduced,
                key,
                *level,
                *reduced,
                now,
            ));
        }
        if *is_updated {
            facts.push(events::of_variant(
                StockEvent::Updated,
                key,
                *level,
                None,
                now,
            ));
        }
    }
    facts.extend(changes.told.iter().cloned());
    facts
}
