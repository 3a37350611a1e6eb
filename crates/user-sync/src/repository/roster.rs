//! All users of a location in brief: a column at a time in one row, for a hundred thousand rows cost more than what is in
//! them.

use database::{Backend, Database, StorageError};
use sea_orm::QueryResult;
use serde::de::DeserializeOwned;

use super::sql;
use crate::model::{LocationId, Outline, Roster, Source, Status};

/// What stands in a number beside a user.
const ACTIVE: i64 = 1;
const BY_HAND: i64 = 2;

/// The users, and their revision of the same moment.
fn statement(backend: Backend) -> String {
    let list = match backend {
        Backend::Postgres => "array_agg",
        Backend::Sqlite => "json_group_array",
    };
    format!(
        "SELECT COALESCE((SELECT users_revision FROM directory_locations WHERE id = $1), 0) AS revision, \
         {list}(email_key) AS email_keys, {list}(fingerprint) AS fingerprints, \
         {list}(CAST(CASE status WHEN 'active' THEN {ACTIVE} ELSE 0 END \
           + CASE source WHEN 'manual' THEN {BY_HAND} ELSE 0 END AS BIGINT)) AS flags, \
         {list}(COALESCE(remote_id, '')) AS remote_ids FROM directory_users WHERE location_id = $1"
    )
}

/// The columns as they come.
#[derive(Default)]
struct Columns {
    email_keys: Vec<String>,
    fingerprints: Vec<i64>,
    flags: Vec<i64>,
    remote_ids: Vec<String>,
}

impl Columns {
    fn of(row: &QueryResult, backend: Backend) -> Result<Self, StorageError> {
        Ok(match backend {
            Backend::Postgres => Self {
                email_keys: array(row, "email_keys")?,
                fingerprints: array(row, "fingerprints")?,
                flags: array(row, "flags")?,
                remote_ids: array(row, "remote_ids")?,
            },
            Backend::Sqlite => Self {
                email_keys: json(row, "email_keys")?,
                fingerprints: json(row, "fingerprints")?,
                flags: json(row, "flags")?,
                remote_ids: json(row, "remote_ids")?,
            },
        })
    }

    fn into_users(self) -> Vec<Outline> {
        let who = self.email_keys.into_iter().zip(self.fingerprints);
        let what = self.flags.into_iter().zip(self.remote_ids);
        let user = |((email_key, fingerprint), (flags, remote_id)): (_, (i64, String))| Outline {
            email_key,
            fingerprint,
            status: if flags & ACTIVE == 0 {
                Status::Inactive
            } else {
                Status::Active
            },
            source: if flags & BY_HAND == 0 {
                Source::Sync
            } else {
                Source::Manual
            },
            remote_id: (!remote_id.is_empty()).then_some(remote_id),
        };
        who.zip(what).map(user).collect()
    }
}

/// Where there are no rows Postgres gives none of the arrays.
fn array<T>(row: &QueryResult, column: &str) -> Result<Vec<T>, StorageError>
where
    Option<Vec<T>>: sea_orm::TryGetable,
{
    sql::get::<Option<Vec<T>>>(row, column).map(Option::unwrap_or_default)
}

fn json<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<Vec<T>, StorageError> {
    let text: String = sql::get(row, column)?;
    sql::parsed(column, serde_json::from_str(&text))
}

pub(super) async fn read(
    database: &Database,
    location: LocationId,
) -> Result<Roster, StorageError> {
    let backend = database.backend();
    let select = &statement(backend);
    let row = database.read(|connection| async move {
        let row = sql::first(connection, select, [location.get().into()]).await?;
        Ok::<_, StorageError>(row)
    });
    let Some(row) = row.await? else {
        return Ok(Roster::default());
    };
    Ok(Roster {
        revision: sql::get(&row, "revision")?,
        users: Columns::of(&row, backend)?.into_users(),
    })
}
