//! Another program that writes into the copies of bookings, past everything that keeps them right.

use database::Database;
use sea_orm::{ConnectionTrait as _, DbErr, Statement};
use serde::Serialize;

/// A copy that was damaged.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tampered {
    pub(super) booking_id: String,
    pub(super) user_id: String,
    /// How the drift is called: `missing`, `stale`, `wrong_user`.
    pub(super) drift: &'static str,
}

/// What is done to one copy after the other.
const DAMAGES: [(&str, &str); 3] = [
    (
        "missing",
        "DELETE FROM booking_mirrors WHERE booking_id = $1 AND user_id = $2",
    ),
    (
        "stale",
        "UPDATE booking_mirrors SET status = 'COMPLETED', amount_minor = 1 WHERE booking_id = $1 AND user_id = $2",
    ),
    (
        "wrong_user",
        "UPDATE booking_mirrors SET user_id = 'nobody' WHERE booking_id = $1 AND user_id = $2",
    ),
];

/// Damages three copies, each in another way: those of bookings that were changed longest ago.
pub(super) async fn tamper(database: &Database) -> Result<Vec<Tampered>, DbErr> {
    let writer = database.writer();
    let backend = writer.get_database_backend();
    let whole = "SELECT m.booking_id AS booking_id, m.user_id AS user_id \
                 FROM booking_mirrors m JOIN bookings b ON b.id = m.booking_id AND b.customer_id = m.user_id \
                 WHERE m.status = b.status AND b.status <> 'COMPLETED' ORDER BY b.updated_at, b.id LIMIT 3";
    let rows = writer
        .query_all_raw(Statement::from_string(backend, whole))
        .await?;
    let mut tampered = Vec::new();
    for (row, (drift, damage)) in rows.iter().zip(DAMAGES) {
        let (booking_id, user_id): (String, String) =
            (row.try_get("", "booking_id")?, row.try_get("", "user_id")?);
        let values = [booking_id.clone().into(), user_id.clone().into()];
        let damage = Statement::from_sql_and_values(backend, damage, values);
        writer.execute_raw(damage).await?;
        tampered.push(Tampered {
            booking_id,
            user_id,
            drift,
        });
    }
    Ok(tampered)
}
