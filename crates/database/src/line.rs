use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{DbErr, RuntimeErr};
use sqlx::{
    ConnectOptions, Connection as _, PgConnection, Row as _, SqliteConnection,
    postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};

/// One connection that asks the same small question again and again.
///
/// A pool would ask whether the connection is still good each time it gets it back, which doubles the price.
#[derive(Debug)]
pub(crate) struct Line {
    to: Options,
    patience: Duration,
    /// Empty before the first question, after one that was given up or failed, and while one is asked.
    idle: Mutex<Option<Connection>>,
    opened: AtomicU64,
}

#[derive(Debug)]
enum Options {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

#[derive(Debug)]
struct Connection {
    /// How many were opened before.
    number: u64,
    driver: Driver,
}

#[derive(Debug)]
enum Driver {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// A state by its name, and the value of every mark where they were read.
pub(crate) struct Answer {
    pub(crate) state: String,
    pub(crate) marks: Option<Vec<(String, i64)>>,
}

impl Line {
    pub(crate) fn sqlite(options: SqliteConnectOptions, patience: Duration) -> Self {
        Self::new(Options::Sqlite(options), patience)
    }

    pub(crate) fn postgres(options: PgConnectOptions, patience: Duration) -> Self {
        Self::new(Options::Postgres(options), patience)
    }

    fn new(to: Options, patience: Duration) -> Self {
        Self {
            to,
            patience,
            idle: Mutex::new(None),
            opened: AtomicU64::new(0),
        }
    }

    /// The present state. Where it has the `known` name, the marks may be left out.
    pub(crate) async fn ask(&self, known: Option<&str>) -> Result<Answer, DbErr> {
        let idle = self.lock().take();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.open().await.map_err(conn_error)?,
        };
        // One that is dropped half-way, or that failed, is not used again.
        let answer = connection.ask(known).await.map_err(query_error)?;
        *self.lock() = Some(connection);
        Ok(answer)
    }

    /// Ends the connection in order.
    pub(crate) async fn close(&self) {
        let idle = self.lock().take();
        let closed = match idle.map(|connection| connection.driver) {
            Some(Driver::Sqlite(connection)) => connection.close().await,
            Some(Driver::Postgres(connection)) => connection.close().await,
            None => return,
        };
        if let Err(error) = closed {
            tracing::warn!(%error, "a database connection did not close");
        }
    }

    async fn open(&self) -> Result<Connection, sqlx::Error> {
        let driver = async {
            match &self.to {
                Options::Sqlite(options) => options.connect().await.map(Driver::Sqlite),
                Options::Postgres(options) => options.connect().await.map(Driver::Postgres),
            }
        };
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        let driver = tokio::time::timeout(self.patience, driver).await;
        let driver = driver.map_err(|_| sqlx::Error::PoolTimedOut)??;
        Ok(Connection { number, driver })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// SQLite counts the commits of *other* connections, so this one never writes, and each connection counts from
    /// where it likes. Postgres names the transactions that are visible: every commit of a change makes another name.
    async fn ask(&mut self, known: Option<&str>) -> Result<Answer, sqlx::Error> {
        match &mut self.driver {
            Driver::Sqlite(connection) => {
                let version: i64 = sqlx::query_scalar("PRAGMA data_version")
                    .fetch_one(&mut *connection)
                    .await?;
                let state = format!("{}:{version}", self.number);
                let marks = if known == Some(&state) {
                    None
                } else {
                    let marks = sqlx::query_as("SELECT name, value FROM change_marks");
                    Some(marks.fetch_all(connection).await?)
                };
                Ok(Answer { state, marks })
            }
            Driver::Postgres(connection) => {
                let question = "SELECT name, value, pg_current_snapshot()::text FROM change_marks";
                let rows = sqlx::query(question).fetch_all(connection).await?;
                let state = rows
                    .first()
                    .map_or(Ok(String::new()), |row| row.try_get(2))?;
                let marks = rows
                    .iter()
                    .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
                let marks = Some(marks.collect::<Result<_, sqlx::Error>>()?);
                Ok(Answer { state, marks })
            }
        }
    }
}

fn conn_error(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
