use std::{str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tempfile::TempDir;

use crate::node;

/// When nothing has been recorded for so long, all consequences were drawn.
const QUIET: Duration = Duration::from_millis(500);

/// A migrated database with an admin.
pub(crate) enum Place {
    Sqlite { folder: TempDir },
    Postgres { url: String },
}

impl Place {
    /// No database yet, beside the program: a folder for temporary files may lie in memory instead of on the disk.
    pub(crate) fn empty_sqlite() -> anyhow::Result<Self> {
        let program = node::release_binary("gateway")?;
        Ok(Self::Sqlite {
            folder: tempfile::tempdir_in(program.parent().unwrap_or("/tmp".as_ref()))?,
        })
    }

    pub(crate) async fn sqlite() -> anyhow::Result<Self> {
        let place = Self::empty_sqlite()?;
        node::create_admin(&place.url()).await?;
        Ok(place)
    }

    pub(crate) async fn postgres(name: &str) -> anyhow::Result<Self> {
        let server = test_support::postgres_url();
        let mut connection = PgConnection::connect(&server).await?;
        connection
            .execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}")))
            .await?;
        connection
            .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .await?;
        let (base, _) = server.rsplit_once('/').unwrap_or((&server, ""));
        let place = Self::Postgres {
            url: format!("{base}/{name}"),
        };
        node::create_admin(&place.url()).await?;
        Ok(place)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite { folder } => {
                format!("sqlite://{}/bench.db?mode=rwc", folder.path().display())
            }
            Self::Postgres { url } => url.clone(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SQLite",
            Self::Postgres { .. } => "Postgres",
        }
    }

    /// Runs statements over a connection of our own, as durable as the gateway's.
    pub(crate) async fn execute(&self, sql: &str) -> anyhow::Result<()> {
        match self {
            Self::Sqlite { .. } => {
                self.sqlite_connection()
                    .await?
                    .execute(AssertSqlSafe(sql.to_owned()))
                    .await?;
            }
            Self::Postgres { url } => {
                PgConnection::connect(url)
                    .await?
                    .execute(AssertSqlSafe(sql.to_owned()))
                    .await?;
            }
        }
        Ok(())
    }

    /// Waits until what was recorded has had its consequences: notifications, and the word of them.
    pub(crate) async fn settle(&self) -> anyhow::Result<()> {
        let mut before = None;
        loop {
            let newest = self.newest_event().await?;
            if before.replace(newest) == Some(newest) {
                return Ok(());
            }
            let _ = tokio::time::timeout(QUIET, std::future::pending::<()>()).await;
        }
    }

    async fn newest_event(&self) -> anyhow::Result<i64> {
        let sql = "SELECT COALESCE(MAX(id), 0) FROM outbox";
        Ok(match self {
            Self::Sqlite { .. } => {
                sqlx::query_scalar(sql)
                    .fetch_one(&mut self.sqlite_connection().await?)
                    .await?
            }
            Self::Postgres { url } => {
                sqlx::query_scalar(sql)
                    .fetch_one(&mut PgConnection::connect(url).await?)
                    .await?
            }
        })
    }

    /// A connection with the settings of the gateway's own.
    pub(crate) async fn sqlite_connection(&self) -> anyhow::Result<SqliteConnection> {
        let options = SqliteConnectOptions::from_str(&self.url())?
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("wal_autocheckpoint", "4000");
        Ok(options.connect().await?)
    }

    /// A customer `customer-<n>` for each of `customers`, and `bookings` shared out among them, with their mirrors.
    pub(crate) async fn fill(&self, customers: u32, bookings: u32) -> anyhow::Result<()> {
        self.people("customer", customers).await?;
        let main = format!(
            "INSERT INTO bookings (id, booking_number, customer_id, service, scheduled_at, address, amount_minor, \
             currency, status, assigned_status, created_at, updated_at, version) \
             SELECT 'booking-' || n, 'BK' || (1000000 + n), 'customer-' || (n % {customers}), 'House Cleaning', \
             1800000000000 + n, n || ' Main St', 99900, 'USD', 'PENDING', 'unassigned', n, n, 1 FROM {}",
            self.numbers(bookings)
        );
        self.execute(&main).await?;
        self.execute(
            "INSERT INTO booking_mirrors (user_id, booking_id, booking_number, customer_id, service, scheduled_at, \
             address, amount_minor, currency, status, assigned_status, updated_at, mirrored_at, synced_by) \
             SELECT customer_id, id, booking_number, customer_id, service, scheduled_at, address, amount_minor, \
             currency, status, assigned_status, updated_at, 0, 'booking-update' FROM bookings",
        )
        .await?;
        self.execute("ANALYZE").await
    }

    /// Has a partner `partner-<n>` for each of `partners`, who have accepted all bookings between them.
    pub(crate) async fn assign(&self, partners: u32) -> anyhow::Result<()> {
        self.people("partner", partners).await?;
        let profiles = format!(
            "INSERT INTO partners (id, name, email, services, kyc_status, created_at, updated_at) \
             SELECT 'partner-' || n, 'Partner ' || n, 'partner-' || n || '@example.com', '[]', 'approved', 0, 0 FROM {}",
            self.numbers(partners)
        );
        self.execute(&profiles).await?;
        for (table, number) in [
            ("bookings", "created_at"),
            ("booking_mirrors", "updated_at"),
        ] {
            let accepted = format!(
                "UPDATE {table} SET partner_id = 'partner-' || ({number} % {partners}), status = 'PARTNER_ACCEPTED', \
                 assigned_status = 'assigned'"
            );
            self.execute(&accepted).await?;
        }
        Ok(())
    }

    /// An account `<role>-<n>` for each of `count`.
    async fn people(&self, role: &str, count: u32) -> anyhow::Result<()> {
        let disabled = if matches!(self, Self::Postgres { .. }) {
            "FALSE"
        } else {
            "0"
        };
        let accounts = format!(
            "INSERT INTO accounts (id, email, email_key, name, role, password_hash, disabled, created_at, updated_at) \
             SELECT '{role}-' || n, '{role}-' || n || '@example.com', '{role}-' || n || '@example.com', '{role} ' || n, \
             '{role}', '-', {disabled}, 0, 0 FROM {}",
            self.numbers(count)
        );
        self.execute(&accounts).await
    }

    /// The numbers from 0 to below `count`, as something to select from.
    fn numbers(&self, count: u32) -> String {
        match self {
            Self::Postgres { .. } => {
                format!("(SELECT n FROM generate_series(0, {count} - 1) AS n) AS numbers")
            }
            Self::Sqlite { .. } => format!(
                "(WITH RECURSIVE series (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < {count} - 1) \
                 SELECT n FROM series) AS numbers"
            ),
        }
    }
}
