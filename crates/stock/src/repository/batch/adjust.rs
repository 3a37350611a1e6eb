use std::borrow::Cow;

use auth::Actor;
use chrono::{DateTime, Utc};
use database::StorageError;
use sea_orm::DatabaseTransaction;
use validation::Text;

use super::{read::of_keys, write::Statements};
use crate::{
    events::{self, StockEvent},
    model::{Adjustment, Changes, Kind, Level, Movement},
    repository::{Adjusted, sql},
};

/// See [`StockRepository::adjust`](crate::StockRepository::adjust).
pub(super) async fn adjust(
    statements: &Statements,
    transaction: &DatabaseTransaction,
    adjustment: &Adjustment,
    (actor, now): (&Actor, DateTime<Utc>),
) -> Result<Adjusted, StorageError> {
    let Adjustment {
        variant,
        change,
        reason,
    } = adjustment;
    sql::find_by_index(transaction).await?;
    let values = of_keys([variant].into_iter()).values(statements.backend, []);
    let rows = sql::query(transaction, &statements.lock, values).await?;
    let Some(row) = rows.first() else {
        return Ok(Adjusted::NotFound);
    };
    let before = Level::stored(row.try_get("", "stock")?, row.try_get("", "reserved")?);
    let after = match before.changed(*change) {
        Ok(after) if after == before => return Ok(Adjusted::Done(after)),
        Ok(after) => after,
        Err(refusal) => return Ok(Adjusted::Refused(refusal)),
    };
    let stocks = (before.stock(), after.stock());
    let movement = Movement::between(variant.clone(), Kind::Adjust, stocks, actor.clone());
    let reason = reason.as_ref().map(Text::as_str);
    let reason = reason.map_or(movement.reason, |said| Cow::Owned(said.to_owned()));
    let changes = Changes {
        levels: vec![(variant.clone(), after, None, true)],
        movements: vec![Movement { reason, ..movement }],
        ..Changes::default()
    };
    statements.write_stock(transaction, &changes, now).await?;
    let fact = events::of_variant(StockEvent::Updated, variant, after, None, now);
    statements.tell(transaction, &[fact], now).await?;
    Ok(Adjusted::Done(after))
}
