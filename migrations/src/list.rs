use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::sql_migration::{SqlMigration, sql_migration};

const ALL: [SqlMigration; 8] = [
    sql_migration!("m0001_accounts"),
    sql_migration!("m0002_outbox"),
    sql_migration!("m0003_bookings"),
    sql_migration!("m0004_stock"),
    sql_migration!("m0005_realtime"),
    sql_migration!("m0006_user_sync"),
    sql_migration!("m0007_metakocka"),
    sql_migration!("m0008_user_sync_revisions"),
];

/// The names of all migrations, in order.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|migration| migration.name)
}

pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        ALL.into_iter()
            .map(|migration| Box::new(migration) as Box<dyn MigrationTrait>)
            .collect()
    }
}
