//! All users of a location in brief: some thousand in one row, a column at a time, for each row costs more than what is in
//! it, and all in one row take their memory several times.

use database::{Backend, Database, StorageError};
use sea_orm::{QueryResult, Value};
use serde::de::DeserializeOwned;

use super::sql;
use crate::model::{LocationId, Outline, Roster, Source, Status};

/// What stands in a number beside a user.
const ACTIVE: i64 = 1;
const BY_HAND: i64 = 2;

/// How many users are read at once.
const AT_ONCE: usize = 10_000;

const REVISION: &str = "SELECT users_revision AS revision FROM directory_locations WHERE id = $1";

/// The next users of the location `$1` behind the key `$2`.
fn statement(backend: Backend) -> String {
    let list = match backend {
        Backend::Postgres => "array_agg",
        Backend::Sqlite => "json_group_array",
    };
    format!(
        "SELECT MAX(email_key) AS last, {list}(email_key) AS email_keys, {list}(fingerprint) AS fingerprints, \
         {list}(CAST(CASE status WHEN 'active' THEN {ACTIVE} ELSE 0 END \
           + CASE source WHEN 'manual' THEN {BY_HAND} ELSE 0 END AS BIGINT)) AS flags, \
         {list}(COALESCE(remote_id, '')) AS remote_ids \
         FROM (SELECT email_key, fingerprint, status, source, remote_id FROM directory_users \
           WHERE location_id = $1 AND email_key > $2 ORDER BY email_key LIMIT {AT_ONCE}) AS next"
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

/// The revision is read first: who changes meanwhile moves it, so that whoever relies on it learns of them.
pub(super) async fn read(
    database: &Database,
    location: LocationId,
) -> Result<Roster, StorageError> {
    let backend = database.backend();
    let select = &statement(backend);
    let id = || Value::from(location.get());
    let revision = database.read(|connection| async move {
        Ok::<_, StorageError>(sql::first(connection, REVISION, [id()]).await?)
    });
    let revision = revision.await?.map(|row| sql::get(&row, "revision"));
    let mut roster = Roster {
        revision: revision.transpose()?.unwrap_or_default(),
        users: Vec::new(),
    };
    let mut last = String::new();
    loop {
        let behind = last.as_str();
        let row = database.read(|connection| async move {
            let row = sql::first(connection, select, [id(), behind.into()]).await?;
            Ok::<_, StorageError>(row)
        });
        let Some(row) = row.await? else {
            return Ok(roster);
        };
        let users = Columns::of(&row, backend)?.into_users();
        let is_all = users.len() < AT_ONCE;
        roster.users.extend(users);
        match sql::get::<Option<String>>(&row, "last")? {
            Some(key) if !is_all => last = key,
            _ => return Ok(roster),
        }
    }
}
