//! The ledger: writing it, reading it, and computing it anew.

use chrono::{DateTime, Utc};
use database::{Backend, Database, StorageError};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use validation::Page;

use super::{
    MovementFilter, Verification, Window,
    entity::{self, MOVEMENT},
    sql,
    table::{Given, Kind, given},
};
use crate::model::{Difference, Movement, OrderId, RecordedMovement, ReservationId};

/// What a line of the ledger is made of, as [`lines`] gives it.
pub(super) const COLUMNS: [(&str, Kind); 11] = [
    ("product_id", Kind::Text),
    ("size", Kind::Text),
    ("color", Kind::Text),
    ("kind", Kind::Text),
    ("reason", Kind::Text),
    ("delta", Kind::Number),
    ("balance_after", Kind::Number),
    ("order_id", Kind::Text),
    ("reservation_id", Kind::Text),
    ("actor_id", Kind::Text),
    ("actor_kind", Kind::Text),
];

/// The statement that adds lines to the ledger. `$1` is the time, and the parameters of the lines begin with `first`.
pub(super) fn insert(backend: Backend, first: usize) -> String {
    let given = given(backend, &COLUMNS, first);
    format!(
        "INSERT INTO stock_movements (product_id, size, color, kind, reason, delta, balance_after, order_id, \
         reservation_id, actor_id, actor_kind, created_at) \
         SELECT product_id, size, color, kind, reason, delta, balance_after, NULLIF(order_id, ''), \
         NULLIF(reservation_id, ''), actor_id, actor_kind, CAST($1 AS BIGINT) FROM {given} ORDER BY n"
    )
}

/// Adds lines to the ledger; the variants are locked.
pub(super) async fn write(
    transaction: &impl ConnectionTrait,
    (backend, insert): (Backend, &str),
    movements: &[Movement],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if movements.is_empty() {
        return Ok(());
    }
    let values = lines(movements).values(backend, [now.timestamp_millis().into()]);
    sql::execute(transaction, insert, values).await.map(drop)
}

/// Lines of the ledger, with [`COLUMNS`].
pub(super) fn lines(movements: &[Movement]) -> Given {
    let all = || movements.iter();
    Given::new()
        .texts(all().map(|m| m.variant.product.as_str()))
        .texts(all().map(|m| m.variant.size.as_str()))
        .texts(all().map(|m| m.variant.color.as_str()))
        .texts(all().map(|m| m.kind.as_str()))
        .texts(all().map(|m| m.reason.as_ref()))
        .numbers(all().map(|m| m.delta))
        .numbers(all().map(|m| m.balance_after))
        .texts(all().map(|m| m.order_id.as_ref().map_or("", OrderId::as_str)))
        .texts(all().map(|m| m.reservation_id.as_ref().map_or("", ReservationId::as_str)))
        .texts(all().map(|m| m.actor.id.as_str()))
        .texts(all().map(|m| m.actor.kind))
}

/// See [`StockRepository::movements`](super::StockRepository::movements).
pub(super) async fn list(
    database: &Database,
    filter: &MovementFilter,
    page: Page,
) -> Result<Window<RecordedMovement>, StorageError> {
    let (mut conditions, mut values) = (vec!["1 = 1".to_owned()], Vec::<Value>::new());
    let product = filter
        .product_id
        .as_ref()
        .map(|id| ("product_id", id.as_str()));
    let order = filter.order_id.as_ref().map(|id| ("order_id", id.as_str()));
    for (column, id) in [product, order].into_iter().flatten() {
        values.push(id.into());
        conditions.push(format!("{column} = ${}", values.len()));
    }
    let condition = conditions.join(" AND ");
    let count = &format!("SELECT COUNT(*) FROM stock_movements WHERE {condition}");
    let (limit, offset) = (values.len() + 1, values.len() + 2);
    let select = &format!(
        "SELECT {MOVEMENT} FROM stock_movements WHERE {condition} ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}"
    );
    let values = &values;
    let read = database.read(|connection| async move {
        let total = sql::count(connection, count, values.clone()).await?;
        let window = [
            i64::from(page.size()).into(),
            page.offset().cast_signed().into(),
        ];
        let window = values.iter().cloned().chain(window);
        let rows = sql::query(connection, select, window.collect::<Vec<_>>()).await?;
        Ok::<_, StorageError>((rows, total))
    });
    let (rows, total) = read.await?;
    let items: Result<_, _> = rows.iter().map(entity::movement).collect();
    Ok((items?, total))
}

/// Every difference between what is stored and what movements and holds add up to.
const DIFFERENCES: &str = "\
    WITH sums AS (SELECT product_id, size, color, SUM(delta) AS delta FROM stock_movements \
                  GROUP BY product_id, size, color), \
    running AS (SELECT id, product_id, size, color, balance_after, \
                SUM(delta) OVER (PARTITION BY product_id, size, color ORDER BY id) AS balance FROM stock_movements), \
    held AS (SELECT l.product_id, l.size, l.color, SUM(l.quantity) AS quantity FROM stock_reservations r \
             JOIN stock_reservation_lines l ON l.reservation_id = r.id WHERE r.status = 'active' \
             GROUP BY l.product_id, l.size, l.color), \
    differences AS (\
      SELECT 'stock' AS kind, v.product_id, v.size, v.color, 0 AS movement_id, COALESCE(s.delta, 0) AS expected, \
             v.stock AS found \
      FROM stock_variants v LEFT JOIN sums s ON s.product_id = v.product_id AND s.size = v.size AND s.color = v.color \
      WHERE v.stock <> COALESCE(s.delta, 0) \
      UNION ALL SELECT 'stock', s.product_id, s.size, s.color, 0, s.delta, 0 FROM sums s \
      WHERE s.delta <> 0 AND NOT EXISTS (SELECT 1 FROM stock_variants v \
             WHERE v.product_id = s.product_id AND v.size = s.size AND v.color = s.color) \
      UNION ALL SELECT 'balance', product_id, size, color, id, balance, balance_after FROM running \
      WHERE balance <> balance_after \
      UNION ALL SELECT 'reserved', v.product_id, v.size, v.color, 0, COALESCE(h.quantity, 0), v.reserved \
      FROM stock_variants v LEFT JOIN held h ON h.product_id = v.product_id AND h.size = v.size AND h.color = v.color \
      WHERE v.reserved <> COALESCE(h.quantity, 0)) \
    SELECT d.kind, d.product_id, d.size, d.color, d.movement_id, CAST(d.expected AS BIGINT) AS expected, d.found, \
           t.variants, t.movements, t.total \
    FROM (SELECT (SELECT COUNT(*) FROM stock_variants) AS variants, (SELECT COUNT(*) FROM stock_movements) AS movements, \
                 (SELECT COUNT(*) FROM differences) AS total) AS t \
    LEFT JOIN (SELECT * FROM differences ORDER BY product_id, size, color, kind, movement_id LIMIT $1) AS d ON 1 = 1 \
    ORDER BY d.product_id, d.size, d.color, d.kind, d.movement_id";

/// See [`StockRepository::differences`](super::StockRepository::differences). One statement, so that all of it is of
/// one moment.
pub(super) async fn differences(
    database: &Database,
    limit: u32,
) -> Result<Verification, StorageError> {
    let read = database.read(|connection| async move {
        Ok::<_, StorageError>(sql::query(connection, DIFFERENCES, [i64::from(limit).into()]).await?)
    });
    let rows = read.await?;
    let mut found = Verification::default();
    for row in &rows {
        let number = |column| row.try_get::<i64>("", column).map(i64::unsigned_abs);
        found.variants = number("variants")?;
        found.movements = number("movements")?;
        found.total = number("total")?;
        found.differences.extend(difference(row)?);
    }
    Ok(found)
}

fn difference(row: &QueryResult) -> Result<Option<Difference>, DbErr> {
    let Some(kind) = row.try_get::<Option<String>>("", "kind")? else {
        return Ok(None);
    };
    let text = |column| row.try_get::<String>("", column);
    let movement_id: i64 = row.try_get("", "movement_id")?;
    Ok(Some(Difference {
        kind,
        variant: [text("product_id")?, text("size")?, text("color")?],
        movement_id: (movement_id != 0).then_some(movement_id),
        expected: row.try_get("", "expected")?,
        found: row.try_get("", "found")?,
    }))
}
