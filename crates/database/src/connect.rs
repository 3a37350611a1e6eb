use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{DatabaseConnection, DbErr};
use sqlx::{
    ConnectOptions, Connection, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

use crate::{
    DatabaseUrl, StorageError,
    line::Line,
    version::{VersionProbe, end_moment},
};

/// How long a caller waits for a connection before it is told to come back later. A request asks twice at most, for
/// its caller and for itself, where the first refusal does not end it: together less than the patience of a client.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long SQLite waits for another process to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long SQLite's log grows before a commit folds it into the file: 16 MB. With a quarter of that, as by default, every
/// commit of a thousand pages does, and waits twice for the disk.
const WAL_PAGES: &str = "4000";
/// Connections of one node to Postgres: four nodes fit into a server's default of 100.
const POSTGRES_CONNECTIONS: u32 = 20;
const SQLITE_READERS: u32 = 4;

/// Which of the two databases it is. Statements differ in places, behaviour does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// An embedded file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The database: connections for reading and for writing, and news of commits. Clones share everything.
#[derive(Clone, Debug)]
pub struct Database(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    backend: Backend,
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    version: VersionProbe,
    commits: watch::Sender<u64>,
    losses: Arc<Losses>,
}

/// When a connection was last found dead: those that idled since before it are tested before they are used again.
#[derive(Debug)]
struct Losses(Mutex<Option<Instant>>);

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The folder of the SQLite file cannot be made.
    #[error("cannot make the folder {folder}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file cannot be opened, or the server does not let us in.
    #[error("cannot connect")]
    Connect(#[source] sqlx::Error),
}

/// How many connections there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStatus {
    /// Open ones.
    pub open: u32,
    /// Open ones that nobody uses.
    pub idle: u32,
    /// The most there may be.
    pub limit: u32,
}

impl Database {
    /// Connects, and makes the folder of a SQLite file if it is missing.
    pub async fn connect(url: &DatabaseUrl) -> Result<Self, ConnectError> {
        match url {
            DatabaseUrl::Sqlite { path, options } => {
                if let Some(folder) = path
                    .parent()
                    .filter(|folder| !folder.as_os_str().is_empty())
                {
                    std::fs::create_dir_all(folder).map_err(|source| ConnectError::Folder {
                        folder: folder.to_owned(),
                        source,
                    })?;
                }
                Self::connect_sqlite(options.clone())
                    .await
                    .map_err(ConnectError::Connect)
            }
            DatabaseUrl::Postgres(options) => Self::connect_postgres(options.clone())
                .await
                .map_err(ConnectError::Connect),
        }
    }

    async fn connect_sqlite(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("wal_autocheckpoint", WAL_PAGES)
            .foreign_keys(true)
            .disable_statement_logging();
        let pool = |size| {
            SqlitePoolOptions::new()
                .max_connections(size)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
        };
        // The writer comes first: it makes the file and its log, which the others only read.
        let writer: SqlitePool = pool(1).connect_with(options.clone()).await?;
        let reading = options.read_only(true).create_if_missing(false);
        let reader = pool(SQLITE_READERS).connect_lazy_with(reading.clone());
        Ok(Self(Arc::new(Inner {
            writer: writer.into(),
            reader: reader.into(),
            version: VersionProbe::new(Line::sqlite(reading, ACQUIRE_TIMEOUT)),
            backend: Backend::Sqlite,
            commits: watch::Sender::new(0),
            losses: Arc::new(Losses(Mutex::new(None))),
        })))
    }

    async fn connect_postgres(options: PgConnectOptions) -> Result<Self, sqlx::Error> {
        let options = options
            .application_name("lockstep")
            .disable_statement_logging();
        let losses = Arc::new(Losses(Mutex::new(None)));
        let seen = Arc::clone(&losses);
        let pool: PgPool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(move |connection, meta| {
                let suspect = seen.since(meta.idle_for);
                Box::pin(async move {
                    if suspect {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options.clone())
            .await?;
        Ok(Self(Arc::new(Inner {
            writer: pool.clone().into(),
            reader: pool.into(),
            version: VersionProbe::new(Line::postgres(options, ACQUIRE_TIMEOUT)),
            backend: Backend::Postgres,
            commits: watch::Sender::new(0),
            losses,
        })))
    }

    /// Which of the two it is.
    pub fn backend(&self) -> Backend {
        self.0.backend
    }

    /// The connections for reading. On Postgres they are those for writing too.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.0.reader
    }

    /// The connections for writing: one on SQLite. Transactions go through [`Database::write`].
    pub fn writer(&self) -> &DatabaseConnection {
        &self.0.writer
    }

    /// Changes with every commit that went through this value: for whoever waits for news.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.0.commits.subscribe()
    }

    /// Whether the database answers, within the time that a caller waits for a connection.
    pub async fn ping(&self) -> Result<(), StorageError> {
        let answer = tokio::time::timeout(
            ACQUIRE_TIMEOUT,
            self.read(|c| async { c.ping().await.map_err(StorageError::from) }),
        );
        answer.await.unwrap_or_else(|_| {
            Err(DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout).into())
        })
    }

    /// The connections in use, for reading and writing together.
    pub fn pool_status(&self) -> PoolStatus {
        match self.backend() {
            Backend::Postgres => {
                let pool = self.0.writer.get_postgres_connection_pool();
                PoolStatus {
                    open: pool.size(),
                    idle: narrow(pool.num_idle()),
                    limit: POSTGRES_CONNECTIONS,
                }
            }
            Backend::Sqlite => {
                let pools = [&self.0.writer, &self.0.reader]
                    .map(DatabaseConnection::get_sqlite_connection_pool);
                PoolStatus {
                    open: pools.iter().map(|pool| pool.size()).sum(),
                    idle: pools.iter().map(|pool| narrow(pool.num_idle())).sum(),
                    limit: 1 + SQLITE_READERS,
                }
            }
        }
    }

    /// Closes every connection; SQLite folds its log into the file.
    pub async fn close(&self) {
        self.0.version.close().await;
        for connection in [&self.0.reader, &self.0.writer] {
            if let Err(error) = connection.clone().close().await {
                tracing::warn!(%error, "a database connection did not close");
            }
        }
    }

    pub(crate) fn version_probe(&self) -> &VersionProbe {
        &self.0.version
    }

    pub(crate) fn note_commit(&self) {
        end_moment();
        self.0.commits.send_modify(|count| *count += 1);
    }

    pub(crate) fn note_lost_connection(&self) {
        self.0.losses.note();
    }
}

impl Losses {
    fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection that was last used `idle_for` ago may have died with others.
    fn since(&self, idle_for: Duration) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last.elapsed() <= idle_for) || idle_for > Duration::from_secs(5)
    }
}

fn narrow(count: usize) -> u32 {
    count.try_into().unwrap_or(u32::MAX)
}
