use database::{Database, DatabaseUrl};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::postgres_url;

/// A migrated database that belongs to one test.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    database: Database,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(#[expect(dead_code, reason = "removes the folder when dropped")] tempfile::TempDir),
    Postgres { name: String },
}

impl TestDatabase {
    /// A SQLite file in a folder of its own.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}/test.db?mode=rwc", folder.path().display());
        Self::migrated(url, Place::Folder(folder)).await
    }

    /// A database of its own on the throw-away Postgres server.
    pub async fn postgres() -> Self {
        let server = postgres_url();
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        administer(&server, &format!("CREATE DATABASE {name}"))
            .await
            .expect("a database");
        let (base, _) = server.rsplit_once('/').expect("a URL with a database");
        Self::migrated(format!("{base}/{name}"), Place::Postgres { name }).await
    }

    async fn migrated(url: String, place: Place) -> Self {
        let parsed: DatabaseUrl = url.parse().expect("a database URL");
        let database = Database::connect(&parsed).await.expect("a connection");
        migrations::up(&database).await.expect("a schema");
        Self {
            url,
            database,
            place,
        }
    }

    /// Where it is, for a process that is to use it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection to it.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// A second, separate connection, as another node would have.
    pub async fn another_node(&self) -> Database {
        let parsed: DatabaseUrl = self.url.parse().expect("a database URL");
        Database::connect(&parsed).await.expect("a connection")
    }

    /// Runs statements as another program would.
    pub async fn tamper(&self, sql: &str) {
        use sea_orm::ConnectionTrait;
        self.database
            .writer()
            .execute_unprepared(sql)
            .await
            .expect("statements that run");
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Place::Postgres { name } = &self.place else {
            return;
        };
        let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        // A destructor cannot wait; the test's own runtime is going away.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(administer(&postgres_url(), &statement))
        });
        let _ = dropped.join();
    }
}

async fn administer(server: &str, statement: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(server).await?;
    connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await?;
    connection.close().await?;
    Ok(())
}

/// Writes a test on SQLite and one on Postgres for each of the async functions named: `on_both!(a, b);`.
#[macro_export]
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod on_sqlite {$(
            #[tokio::test]
            async fn $test() {
                super::$test($crate::TestDatabase::sqlite().await).await;
            }
        )+}
        mod on_postgres {$(
            #[tokio::test]
            async fn $test() {
                super::$test($crate::TestDatabase::postgres().await).await;
            }
        )+}
    };
}
