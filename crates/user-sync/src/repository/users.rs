use async_trait::async_trait;
use database::{Database, StorageError, is_unique_violation};
use sea_orm::{ConnectionTrait, DbErr, Value};

use super::{
    Met, Page, Removed, Sort, SortField, UserFilter, UserRepository, UserWrite, Window,
    entity::{self, USER},
    locations::Collision,
    roster,
    sql::{self, at},
    table,
};
use crate::model::{DirectoryUser, LocationId, Roster, UserId};

/// Directory users in a database.
#[derive(Clone, Debug)]
pub struct SeaUserRepository {
    database: Database,
}

impl SeaUserRepository {
    /// Those in `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Runs a statement that changes a user of `location`; `$1` is the revision.
    async fn change(
        &self,
        location: LocationId,
        statement: &str,
        values: Vec<Value>,
    ) -> Result<UserWrite, StorageError> {
        let values = &values;
        let changed = self.database.write(|transaction| async move {
            let Some(revision) = advance(&*transaction, location.get()).await? else {
                return Ok(UserWrite::NoLocation);
            };
            let values = std::iter::once(Value::from(revision)).chain(values.iter().cloned());
            let values: Vec<_> = values.collect();
            match sql::execute(&*transaction, statement, values).await {
                Ok(0) => Ok(UserWrite::Changed),
                Ok(_) => Ok(UserWrite::Done),
                Err(error) if is_unique_violation(&error) => Err(Collision::Taken),
                Err(error) => Err(StorageError::from(error).into()),
            }
        });
        match changed.await {
            Ok(outcome) => Ok(outcome),
            Err(Collision::Taken) => Ok(UserWrite::Taken),
            Err(Collision::Storage(error)) => Err(error),
        }
    }
}

/// Locks the users of a location and counts a change of them; `None` where there is no such location.
pub(super) async fn advance(
    connection: &impl ConnectionTrait,
    location: i64,
) -> Result<Option<i64>, StorageError> {
    let update = "UPDATE directory_locations SET users_revision = users_revision + 1 WHERE id = $1 RETURNING users_revision";
    let row = sql::first(connection, update, [location.into()]).await?;
    row.map(|row| sql::get(&row, "users_revision")).transpose()
}

fn values(user: &DirectoryUser) -> Vec<Value> {
    let profile = &user.profile;
    vec![
        user.id.as_str().into(),
        user.email.as_str().into(),
        user.email.key().into(),
        profile.name.clone().into(),
        profile.phone.clone().into(),
        profile.role.clone().into(),
        profile.company.clone().into(),
        user.status.as_str().into(),
        profile.search(user.email.as_str()).into(),
        user.fingerprint().into(),
        at(user.updated_at),
    ]
}

fn order(sort: Sort) -> String {
    let column = match sort.field {
        SortField::Email => "u.email_key",
        // Both databases put those without a value at the same end.
        SortField::Name => "COALESCE(u.name, '')",
        SortField::Phone => "COALESCE(u.phone, '')",
        SortField::Role => "COALESCE(u.role, '')",
        SortField::Company => "COALESCE(u.company, '')",
        SortField::Status => "u.status",
        SortField::LocationId => "u.location_id",
        SortField::CreatedAt => "u.created_at",
        SortField::UpdatedAt => "u.updated_at",
    };
    let direction = if sort.is_descending { " DESC" } else { "" };
    format!("{column}{direction}, u.id{direction}")
}

/// What `LIKE` takes for a text anywhere.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

fn conditions(filter: &UserFilter) -> (String, Vec<Value>) {
    let (mut conditions, mut values) = (vec!["1 = 1".to_owned()], Vec::new());
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(condition.replace('?', &format!("${}", values.len())));
    };
    if let Some(location) = filter.location_id {
        add("u.location_id = ?", location.get().into());
    }
    if let Some(status) = filter.status {
        add("u.status = ?", status.as_str().into());
    }
    if let Some(from) = filter.created_from {
        add("u.created_at >= ?", at(from));
    }
    if let Some(before) = filter.created_before {
        add("u.created_at < ?", at(before));
    }
    if let Some(text) = &filter.text {
        add("u.search LIKE ? ESCAPE '!'", pattern(text).into());
    }
    (conditions.join(" AND "), values)
}

fn met(row: &sea_orm::QueryResult) -> Result<Met, StorageError> {
    Ok((entity::user(row)?, sql::get(row, "location_code")?))
}

const MET: &str = "l.code AS location_code FROM directory_users u JOIN directory_locations l ON l.id = u.location_id";

#[async_trait]
impl UserRepository for SeaUserRepository {
    async fn list(&self, filter: &UserFilter, page: Page) -> Result<Window<Met>, StorageError> {
        let (conditions, values) = conditions(filter);
        let count = &format!("SELECT COUNT(*) FROM directory_users u WHERE {conditions}");
        let (limit, offset) = (values.len() + 1, values.len() + 2);
        let select = &format!(
            "SELECT {USER}, {MET} WHERE {conditions} ORDER BY {} LIMIT ${limit} OFFSET ${offset}",
            order(filter.sort)
        );
        let values = &values;
        self.database
            .read(|connection| async move {
                let total = sql::count(connection, count, values.clone()).await?;
                let window = [
                    Value::from(i64::from(page.size())),
                    page.offset().cast_signed().into(),
                ];
                let values: Vec<_> = values.iter().cloned().chain(window).collect();
                let rows = sql::query(connection, select, values).await?;
                let users: Result<Vec<_>, _> = rows.iter().map(met).collect();
                Ok((users?, total))
            })
            .await
    }

    async fn find(&self, id: &UserId) -> Result<Option<Met>, StorageError> {
        let select = &format!("SELECT {USER}, {MET} WHERE u.id = $1");
        self.database
            .read(|connection| async move {
                let row = sql::first(connection, select, [id.as_str().into()]).await?;
                row.as_ref().map(met).transpose()
            })
            .await
    }

    async fn insert(&self, user: &DirectoryUser) -> Result<UserWrite, StorageError> {
        let insert = "INSERT INTO directory_users (first_revision, revision, id, email, email_key, name, phone, role, company, status, \
                      search, fingerprint, updated_at, created_at, location_id, source, remote_id) \
                      VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
        let mut values = values(user);
        values.extend([
            at(user.created_at),
            user.location_id.get().into(),
            user.source.as_str().into(),
            user.remote_id.clone().into(),
        ]);
        self.change(user.location_id, insert, values).await
    }

    async fn save(
        &self,
        before: &DirectoryUser,
        user: &DirectoryUser,
    ) -> Result<UserWrite, StorageError> {
        let update = "UPDATE directory_users SET revision = $1, email = $3, email_key = $4, name = $5, phone = $6, \
                      role = $7, company = $8, status = $9, search = $10, fingerprint = $11, updated_at = $12 \
                      WHERE id = $2 AND fingerprint = $13";
        let mut values = values(user);
        values.push(before.fingerprint().into());
        self.change(user.location_id, update, values).await
    }

    async fn delete(&self, id: &UserId) -> Result<Removed, StorageError> {
        let id = id.as_str();
        self.database
            .write(|transaction| async move {
                let select = "SELECT location_id FROM directory_users WHERE id = $1";
                let Some(row) = sql::first(&*transaction, select, [id.into()]).await? else {
                    return Ok::<_, StorageError>(Removed::Missing);
                };
                advance(&*transaction, sql::get(&row, "location_id")?).await?;
                let delete = "DELETE FROM directory_users WHERE id = $1 AND status = 'inactive'";
                let deleted = sql::execute(&*transaction, delete, [id.into()]).await?;
                Ok(if deleted == 0 {
                    Removed::Refused
                } else {
                    Removed::Done
                })
            })
            .await
    }

    async fn revision(&self, location: LocationId) -> Result<i64, StorageError> {
        let select = "SELECT users_revision FROM directory_locations WHERE id = $1";
        let revision = self.database.read(|connection| async move {
            let revision = sql::count(connection, select, [location.get().into()]).await?;
            Ok::<_, StorageError>(revision)
        });
        Ok(revision.await?.cast_signed())
    }

    async fn roster(&self, location: LocationId) -> Result<Roster, StorageError> {
        roster::read(&self.database, location).await
    }

    async fn list_by_email(
        &self,
        location: LocationId,
        email_keys: &[String],
    ) -> Result<Vec<DirectoryUser>, StorageError> {
        let backend = self.database.backend();
        let is_given = table::any(backend, "u.email_key", 2);
        let select = &format!(
            "SELECT {USER} FROM directory_users u WHERE u.location_id = $1 AND {is_given} ORDER BY u.email_key"
        );
        let keys = table::list(backend, email_keys.iter().map(String::as_str));
        let values = &[location.get().into(), keys];
        self.database
            .read(|connection| async move {
                let rows: Result<_, DbErr> = sql::query(connection, select, values.clone()).await;
                rows?.iter().map(entity::user).collect()
            })
            .await
    }
}
