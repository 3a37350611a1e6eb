use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, Executor as _, PgConnection, Row,
    SqliteConnection, TypeInfo as _, ValueRef as _, postgres::PgRow, sqlite::SqliteRow,
};

/// Looks into a database behind the gateway's back, as another program would.
#[derive(Clone)]
pub(crate) struct Sql {
    url: String,
}

/// Bookings and mirrors that differ in any field, with a full join written for both databases.
const DIFFERENCES: &str = "SELECT b.id AS booking, m.booking_id AS mirror, m.user_id AS user_id FROM bookings b \
    LEFT JOIN booking_mirrors m ON m.booking_id = b.id WHERE m.booking_id IS NULL OR m.user_id <> b.customer_id \
    OR m.customer_id IS DISTINCT FROM b.customer_id OR m.booking_number IS DISTINCT FROM b.booking_number \
    OR m.partner_id IS DISTINCT FROM b.partner_id OR m.service IS DISTINCT FROM b.service \
    OR m.scheduled_at IS DISTINCT FROM b.scheduled_at OR m.address IS DISTINCT FROM b.address \
    OR m.amount_minor IS DISTINCT FROM b.amount_minor OR m.currency IS DISTINCT FROM b.currency \
    OR m.status IS DISTINCT FROM b.status OR m.assigned_status IS DISTINCT FROM b.assigned_status \
    OR m.updated_at IS DISTINCT FROM b.updated_at \
    UNION ALL SELECT b.id, m.booking_id, m.user_id FROM booking_mirrors m LEFT JOIN bookings b ON b.id = m.booking_id \
    WHERE b.id IS NULL";

impl Sql {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
        }
    }

    /// Whether it is SQLite.
    pub(crate) fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// A connection to the SQLite file.
    pub(crate) async fn sqlite(&self) -> SqliteConnection {
        SqliteConnection::connect(&self.url).await.unwrap()
    }

    /// A connection to the Postgres database.
    pub(crate) async fn postgres(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }

    /// Runs statements.
    pub(crate) async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.is_sqlite() {
            let mut connection = self.sqlite().await;
            connection.execute(sqlx::raw_sql(sql)).await.unwrap();
            connection.close().await.unwrap();
        } else {
            let mut connection = self.postgres().await;
            connection.execute(sqlx::raw_sql(sql)).await.unwrap();
            connection.close().await.unwrap();
        }
    }

    /// The rows of a query, each as an object.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Value> {
        let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
        if self.is_sqlite() {
            let mut connection = self.sqlite().await;
            let rows = connection.fetch_all(query).await.unwrap();
            connection.close().await.unwrap();
            rows.iter().map(|row| object(row, of_sqlite)).collect()
        } else {
            let mut connection = self.postgres().await;
            let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
            let rows = connection.fetch_all(query).await.unwrap();
            connection.close().await.unwrap();
            rows.iter().map(|row| object(row, of_postgres)).collect()
        }
    }

    /// The number that a query answers with.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let rows = self.rows(sql).await;
        let row = rows[0].as_object().unwrap();
        row.values().next().unwrap().as_i64().unwrap()
    }

    /// Where bookings and mirrors are not the same, field by field.
    pub(crate) async fn differences(&self) -> Vec<Value> {
        self.rows(DIFFERENCES).await
    }

    /// All rows of all tables.
    pub(crate) async fn dump(&self) -> BTreeMap<String, Vec<String>> {
        let tables = if self.is_sqlite() {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        } else {
            "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables WHERE table_schema = 'public'"
        };
        let mut dump = BTreeMap::new();
        for table in self.rows(tables).await {
            let name = table["name"].as_str().unwrap();
            let rows = self.rows(&format!("SELECT * FROM {name}")).await;
            let mut rows: Vec<_> = rows.iter().map(Value::to_string).collect();
            rows.sort();
            dump.insert(name.to_owned(), rows);
        }
        dump
    }
}

fn object<R: Row>(row: &R, value: impl Fn(&R, usize) -> Value) -> Value {
    let columns = row.columns().iter().enumerate();
    let fields: Map<_, _> = columns
        .map(|(at, column)| (column.name().to_owned(), value(row, at)))
        .collect();
    Value::Object(fields)
}

fn of_sqlite(row: &SqliteRow, at: usize) -> Value {
    let raw = row.try_get_raw(at).unwrap();
    if raw.is_null() {
        return Value::Null; // whose type is that of the column
    }
    let kind = raw.type_info().name().to_owned();
    match kind.as_str() {
        "INTEGER" => row.get::<i64, _>(at).into(),
        "REAL" => row.get::<f64, _>(at).into(),
        "BLOB" => row.get::<Vec<u8>, _>(at).into(),
        _ => row.get::<String, _>(at).into(),
    }
}

fn of_postgres(row: &PgRow, at: usize) -> Value {
    let raw = row.try_get_raw(at).unwrap();
    if raw.is_null() {
        return Value::Null;
    }
    let kind = raw.type_info().name().to_owned();
    match kind.as_str() {
        "BOOL" => row.get::<bool, _>(at).into(),
        "INT4" => row.get::<i32, _>(at).into(),
        "INT8" => row.get::<i64, _>(at).into(),
        "FLOAT8" => row.get::<f64, _>(at).into(),
        _ => row.get::<String, _>(at).into(),
    }
}
