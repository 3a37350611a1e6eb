use async_trait::async_trait;
use auth::AccountId;
use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use sea_orm::{QueryResult, Value};
use validation::Page;

use super::{
    LiveRepository, Online, Window,
    sql::{self, corrupt},
};
use crate::model::{Coordinate, Location};

/// How many rows one statement writes: four parameters each.
const ROWS: usize = 500;

/// Locations and presence in the database.
#[derive(Clone, Debug)]
pub struct SeaLiveRepository(Database);

impl SeaLiveRepository {
    /// Those in `database`.
    pub fn new(database: Database) -> Self {
        Self(database)
    }
}

#[async_trait]
impl LiveRepository for SeaLiveRepository {
    async fn save_locations(
        &self,
        locations: &[(AccountId, Location)],
    ) -> Result<(), StorageError> {
        let mut sorted: Vec<_> = locations.iter().collect();
        // In one order on every node, so that two nodes wait for each other and never in a ring.
        sorted.sort_by(|one, other| one.0.cmp(&other.0));
        for some in sorted.chunks(ROWS) {
            let rows: Vec<_> = (0..some.len())
                .map(|n| n * 4)
                .map(|n| format!("(${}, ${}, ${}, ${})", n + 1, n + 2, n + 3, n + 4))
                .collect();
            let upsert = &format!(
                "INSERT INTO partner_locations (partner_id, latitude, longitude, at) VALUES {} \
                 ON CONFLICT (partner_id) DO UPDATE SET latitude = excluded.latitude, \
                 longitude = excluded.longitude, at = excluded.at WHERE partner_locations.at < excluded.at",
                rows.join(", ")
            );
            let values = &some.iter().flat_map(|(partner, location)| {
                let place = location.place;
                let columns: [Value; 4] = [
                    partner.as_str().into(),
                    place.latitude().into(),
                    place.longitude().into(),
                    location.at.timestamp_millis().into(),
                ];
                columns
            });
            let written = self.0.write(|transaction| async move {
                let written =
                    sql::execute(&*transaction, upsert, values.clone().collect::<Vec<_>>());
                Ok::<_, StorageError>(written.await.map(drop)?)
            });
            written.await?;
        }
        Ok(())
    }

    async fn find_location(&self, partner: &AccountId) -> Result<Option<Location>, StorageError> {
        let select = "SELECT latitude, longitude, at FROM partner_locations WHERE partner_id = $1";
        let read = self.0.read(|connection| async move {
            Ok::<_, StorageError>(sql::query(connection, select, [partner.as_str().into()]).await?)
        });
        let rows = read.await?;
        rows.first().map(location).transpose()
    }

    async fn list_locations(
        &self,
        page: Page,
    ) -> Result<Window<(AccountId, Location)>, StorageError> {
        let count = "SELECT COUNT(*) AS total FROM partner_locations";
        let select = "SELECT partner_id, latitude, longitude, at FROM partner_locations \
            ORDER BY at DESC, partner_id LIMIT $1 OFFSET $2";
        let read = self.0.read(|connection| async move {
            let total = sql::query(connection, count, []).await?;
            let window = [u64::from(page.size()).into(), page.offset().into()];
            let rows = sql::query(connection, select, window).await?;
            Ok::<_, StorageError>((rows, sql::number(&total, "total")?))
        });
        let (rows, total) = read.await?;
        let rows = rows.iter().map(|row| {
            let id: String = row.try_get("", "partner_id")?;
            let id = AccountId::parse(&id).map_err(|_| corrupt("partner_id"))?;
            Ok::<_, StorageError>((id, location(row)?))
        });
        Ok((rows.collect::<Result<_, _>>()?, total))
    }

    async fn report_presence(
        &self,
        node: &str,
        online: Online,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let upsert = "INSERT INTO presence (node_id, customers, partners, seen_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (node_id) DO UPDATE SET customers = excluded.customers, partners = excluded.partners, \
            seen_at = excluded.seen_at";
        let write = self.0.write(|transaction| async move {
            let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
            let values: [Value; 4] = [
                node.into(),
                count(online.customers).into(),
                count(online.partners).into(),
                now.timestamp_millis().into(),
            ];
            Ok::<_, StorageError>(
                sql::execute(&*transaction, upsert, values)
                    .await
                    .map(drop)?,
            )
        });
        write.await
    }

    async fn count_elsewhere(
        &self,
        node: &str,
        since: DateTime<Utc>,
    ) -> Result<Online, StorageError> {
        let select = "SELECT CAST(COALESCE(SUM(customers), 0) AS BIGINT) AS customers, \
            CAST(COALESCE(SUM(partners), 0) AS BIGINT) AS partners FROM presence WHERE node_id <> $1 AND seen_at >= $2";
        let read = self.0.read(|connection| async move {
            let values = [node.into(), since.timestamp_millis().into()];
            Ok::<_, StorageError>(sql::query(connection, select, values).await?)
        });
        let rows = read.await?;
        Ok(Online {
            customers: sql::number(&rows, "customers")?,
            partners: sql::number(&rows, "partners")?,
        })
    }

    async fn forget_presence(&self, node: &str) -> Result<(), StorageError> {
        let delete = "DELETE FROM presence WHERE node_id = $1";
        let write = self.0.write(|transaction| async move {
            let deleted = sql::execute(&*transaction, delete, [node.into()]).await;
            Ok::<_, StorageError>(deleted.map(drop)?)
        });
        write.await
    }
}

fn location(row: &QueryResult) -> Result<Location, StorageError> {
    let place = Coordinate::new(row.try_get("", "latitude")?, row.try_get("", "longitude")?);
    Ok(Location {
        place: place.map_err(|_| corrupt("latitude"))?,
        at: sql::moment(row, "at")?,
    })
}
