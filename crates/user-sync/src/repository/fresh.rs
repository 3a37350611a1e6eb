//! Whether the users of a location still are what a plan was made from.

use database::StorageError;
use sea_orm::ConnectionTrait;

use super::{Stale, StaleUser, sql};
use crate::model::{Plan, Totals};

/// How many changed users are named.
const NAMED: i64 = 20;

/// Why the plan does not fit any more. The location must be locked, at `revision`.
pub(super) async fn stale(
    connection: &impl ConnectionTrait,
    plan: &Plan,
    revision: i64,
) -> Result<Option<Stale>, StorageError> {
    // Most plans are carried out as soon as they were looked at: nothing has changed, and nothing is added up.
    if revision == plan.base_revision {
        return Ok(None);
    }
    let totals = totals(connection, plan.location_id.get()).await?;
    // What was changed and changed back is what it was.
    if totals == plan.base {
        return Ok(None);
    }
    let changed = "FROM directory_users WHERE location_id = $1 AND revision > $2";
    let values = || [plan.location_id.get().into(), plan.base_revision.into()];
    let count = format!("SELECT COUNT(*) {changed}");
    let mut count = sql::count(connection, &count, values()).await?;
    let select = format!(
        "SELECT email, CASE WHEN first_revision > $2 THEN 'added' ELSE 'updated' END AS change \
         {changed} ORDER BY revision, email_key LIMIT $3"
    );
    let [location, base] = values();
    let values = [location, base, NAMED.into()];
    let rows = sql::query(connection, &select, values).await?;
    let mut users = Vec::with_capacity(rows.len());
    for row in &rows {
        let is_new = sql::get::<String>(row, "change")? == "added";
        users.push(StaleUser {
            email: sql::get(row, "email")?,
            change: if is_new { "added" } else { "updated" },
        });
    }
    let gone = gone(connection, plan).await?;
    count += gone.len() as u64;
    users.extend(gone);
    Ok(Some(Stale::Changed(users, count)))
}

async fn totals(connection: &impl ConnectionTrait, location: i64) -> Result<Totals, StorageError> {
    let select = format!(
        "SELECT COUNT(*) AS count, CAST(COALESCE(SUM(fingerprint % {}), 0) AS BIGINT) AS sum \
         FROM directory_users WHERE location_id = $1",
        Totals::MODULUS
    );
    let row = sql::first(connection, &select, [location.into()]).await?;
    row.map_or(Ok(Totals::default()), |row| {
        Ok(Totals {
            count: sql::get(&row, "count")?,
            sum: sql::get(&row, "sum")?,
        })
    })
}

/// Users of the plan that were deleted for good.
async fn gone(
    connection: &impl ConnectionTrait,
    plan: &Plan,
) -> Result<Vec<StaleUser>, StorageError> {
    let select = "SELECT c.email FROM user_sync_changes c WHERE c.plan_id = $1 AND c.before_status IS NOT NULL \
                  AND NOT EXISTS (SELECT 1 FROM directory_users u WHERE u.id = c.user_id) ORDER BY c.position LIMIT $2";
    let values = [plan.id.as_str().into(), NAMED.into()];
    let rows = sql::query(connection, select, values).await?;
    let user = |row: &sea_orm::QueryResult| {
        Ok(StaleUser {
            email: sql::get(row, "email")?,
            change: "deleted",
        })
    };
    rows.iter().map(user).collect()
}
