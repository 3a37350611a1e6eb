use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::harness::{Client, Sql};

/// What keeps writes waiting.
pub(crate) enum Lock {
    /// The one lock for writing.
    Sqlite(SqliteConnection),
    /// Some rows.
    Postgres(PgConnection, Sql),
}

impl Lock {
    /// Keeps a booking.
    pub(crate) async fn take(sql: &Sql, booking: &str) -> Self {
        Self::take_rows(sql, &format!("bookings WHERE id = '{booking}'")).await
    }

    /// Keeps the rows of a table.
    pub(crate) async fn take_rows(sql: &Sql, rows: &str) -> Self {
        if sql.is_sqlite() {
            let mut connection = sql.sqlite().await;
            connection.execute("BEGIN IMMEDIATE").await.unwrap();
            return Self::Sqlite(connection);
        }
        let mut connection = sql.postgres().await;
        let take = format!("BEGIN; SELECT 1 FROM {rows} FOR UPDATE");
        connection
            .execute(sqlx::raw_sql(AssertSqlSafe(take)))
            .await
            .unwrap();
        Self::Postgres(connection, sql.clone())
    }

    /// Whether somebody stands before it.
    pub(crate) async fn is_waited_for(&self, admin: &Client) -> bool {
        match self {
            Self::Sqlite(_) => {
                let metrics = admin.get("/metrics").await.is(200);
                let used = "database_connections{state=\"used\"} ";
                let line = metrics
                    .as_str()
                    .unwrap()
                    .lines()
                    .find_map(|line| line.strip_prefix(used));
                line.is_some_and(|used| used != "0")
            }
            Self::Postgres(_, sql) => {
                let waiting = "SELECT COUNT(*) FROM pg_stat_activity \
                               WHERE datname = current_database() AND wait_event_type = 'Lock'";
                sql.count(waiting).await > 0
            }
        }
    }

    pub(crate) async fn release(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await.unwrap(),
            Self::Postgres(connection, _) => connection.close().await.unwrap(),
        }
    }
}
