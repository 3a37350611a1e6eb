use std::{error::Error, sync::Arc};

use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// A failure of the database that is nobody's mistake: repositories hand it on without looking inside.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StorageError {
    /// The database cannot be reached or is too busy now; the same call may succeed later.
    #[error("the database is not available")]
    Unavailable(#[source] Arc<DbErr>),
    /// Anything else: a defect.
    #[error("the database refused a statement")]
    Failed(#[source] Arc<DbErr>),
    /// A row that the model refuses, which another program must have written.
    #[error("a stored row cannot be read: {0}")]
    Corrupt(String),
}

impl StorageError {
    /// Whether the same call may succeed later.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<DbErr> for StorageError {
    fn from(error: DbErr) -> Self {
        match Failure::of(&error) {
            Failure::Permanent => Self::Failed(Arc::new(error)),
            Failure::Contention | Failure::Disconnected | Failure::Busy => {
                Self::Unavailable(Arc::new(error))
            }
        }
    }
}

/// What a failed statement means for the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// A serialization failure or deadlock: the transaction may be run again at once.
    Contention,
    /// The connection is gone: the work may be run again on another one, unless it was being committed.
    Disconnected,
    /// No connection or lock was to be had in time.
    Busy,
    /// Running it again changes nothing.
    Permanent,
}

impl Failure {
    pub(crate) fn of(error: &DbErr) -> Self {
        let Some(driver) = driver_error(error) else {
            return match error {
                DbErr::ConnectionAcquire(_) => Self::Busy,
                DbErr::Conn(_) => Self::Disconnected,
                _ => Self::Permanent,
            };
        };
        match driver {
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
                Self::Disconnected
            }
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Self::Busy,
            sqlx::Error::Database(error) => {
                Self::of_code(error.code().as_deref().unwrap_or_default())
            }
            _ => Self::Permanent,
        }
    }

    /// SQLSTATE of Postgres; primary and extended result codes of SQLite.
    fn of_code(code: &str) -> Self {
        match code {
            "40001" | "40P01" => Self::Contention,
            // Shut down by an administrator, crashed, starting up; class 08: connection exceptions.
            "57P01" | "57P02" | "57P03" => Self::Disconnected,
            _ if code.len() == 5 && code.starts_with("08") => Self::Disconnected,
            // Too many connections; a lock that was not to be had in time. SQLITE_BUSY and SQLITE_LOCKED.
            "53300" | "55P03" | "5" | "6" | "261" | "262" | "517" => Self::Busy,
            _ => Self::Permanent,
        }
    }

    /// What failed inside an error of a caller, found among its sources.
    pub(crate) fn within(error: &(dyn Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(error) = error.downcast_ref::<DbErr>() {
                return Self::of(error);
            }
            if let Some(error) = error.downcast_ref::<Arc<DbErr>>() {
                return Self::of(error);
            }
            if let Some(StorageError::Unavailable(error) | StorageError::Failed(error)) =
                error.downcast_ref::<StorageError>()
            {
                return Self::of(error);
            }
            next = error.source();
        }
        Self::Permanent
    }
}

fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(e))
        | DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e)) => Some(e),
        _ => None,
    }
}

/// Whether `error` says that a unique key is taken already.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
