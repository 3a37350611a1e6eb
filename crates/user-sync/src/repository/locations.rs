use async_trait::async_trait;
use chrono::{DateTime, Utc};
use database::{Database, StorageError, is_unique_violation};
use sea_orm::Value;

use super::{
    LocationRepository, NewRun, Page, Removed, Saved, Window,
    entity::{self, LOCATION},
    runs,
    sql::{self, at, maybe_at},
};
use crate::model::{LocationId, SyncLocation};

/// Locations in a database.
#[derive(Clone, Debug)]
pub struct SeaLocationRepository {
    database: Database,
}

impl SeaLocationRepository {
    /// Those in `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    async fn select(
        &self,
        rest: &str,
        values: Vec<Value>,
    ) -> Result<Vec<SyncLocation>, StorageError> {
        let select = &format!("SELECT {LOCATION} FROM directory_locations {rest}");
        let values = &values;
        self.database
            .read(|connection| async move {
                let rows = sql::query(connection, select, values.clone()).await?;
                rows.iter().map(entity::location).collect()
            })
            .await
    }

    async fn update(&self, set: &str, values: Vec<Value>) -> Result<Saved, StorageError> {
        let update = &format!("UPDATE directory_locations SET {set} WHERE id = $1");
        let values = &values;
        self.database
            .write(|transaction| async move {
                let found = sql::execute(&*transaction, update, values.clone()).await?;
                Ok(if found == 0 {
                    Saved::Missing
                } else {
                    Saved::Done
                })
            })
            .await
    }
}

/// The two sealed texts, or nothing.
fn sealed(location: &SyncLocation) -> [Value; 2] {
    let (email, password) = location.sealed.clone().unzip();
    [email.into(), password.into()]
}

#[async_trait]
impl LocationRepository for SeaLocationRepository {
    async fn list(&self, page: Page) -> Result<Window<SyncLocation>, StorageError> {
        let count = "SELECT COUNT(*) FROM directory_locations";
        let total = self
            .database
            .read(|connection| async move {
                Ok::<_, StorageError>(sql::count(connection, count, []).await?)
            })
            .await?;
        let window = vec![
            i64::from(page.size()).into(),
            page.offset().cast_signed().into(),
        ];
        let locations = self.select("ORDER BY id LIMIT $1 OFFSET $2", window);
        Ok((locations.await?, total))
    }

    async fn all(&self) -> Result<Vec<SyncLocation>, StorageError> {
        self.select("ORDER BY id", Vec::new()).await
    }

    async fn find(&self, id: LocationId) -> Result<Option<SyncLocation>, StorageError> {
        let found = self.select("WHERE id = $1", vec![id.get().into()]).await?;
        Ok(found.into_iter().next())
    }

    async fn next_id(&self) -> Result<i64, StorageError> {
        let next = "SELECT COALESCE(MAX(id), 0) + 1 FROM directory_locations";
        let next = self.database.read(|connection| async move {
            Ok::<_, StorageError>(sql::count(connection, next, []).await?)
        });
        Ok(next.await?.cast_signed())
    }

    async fn insert(&self, location: &SyncLocation) -> Result<Saved, StorageError> {
        let insert = "INSERT INTO directory_locations (id, code, name, online_url, email_sealed, password_sealed, \
                      created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let [email, password] = sealed(location);
        let values = &[
            location.id.get().into(),
            location.code.as_str().into(),
            location.name.as_str().into(),
            location.online_url.as_str().into(),
            email,
            password,
            at(location.created_at),
            at(location.updated_at),
        ];
        let inserted = self.database.write(|transaction| async move {
            match sql::execute(&*transaction, insert, values.clone()).await {
                Err(error) if is_unique_violation(&error) => Err(Collision::Taken),
                outcome => Ok(outcome.map(drop).map_err(StorageError::from)?),
            }
        });
        match inserted.await {
            Ok(()) => Ok(Saved::Done),
            Err(Collision::Taken) => Ok(Saved::Taken),
            Err(Collision::Storage(error)) => Err(error),
        }
    }

    async fn save(&self, location: &SyncLocation) -> Result<Saved, StorageError> {
        let [email, password] = sealed(location);
        let values = vec![
            location.id.get().into(),
            location.code.as_str().into(),
            location.name.as_str().into(),
            location.online_url.as_str().into(),
            email,
            password,
            at(location.updated_at),
        ];
        let set = "code = $2, name = $3, online_url = $4, email_sealed = $5, password_sealed = $6, updated_at = $7";
        self.update(set, values).await
    }

    async fn save_schedule(&self, location: &SyncLocation) -> Result<Saved, StorageError> {
        let (cron, timezone) = location.schedule.clone().unzip();
        let values = vec![
            location.id.get().into(),
            cron.into(),
            timezone.into(),
            maybe_at(location.next_run),
            at(location.updated_at),
        ];
        let set = "cron = $2, timezone = $3, next_run = $4, updated_at = $5";
        self.update(set, values).await
    }

    async fn delete(&self, id: LocationId) -> Result<Removed, StorageError> {
        let id = id.get();
        let backend = self.database.backend();
        self.database
            .write(|transaction| async move {
                let lock = sql::for_update(backend);
                let select = format!("SELECT id FROM directory_locations WHERE id = $1{lock}");
                if sql::first(&*transaction, &select, [id.into()])
                    .await?
                    .is_none()
                {
                    return Ok::<_, StorageError>(Removed::Missing);
                }
                let users = "SELECT COUNT(*) FROM directory_users WHERE location_id = $1";
                if sql::count(&*transaction, users, [id.into()]).await? > 0 {
                    return Ok(Removed::Refused);
                }
                for delete in [
                    "DELETE FROM user_sync_plans WHERE location_id = $1 AND run_id IS NULL",
                    "DELETE FROM directory_locations WHERE id = $1",
                ] {
                    sql::execute(&*transaction, delete, [id.into()]).await?;
                }
                Ok(Removed::Done)
            })
            .await
    }

    async fn list_due(&self, now: DateTime<Utc>) -> Result<Vec<SyncLocation>, StorageError> {
        self.select("WHERE next_run <= $1 ORDER BY next_run, id", vec![at(now)])
            .await
    }

    async fn claim(
        &self,
        location: &SyncLocation,
        next: Option<DateTime<Utc>>,
        run: &NewRun,
    ) -> Result<bool, StorageError> {
        let values = &[
            location.id.get().into(),
            maybe_at(location.next_run),
            maybe_at(next),
        ];
        let update = "UPDATE directory_locations SET next_run = $3 WHERE id = $1 AND next_run = $2";
        self.database
            .write(|transaction| async move {
                if sql::execute(&*transaction, update, values.clone()).await? == 0 {
                    return Ok::<_, StorageError>(false);
                }
                runs::insert(&*transaction, run, None).await?;
                Ok(true)
            })
            .await
    }
}

/// Why a location could not be inserted.
#[derive(Debug, thiserror::Error)]
pub(super) enum Collision {
    #[error("the key is taken")]
    Taken,
    #[error(transparent)]
    Storage(#[from] StorageError),
}
