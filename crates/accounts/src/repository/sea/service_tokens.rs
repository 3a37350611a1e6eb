use async_trait::async_trait;
use database::{Database, StorageError};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use validation::Page;

use super::{models, refused, require_organization};
use crate::{
    model::{SecretHash, ServiceToken, ServiceTokenId},
    repository::{RepositoryError, ServiceTokenRepository, entity::service_token},
};

/// Service tokens in the database.
#[derive(Clone, Debug)]
pub struct SeaServiceTokenRepository(Database);

impl SeaServiceTokenRepository {
    /// Service tokens in `database`.
    pub fn new(database: Database) -> Self {
        Self(database)
    }
}

#[async_trait]
impl ServiceTokenRepository for SeaServiceTokenRepository {
    async fn find_by_hash(
        &self,
        hash: &SecretHash,
    ) -> Result<Option<ServiceToken>, RepositoryError> {
        let row = self
            .0
            .read(|connection| async move {
                let tokens = service_token::Entity::find()
                    .filter(service_token::Column::Hash.eq(hash.as_str()));
                tokens.one(connection).await.map_err(StorageError::from)
            })
            .await?;
        Ok(row.map(ServiceToken::try_from).transpose()?)
    }

    async fn list(&self, page: Page) -> Result<(Vec<ServiceToken>, u64), RepositoryError> {
        let (rows, total) = self
            .0
            .read(|connection| async move {
                let total = service_token::Entity::find().count(connection).await?;
                let rows = service_token::Entity::find()
                    .order_by_desc(service_token::Column::CreatedAt)
                    .order_by_desc(service_token::Column::Id)
                    .offset(page.offset())
                    .limit(u64::from(page.size()))
                    .all(connection)
                    .await?;
                Ok::<_, StorageError>((rows, total))
            })
            .await?;
        Ok((models(rows)?, total))
    }

    async fn insert(&self, token: &ServiceToken, hash: &SecretHash) -> Result<(), RepositoryError> {
        self.0
            .write(|tx| async move {
                let tx = &*tx;
                if let Some(organization) = &token.organization {
                    require_organization(tx, organization).await?;
                }
                let row =
                    service_token::Entity::insert(service_token::ActiveModel::of(token, hash));
                row.exec_without_returning(tx)
                    .await
                    .map_err(|e| refused(e, RepositoryError::IdTaken))?;
                Ok(())
            })
            .await
    }

    async fn delete(&self, id: &ServiceTokenId) -> Result<bool, RepositoryError> {
        self.0
            .write(|tx| async move {
                let tx = &*tx;
                let gone = service_token::Entity::delete_by_id(id.as_str())
                    .exec(tx)
                    .await;
                Ok(gone.map_err(StorageError::from)?.rows_affected > 0)
            })
            .await
    }
}
