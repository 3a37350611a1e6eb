use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

/// A migration written in SQL, once for each database.
#[derive(Clone, Copy)]
pub(crate) struct SqlMigration {
    pub(crate) name: &'static str,
    pub(crate) up_sqlite: &'static str,
    pub(crate) up_postgres: &'static str,
    pub(crate) down_sqlite: &'static str,
    pub(crate) down_postgres: &'static str,
}

macro_rules! sql_migration {
    ($name:literal) => {
        SqlMigration {
            name: $name,
            up_sqlite: include_str!(concat!($name, "/up.sqlite.sql")),
            up_postgres: include_str!(concat!($name, "/up.postgres.sql")),
            down_sqlite: include_str!(concat!($name, "/down.sqlite.sql")),
            down_postgres: include_str!(concat!($name, "/down.postgres.sql")),
        }
    };
}
pub(crate) use sql_migration;

impl MigrationName for SqlMigration {
    fn name(&self) -> &str {
        self.name
    }
}

#[expect(
    elided_lifetimes_in_paths,
    reason = "async_trait asks for the lifetimes to be spelt as in the trait"
)]
#[async_trait::async_trait]
impl MigrationTrait for SqlMigration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => self.up_postgres,
            _ => self.up_sqlite,
        };
        manager
            .get_connection()
            .execute_unprepared(sql)
            .await
            .map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => self.down_postgres,
            _ => self.down_sqlite,
        };
        manager
            .get_connection()
            .execute_unprepared(sql)
            .await
            .map(drop)
    }

    /// The whole run is one transaction already.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}
