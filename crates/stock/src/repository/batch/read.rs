//! What a batch is decided on.

use std::collections::{BTreeMap, BTreeSet};

use database::{Backend, StorageError};
use sea_orm::{DatabaseTransaction, QueryResult};

use crate::{
    model::{
        HoldRecord, HoldStatus, IdempotencyKey, Label, Level, Line, OrderId, OrderRecord,
        ProductId, Quantity, ReservationId, Shelf, VariantKey,
    },
    repository::{
        entity::{corrupt, key, lines_from_json, moment},
        sql,
        table::{Given, any, list},
    },
};

/// Reads inside of one transaction.
pub(super) struct Lookup<'a> {
    backend: Backend,
    transaction: &'a DatabaseTransaction,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(backend: Backend, transaction: &'a DatabaseTransaction) -> Self {
        Self {
            backend,
            transaction,
        }
    }

    /// Locks variants in this order and puts them on the shelf; those that are not there are returned.
    pub(super) async fn lock(
        &self,
        statement: &str,
        keys: &[VariantKey],
        on_hand: &mut Shelf,
    ) -> Result<Vec<VariantKey>, StorageError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let values = of_keys(keys.iter()).values(self.backend, []);
        let rows = sql::query(self.transaction, statement, values).await?;
        let mut missing: BTreeSet<usize> = (0..keys.len()).collect();
        for row in &rows {
            let place: i64 = row.try_get("", "n")?;
            let place = usize::try_from(place - 1).unwrap_or_default();
            let level = Level::stored(row.try_get("", "stock")?, row.try_get("", "reserved")?);
            if let Some(key) = keys.get(place).filter(|_| missing.remove(&place)) {
                on_hand.put(key.clone(), level);
            }
        }
        Ok(missing.into_iter().map(|n| keys[n].clone()).collect())
    }

    /// Finds out what there is of variants that are not.
    pub(super) async fn know(
        &self,
        missing: &[VariantKey],
        on_hand: &mut Shelf,
    ) -> Result<(), StorageError> {
        let ids = || list(self.backend, missing.iter().map(|key| key.product.as_str()));
        let products = format!(
            "SELECT id FROM products WHERE {}",
            any(self.backend, "id", 1)
        );
        for row in sql::query(self.transaction, &products, [ids()]).await? {
            let id: String = row.try_get("", "id")?;
            on_hand.know(parsed(&id)?, None);
        }
        let any = any(self.backend, "product_id", 1);
        let sizes = format!("SELECT DISTINCT product_id, size FROM stock_variants WHERE {any}");
        for row in sql::query(self.transaction, &sizes, [ids()]).await? {
            let (id, size): (String, String) =
                (row.try_get("", "product_id")?, row.try_get("", "size")?);
            let size = Label::parse(&size).map_err(|_| corrupt("stock_variants", &id)("size"))?;
            on_hand.know(parsed(&id)?, Some(size));
        }
        Ok(())
    }

    /// Orders by their ids, or by what clients called their attempts.
    pub(super) async fn orders(
        &self,
        ids: &[&str],
        keys: &[&str],
    ) -> Result<Vec<(OrderId, OrderRecord)>, StorageError> {
        let columns = "SELECT id, idempotency_key, lines, after_order, reservation_id, created_at, released_at \
                       FROM stock_orders WHERE";
        let mut found = Vec::new();
        for (column, values) in [("id", ids), ("idempotency_key", keys)] {
            if values.is_empty() {
                continue;
            }
            let select = format!("{columns} {}", any(self.backend, column, 1));
            let values = list(self.backend, values.iter().copied());
            let rows = sql::query(self.transaction, &select, [values]).await?;
            found.extend(rows);
        }
        found.iter().map(order).collect()
    }

    /// Holds by their ids.
    pub(super) async fn holds(
        &self,
        ids: &[&str],
    ) -> Result<Vec<(ReservationId, HoldRecord)>, StorageError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let select = format!(
            "SELECT r.id, r.status, r.expires_at, l.product_id, l.size, l.color, l.quantity FROM stock_reservations r \
             JOIN stock_reservation_lines l ON l.reservation_id = r.id WHERE {} ORDER BY r.id, l.position",
            any(self.backend, "r.id", 1)
        );
        let values = [list(self.backend, ids.iter().copied())];
        let mut holds: BTreeMap<String, HoldRecord> = BTreeMap::new();
        for row in sql::query(self.transaction, &select, values).await? {
            let id: String = row.try_get("", "id")?;
            let line = held_line(&row, &id)?;
            if let Some(known) = holds.get_mut(&id) {
                known.lines.push(line);
            } else {
                let hold = hold(&row, &id, line)?;
                holds.insert(id, hold);
            }
        }
        let parsed = |(id, hold): (String, HoldRecord)| {
            let parsed = ReservationId::parse(&id);
            let parsed = parsed.map_err(|_| corrupt("stock_reservations", &id)("id"))?;
            Ok((parsed, hold))
        };
        holds.into_iter().map(parsed).collect()
    }
}

/// The three columns that name variants.
pub(super) fn of_keys<'a>(keys: impl Iterator<Item = &'a VariantKey> + Clone) -> Given {
    Given::new()
        .texts(keys.clone().map(|key| key.product.as_str()))
        .texts(keys.clone().map(|key| key.size.as_str()))
        .texts(keys.map(|key| key.color.as_str()))
}

fn parsed(id: &str) -> Result<ProductId, StorageError> {
    ProductId::parse(id).map_err(|_| corrupt("products", id)("id"))
}

fn order(row: &QueryResult) -> Result<(OrderId, OrderRecord), StorageError> {
    let id: String = row.try_get("", "id")?;
    let corrupt = corrupt("stock_orders", &id);
    let lines: String = row.try_get("", "lines")?;
    let reservation_id: Option<String> = row.try_get("", "reservation_id")?;
    let reservation_id = reservation_id
        .as_deref()
        .map(ReservationId::parse)
        .transpose();
    let idempotency_key: Option<String> = row.try_get("", "idempotency_key")?;
    let idempotency_key = idempotency_key
        .as_deref()
        .map(IdempotencyKey::parse)
        .transpose();
    let released_at: Option<i64> = row.try_get("", "released_at")?;
    let record = OrderRecord {
        lines: lines_from_json(&lines).ok_or_else(|| corrupt("lines"))?,
        after_order: row.try_get::<i64>("", "after_order")? != 0,
        reservation_id: reservation_id.map_err(|_| corrupt("reservation_id"))?,
        idempotency_key: idempotency_key.map_err(|_| corrupt("idempotency_key"))?,
        at: moment(row.try_get("", "created_at")?).ok_or_else(|| corrupt("created_at"))?,
        released_at: released_at.and_then(moment),
        is_new: false,
    };
    Ok((OrderId::parse(&id).map_err(|_| corrupt("id"))?, record))
}

fn hold(row: &QueryResult, id: &str, line: Line) -> Result<HoldRecord, StorageError> {
    let corrupt = corrupt("stock_reservations", id);
    let status: String = row.try_get("", "status")?;
    let status = HoldStatus::ALL
        .into_iter()
        .find(|known| known.as_str() == status);
    Ok(HoldRecord {
        lines: vec![line],
        status: status.ok_or_else(|| corrupt("status"))?,
        expires_at: moment(row.try_get("", "expires_at")?).ok_or_else(|| corrupt("expires_at"))?,
        is_new: false,
        has_ended: false,
    })
}

fn held_line(row: &QueryResult, id: &str) -> Result<Line, StorageError> {
    let corrupt = corrupt("stock_reservation_lines", id);
    let text = |column| row.try_get::<String>("", column);
    let (product, size, color) = (text("product_id")?, text("size")?, text("color")?);
    let quantity = Quantity::new(row.try_get("", "quantity")?);
    Ok(Line {
        variant: key(&product, &size, &color).ok_or_else(|| corrupt("variant"))?,
        quantity: quantity.map_err(|_| corrupt("quantity"))?,
    })
}
