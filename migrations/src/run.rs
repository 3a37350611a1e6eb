use database::{Backend, Database, StorageError};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use sea_orm_migration::MigratorTrait;

use crate::list::{Migrator, names};

/// The key of the lock that only one migrating node holds.
const LOCK: i64 = 0x6c6f_636b_7374_6570;

/// Why the schema is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A later release has migrated this database.
    #[error("the schema is newer than this binary: it has the migration {0}")]
    Newer(String),
    /// A migration is missing.
    #[error("the schema is older than this binary: it lacks the migration {0}")]
    Older(String),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A migration, and whether this database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationState {
    /// Its name.
    pub name: String,
    /// Whether it was applied.
    pub applied: bool,
}

/// Applies what is missing. Nodes that start together wait for each other.
pub async fn up(database: &Database) -> Result<(), MigrateError> {
    refuse_newer(&status(database).await?)?;
    database
        .write(|transaction| async move {
            lock(database, &transaction).await?;
            Migrator::up(&*transaction, None)
                .await
                .map_err(StorageError::from)?;
            Ok::<_, StorageError>(())
        })
        .await?;
    Ok(())
}

/// Takes back the last `steps` migrations.
pub async fn down(database: &Database, steps: u32) -> Result<(), MigrateError> {
    refuse_newer(&status(database).await?)?;
    database
        .write(|transaction| async move {
            lock(database, &transaction).await?;
            Migrator::down(&*transaction, Some(steps))
                .await
                .map_err(StorageError::from)?;
            Ok::<_, StorageError>(())
        })
        .await?;
    Ok(())
}

/// All migrations that the binary or the database knows, in order. Changes nothing.
pub async fn status(database: &Database) -> Result<Vec<MigrationState>, MigrateError> {
    let applied = database
        .read(|connection| async { applied(connection).await.map_err(StorageError::from) })
        .await?;
    let unknown = applied
        .iter()
        .filter(|name| !names().any(|known| known == name.as_str()));
    let unknown = unknown.map(|name| MigrationState {
        name: name.clone(),
        applied: true,
    });
    let known = names().map(|name| MigrationState {
        name: name.to_owned(),
        applied: applied.iter().any(|a| a == name),
    });
    Ok(known.chain(unknown).collect())
}

/// Whether the schema is exactly the one that this binary was built for.
pub async fn check(database: &Database) -> Result<(), MigrateError> {
    let status = status(database).await?;
    refuse_newer(&status)?;
    match status.into_iter().find(|migration| !migration.applied) {
        Some(missing) => Err(MigrateError::Older(missing.name)),
        None => Ok(()),
    }
}

fn refuse_newer(status: &[MigrationState]) -> Result<(), MigrateError> {
    match status
        .iter()
        .find(|migration| !names().any(|known| known == migration.name))
    {
        Some(unknown) => Err(MigrateError::Newer(unknown.name.clone())),
        None => Ok(()),
    }
}

async fn applied(connection: &sea_orm::DatabaseConnection) -> Result<Vec<String>, sea_orm::DbErr> {
    let table = match connection.get_database_backend() {
        sea_orm::DbBackend::Postgres => {
            "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL"
        }
        _ => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
    };
    let backend = connection.get_database_backend();
    let statement = |sql: &str| sea_orm::Statement::from_string(backend, sql);
    if connection.query_one_raw(statement(table)).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = connection
        .query_all_raw(statement(
            "SELECT version FROM seaql_migrations ORDER BY version",
        ))
        .await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// SQLite needs none: its transactions hold the one write lock from their beginning.
async fn lock(database: &Database, transaction: &DatabaseTransaction) -> Result<(), StorageError> {
    if database.backend() == Backend::Postgres {
        transaction
            .execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})"))
            .await?;
    }
    Ok(())
}
