use std::{fmt, path::PathBuf, str::FromStr};

use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};

/// Where the data lives: `sqlite://path?mode=rwc` or `postgres://user:password@host/name`.
///
/// `Debug` and `Display` never show the password.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// An embedded database in a file.
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What the URL asked for.
        options: SqliteConnectOptions,
    },
    /// A Postgres server.
    Postgres(PgConnectOptions),
}

/// Why a text is no such place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    /// Another scheme than the two.
    #[error("must begin with sqlite:// or postgres://")]
    Scheme,
    /// The rest cannot be read.
    #[error("cannot be read as a database URL")]
    Malformed,
    /// SQLite in memory, which several connections cannot share.
    #[error("must name a file: an in-memory database cannot be shared by connections")]
    InMemory,
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return text
                .parse()
                .map(Self::Postgres)
                .map_err(|_| DatabaseUrlError::Malformed);
        }
        if !text.starts_with("sqlite:") {
            return Err(DatabaseUrlError::Scheme);
        }
        if text.contains(":memory:") || text.contains("mode=memory") {
            return Err(DatabaseUrlError::InMemory);
        }
        let options: SqliteConnectOptions =
            text.parse().map_err(|_| DatabaseUrlError::Malformed)?;
        let path = options.get_filename().to_owned();
        if path.as_os_str().is_empty() {
            return Err(DatabaseUrlError::Malformed);
        }
        Ok(Self::Sqlite { path, options })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path, .. } => write!(f, "SQLite at {}", path.display()),
            Self::Postgres(options) => {
                let name = options.get_database().unwrap_or(options.get_username());
                write!(
                    f,
                    "Postgres at {}:{}/{name}",
                    options.get_host(),
                    options.get_port()
                )
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_are_read_and_passwords_are_not_shown() {
        let url: DatabaseUrl = "postgres://me:secret@db.example:5433/lockstep"
            .parse()
            .unwrap();
        assert_eq!(format!("{url:?}"), "Postgres at db.example:5433/lockstep");
        let url: DatabaseUrl = "sqlite://data/lockstep.db?mode=rwc".parse().unwrap();
        assert_eq!(url.to_string(), "SQLite at data/lockstep.db");
    }

    #[test]
    fn anything_else_is_refused() {
        let error = |text: &str| text.parse::<DatabaseUrl>().unwrap_err();
        assert_eq!(error("mysql://localhost/x"), DatabaseUrlError::Scheme);
        assert_eq!(error("nonsense"), DatabaseUrlError::Scheme);
        assert_eq!(error("sqlite::memory:"), DatabaseUrlError::InMemory);
        assert_eq!(error("sqlite://"), DatabaseUrlError::Malformed);
        assert_eq!(error("postgres://host:port"), DatabaseUrlError::Malformed);
    }
}
