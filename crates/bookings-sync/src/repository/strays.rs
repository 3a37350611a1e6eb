//! Mirrors under the wrong user.

use sea_orm::{ConnectionTrait, DbErr};

use super::{Saved, sql};
use crate::model::{Booking, SyncedBy};

/// Which mirrors of a booking there are before `sync`: one under somebody else is moved only by a sync that looks for it.
pub(super) async fn look_for_mirrors(
    transaction: &impl ConnectionTrait,
    booking: &Booking,
    sync: SyncedBy,
) -> Result<Saved, DbErr> {
    let select = "SELECT user_id FROM booking_mirrors WHERE booking_id = $1 ORDER BY user_id";
    let rows = sql::query(transaction, select, [booking.id.as_str().into()]).await?;
    let users: Vec<String> = rows
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<_, _>>()?;
    let is_theirs = |user: &String| user == booking.customer_id.as_str();
    let has_theirs = users.iter().any(is_theirs);
    let stray = users.into_iter().find(|user| !is_theirs(user));
    let moved_from = stray.filter(|_| sync == SyncedBy::FindAndSync);
    Ok(Saved::Done {
        created_mirror: !has_theirs && moved_from.is_none(),
        moved_from,
    })
}

/// Removes the mirrors of a booking that lie under somebody else.
pub(super) async fn remove(
    transaction: &impl ConnectionTrait,
    booking: &Booking,
) -> Result<(), DbErr> {
    let delete = "DELETE FROM booking_mirrors WHERE booking_id = $1 AND user_id <> $2";
    sql::execute(
        transaction,
        delete,
        [
            booking.id.as_str().into(),
            booking.customer_id.as_str().into(),
        ],
    )
    .await?;
    Ok(())
}
