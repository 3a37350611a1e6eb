use database::{Database, StorageError};
use sea_orm::{ConnectionTrait, DbErr};

use super::{
    changes, entity,
    sql::{self, at},
};
use crate::model::{Compared, Plan, PlanId};

/// Writes the head of a plan.
pub(super) async fn insert(connection: &impl ConnectionTrait, plan: &Plan) -> Result<(), DbErr> {
    let insert = "INSERT INTO user_sync_plans (id, location_id, base_revision, base_count, base_sum, added, reactivated, \
                  updated, deleted, unchanged, invalid, total, active, doubts, run_id, created_at, expires_at) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    let counts = plan.counts;
    let mut values = vec![
        plan.id.as_str().into(),
        plan.location_id.get().into(),
        plan.base_revision.into(),
        plan.base.count.into(),
        plan.base.sum.into(),
    ];
    let numbers = [
        counts.added,
        counts.reactivated,
        counts.updated,
        counts.deleted,
        counts.unchanged,
        counts.invalid,
        counts.total,
        plan.active,
    ];
    values.extend(numbers.map(|number| number.cast_signed().into()));
    values.extend([
        entity::doubts_text(&plan.doubts).into(),
        plan.run_id.as_ref().map(|id| id.as_str().to_owned()).into(),
        at(plan.created_at),
        at(plan.expires_at),
    ]);
    sql::execute(connection, insert, values).await.map(drop)
}

pub(super) async fn save(
    database: &Database,
    plan: &Plan,
    compared: &Compared,
) -> Result<(), StorageError> {
    let backend = database.backend();
    database
        .write(|transaction| async move {
            insert(&*transaction, plan).await?;
            let lists = &compared.lists;
            changes::insert(&transaction, backend, &plan.id, &lists.changes).await?;
            changes::insert_invalid(&transaction, backend, &plan.id, &lists.invalid).await
        })
        .await
}

pub(super) async fn find(
    connection: &impl ConnectionTrait,
    id: &PlanId,
    lock: &str,
) -> Result<Option<Plan>, StorageError> {
    let select = format!("SELECT * FROM user_sync_plans WHERE id = $1{lock}");
    let row = sql::first(connection, &select, [id.as_str().into()]).await?;
    row.as_ref().map(entity::plan).transpose()
}
