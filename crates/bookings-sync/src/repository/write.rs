//! What one change of one booking writes.

use auth::AccountId;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Value};
use validation::{Money, Text};

use super::{
    Record,
    entity::changes_json,
    sql::{self, execute},
};
use crate::{
    events,
    model::{Booking, Earning, HistoryEntry, Outcome, Status, SyncedBy},
};

/// The parameters of [`sql::INSERT_BOOKING`].
pub(super) fn inserted_values(booking: &Booking) -> [Value; 15] {
    [
        booking.id.as_str().into(),
        booking.number.as_str().into(),
        booking.customer_id.as_str().into(),
        booking.partner_id.as_ref().map(AccountId::as_str).into(),
        booking.service.as_str().into(),
        booking.scheduled_at.timestamp_millis().into(),
        booking.address.as_str().into(),
        booking.price.minor().into(),
        booking.price.currency().code().into(),
        booking.status.as_str().into(),
        booking.assigned_status().as_str().into(),
        booking.notes.as_ref().map(Text::as_str).into(),
        booking.created_at.timestamp_millis().into(),
        booking.updated_at.timestamp_millis().into(),
        booking.version.into(),
    ]
}

/// The parameters of [`sql::UPDATE_BOOKING`].
pub(super) fn updated_values(before: &Booking, after: &Booking) -> [Value; 14] {
    [
        after.customer_id.as_str().into(),
        after.partner_id.as_ref().map(AccountId::as_str).into(),
        after.service.as_str().into(),
        after.scheduled_at.timestamp_millis().into(),
        after.address.as_str().into(),
        after.price.minor().into(),
        after.price.currency().code().into(),
        after.status.as_str().into(),
        after.assigned_status().as_str().into(),
        after.notes.as_ref().map(Text::as_str).into(),
        after.updated_at.timestamp_millis().into(),
        after.version.into(),
        before.id.as_str().into(),
        before.version.into(),
    ]
}

/// Writes the whole mirror of a booking, the line of history and the events that belong to its change.
pub(super) async fn write_change(
    transaction: &DatabaseTransaction,
    (booking, synced_by): (&Booking, SyncedBy),
    record: &Record,
) -> Result<(), DbErr> {
    let mirror = mirror_values(booking, synced_by, &record.history);
    if transaction.get_database_backend() != DbBackend::Postgres {
        execute(transaction, sql::WRITE_MIRROR, mirror).await?;
        return write_record(transaction, record).await;
    }
    let mut told = [const { Vec::<String>::new() }; 3];
    for fact in &record.facts {
        for (column, text) in told.iter_mut().zip(fact.texts()) {
            column.push(text);
        }
    }
    let values = mirror.into_iter().chain(history_values(&record.history));
    let values: Vec<_> = values.chain(told.map(Value::from)).collect();
    let written = execute(transaction, &sql::WRITE_CHANGE, values);
    written.await.map(drop)
}

/// The parameters of [`sql::WRITE_MIRROR`].
fn mirror_values(booking: &Booking, synced_by: SyncedBy, history: &HistoryEntry) -> [Value; 16] {
    let at = history.at.timestamp_millis();
    [
        booking.customer_id.as_str().into(),
        booking.id.as_str().into(),
        booking.number.as_str().into(),
        booking.customer_id.as_str().into(),
        booking.partner_id.as_ref().map(AccountId::as_str).into(),
        booking.service.as_str().into(),
        booking.scheduled_at.timestamp_millis().into(),
        booking.address.as_str().into(),
        booking.price.minor().into(),
        booking.price.currency().code().into(),
        booking.status.as_str().into(),
        booking.assigned_status().as_str().into(),
        booking.updated_at.timestamp_millis().into(),
        at.into(),
        synced_by.as_str().into(),
        synced_by.is_manual().then_some(at).into(),
    ]
}

/// Writes the line of history and the events that belong to a change.
pub(super) async fn write_record(
    transaction: &impl ConnectionTrait,
    record: &Record,
) -> Result<(), DbErr> {
    write_history(transaction, &record.history).await?;
    outbox::append(transaction, &record.facts, record.history.at).await
}

/// Writes one line of history.
pub(super) async fn write_history(
    transaction: &impl ConnectionTrait,
    entry: &HistoryEntry,
) -> Result<(), DbErr> {
    let written = execute(transaction, &sql::INSERT_HISTORY, history_values(entry));
    written.await.map(drop)
}

/// The parameters of [`sql::INSERT_HISTORY`].
fn history_values(entry: &HistoryEntry) -> [Value; 9] {
    let (outcome, error) = match &entry.outcome {
        Outcome::Done => ("done", None),
        Outcome::Refused(error) => ("refused", Some(error.as_str())),
    };
    [
        entry.booking_id.as_str().into(),
        entry.customer_id.as_str().into(),
        entry.call.as_str().into(),
        entry.actor.0.as_str().into(),
        entry.actor.1.as_str().into(),
        changes_json(&entry.changes).into(),
        outcome.into(),
        error.into(),
        entry.at.timestamp_millis().into(),
    ]
}

/// Notes what the partner of a booking that is completed now earned, once, and tells them.
pub(super) async fn earn(
    transaction: &impl ConnectionTrait,
    before: Option<&Booking>,
    after: &Booking,
    history: &HistoryEntry,
) -> Result<(), DbErr> {
    let had_earned = before
        .is_some_and(|before| before.status == Status::Completed && before.partner_id.is_some());
    let Some(partner_id) = after
        .partner_id
        .as_ref()
        .filter(|_| after.status == Status::Completed && !had_earned)
    else {
        return Ok(());
    };
    // Whoever completes another booking of this partner waits, or one of the totals would miss the other.
    execute(
        transaction,
        "UPDATE partners SET updated_at = updated_at WHERE id = $1",
        [partner_id.as_str().into()],
    )
    .await?;
    let earning = Earning {
        booking_id: after.id.clone(),
        booking_number: after.number.to_string(),
        amount: after.price,
        earned_at: history.at,
    };
    if !insert_earning(transaction, partner_id, &earning).await? {
        return Ok(());
    }
    let currency = after.price.currency();
    let sum = "SELECT CAST(SUM(amount_minor) AS BIGINT) FROM partner_earnings WHERE partner_id = $1 AND currency = $2";
    let of_partner = [partner_id.as_str().into(), currency.code().into()];
    let total = sql::count(transaction, sum, of_partner).await?;
    let total = Money::from_minor(i64::try_from(total).unwrap_or(i64::MAX), currency);
    let facts = [events::earned(partner_id, &earning, total)];
    outbox::append(transaction, &facts, history.at).await
}

/// Adds an earning; `false` where the booking has earned before.
async fn insert_earning(
    transaction: &impl ConnectionTrait,
    partner_id: &AccountId,
    earning: &Earning,
) -> Result<bool, DbErr> {
    let insert = "INSERT INTO partner_earnings (booking_id, partner_id, booking_number, amount_minor, currency, \
                  created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (booking_id) DO NOTHING";
    let values: [Value; 6] = [
        earning.booking_id.as_str().into(),
        partner_id.as_str().into(),
        earning.booking_number.as_str().into(),
        earning.amount.minor().into(),
        earning.amount.currency().code().into(),
        earning.earned_at.timestamp_millis().into(),
    ];
    let inserted = execute(transaction, insert, values).await?;
    Ok(inserted.rows_affected() > 0)
}
