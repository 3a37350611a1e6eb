use std::collections::BTreeMap;

use database::StorageError;
use sea_orm::{ConnectionTrait, DbErr};
use validation::{Currency, Money};

use super::sql;
use crate::model::Status;

/// How many bookings are in each state, and what the completed ones brought, by currency. One statement.
pub(super) async fn figures(
    connection: &impl ConnectionTrait,
) -> Result<(BTreeMap<Status, u64>, Vec<Money>), StorageError> {
    let select = "SELECT status, currency, COUNT(*) AS bookings, CAST(SUM(amount_minor) AS BIGINT) AS amount_minor \
        FROM bookings GROUP BY status, currency ORDER BY status, currency";
    let mut by_status: BTreeMap<_, _> = Status::ALL.into_iter().map(|status| (status, 0)).collect();
    let mut revenue = Vec::new();
    for row in sql::query(connection, select, []).await? {
        let text = |column: &str| -> Result<String, DbErr> { row.try_get("", column) };
        let corrupt = |column: &str| StorageError::Corrupt(format!("{column} of bookings"));
        let status: Status = text("status")?.parse().map_err(|_| corrupt("status"))?;
        let count: i64 = row.try_get("", "bookings")?;
        *by_status.entry(status).or_default() += count.unsigned_abs();
        if status == Status::Completed {
            let currency = Currency::parse(&text("currency")?).map_err(|_| corrupt("currency"))?;
            let minor = row.try_get("", "amount_minor")?;
            revenue.push(Money::from_minor(minor, currency));
        }
    }
    Ok((by_status, revenue))
}
