use database::StorageError;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;

use super::App;

/// What a booking and its mirror share, and when the booking was changed.
const MIRRORED: &str = "booking_number, customer_id, partner_id, service, scheduled_at, address, amount_minor, \
    currency, status, assigned_status, updated_at";

/// An event that was recorded: who hears it, its name, what it says.
pub(crate) type Told = (String, String, Value);

impl App {
    /// The rows that `columns FROM …` gives, each value as text.
    pub(crate) async fn rows(&self, columns: &str, from: &str) -> Vec<Vec<Option<String>>> {
        let columns: Vec<_> = columns.split(',').map(str::trim).collect();
        let texts: Vec<_> = columns
            .iter()
            .map(|column| format!("CAST({column} AS TEXT)"))
            .collect();
        let sql = &format!("SELECT {} FROM {from}", texts.join(", "));
        let width = columns.len();
        self.test_database
            .database()
            .read(|connection| async move {
                let statement = Statement::from_string(connection.get_database_backend(), sql);
                let rows = connection.query_all_raw(statement).await?;
                let texts = |row: &sea_orm::QueryResult| {
                    (0..width).map(|n| row.try_get_by_index(n)).collect()
                };
                Ok::<_, StorageError>(rows.iter().map(texts).collect::<Result<_, _>>()?)
            })
            .await
            .unwrap()
    }

    /// Every booking has its one mirror, under its customer, and the two agree field by field; so says the drift too.
    pub(crate) async fn assert_in_step(&self) {
        let columns = format!("id, customer_id, {MIRRORED}");
        let bookings = self.rows(&columns, "bookings ORDER BY id").await;
        let columns = format!("booking_id, user_id, {MIRRORED}");
        let mirrors = self
            .rows(&columns, "booking_mirrors ORDER BY booking_id, user_id")
            .await;
        assert_eq!(bookings, mirrors);
        let drift = self.get("admin", "/bookings/sync-drift").await.is(200);
        assert_eq!(drift["total"], 0, "{drift}");
    }

    /// The events that were recorded, in order.
    pub(crate) async fn told(&self) -> Vec<Told> {
        let rows = self
            .rows("audience, event, payload", "outbox ORDER BY id")
            .await;
        let told = |row: Vec<Option<String>>| {
            let [audience, event, payload] = row.try_into().unwrap();
            let payload = serde_json::from_str(&payload.unwrap()).unwrap();
            (audience.unwrap(), event.unwrap(), payload)
        };
        rows.into_iter().map(told).collect()
    }

    /// The events since the last call of this, by audience and name; whatever is older is forgotten.
    pub(crate) async fn news(&self) -> Vec<(String, String)> {
        let told = self.told().await;
        self.forget_news().await;
        told.into_iter()
            .map(|(audience, event, _)| (audience, event))
            .collect()
    }

    pub(crate) async fn forget_news(&self) {
        self.tamper("DELETE FROM outbox").await;
    }
}
