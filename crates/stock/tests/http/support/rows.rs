use database::StorageError;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;

use super::App;

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

    /// The events that were recorded since the last call of this, in order; all of them are for everybody.
    pub(crate) async fn news(&self) -> Vec<(String, Value)> {
        let rows = self
            .rows("audience, event, payload", "outbox ORDER BY id")
            .await;
        self.tamper("DELETE FROM outbox").await;
        let told = |row: Vec<Option<String>>| {
            let [audience, event, payload] = row.try_into().unwrap();
            assert_eq!(audience.unwrap(), "everybody");
            let payload = serde_json::from_str(&payload.unwrap()).unwrap();
            (event.unwrap(), payload)
        };
        rows.into_iter().map(told).collect()
    }

    /// Kind, delta and balance of all movements, in order.
    pub(crate) async fn ledger(&self) -> Vec<(String, i64, i64)> {
        let columns = "kind, delta, balance_after";
        let rows = self.rows(columns, "stock_movements ORDER BY id").await;
        let line = |row: Vec<Option<String>>| {
            let [kind, delta, after] = row.try_into().unwrap();
            let number = |text: Option<String>| text.unwrap().parse().unwrap();
            (kind.unwrap(), number(delta), number(after))
        };
        rows.into_iter().map(line).collect()
    }
}
