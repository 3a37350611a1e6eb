use async_trait::async_trait;
use auth::{AccountId, OrganizationId};
use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use validation::Page;

use super::{models, refused, require_organization};
use crate::{
    model::{Account, Member, MemberRole, Organization, Who},
    repository::{
        OrganizationRepository, RepositoryError,
        entity::{account, member, organization},
    },
};

/// Organizations and members in the database.
#[derive(Clone, Debug)]
pub struct SeaOrganizationRepository(Database);

impl SeaOrganizationRepository {
    /// Organizations and members in `database`.
    pub fn new(database: Database) -> Self {
        Self(database)
    }
}

#[async_trait]
impl OrganizationRepository for SeaOrganizationRepository {
    async fn list(&self, page: Page) -> Result<(Vec<Organization>, u64), RepositoryError> {
        let (rows, total) = self
            .0
            .read(|connection| async move {
                let total = organization::Entity::find().count(connection).await?;
                let rows = organization::Entity::find()
                    .order_by_asc(organization::Column::CreatedAt)
                    .order_by_asc(organization::Column::Id)
                    .offset(page.offset())
                    .limit(u64::from(page.size()))
                    .all(connection)
                    .await?;
                Ok::<_, StorageError>((rows, total))
            })
            .await?;
        Ok((models(rows)?, total))
    }

    async fn insert(&self, organization: &Organization) -> Result<(), RepositoryError> {
        self.0
            .write(|tx| async move {
                let tx = &*tx;
                let row = organization::Entity::insert(organization::ActiveModel::of(organization));
                row.exec_without_returning(tx)
                    .await
                    .map_err(|e| refused(e, RepositoryError::IdTaken))?;
                Ok(())
            })
            .await
    }

    async fn list_members(
        &self,
        id: &OrganizationId,
        page: Page,
    ) -> Result<(Vec<Member>, u64), RepositoryError> {
        let (rows, total) = self
            .0
            .read(|connection| async move {
                require_organization(connection, id).await?;
                let members =
                    member::Entity::find().filter(member::Column::OrganizationId.eq(id.as_str()));
                let total = members
                    .clone()
                    .count(connection)
                    .await
                    .map_err(StorageError::from)?;
                let rows = members
                    .find_also_related(account::Entity)
                    .order_by_asc(member::Column::CreatedAt)
                    .order_by_asc(member::Column::AccountId)
                    .offset(page.offset())
                    .limit(u64::from(page.size()))
                    .all(connection)
                    .await
                    .map_err(StorageError::from)?;
                Ok::<_, RepositoryError>((rows, total))
            })
            .await?;
        let known = rows
            .into_iter()
            .filter_map(|(member, account)| Some((member, account?)));
        Ok((models(known.collect())?, total))
    }

    async fn insert_member(
        &self,
        id: &OrganizationId,
        who: &Who,
        role: MemberRole,
        at: DateTime<Utc>,
    ) -> Result<Member, RepositoryError> {
        self.0
            .write(|tx| async move {
                let tx = &*tx;
                require_organization(tx, id).await?;
                let account = find_account(tx, who)
                    .await?
                    .ok_or(RepositoryError::UnknownAccount)?;
                let row = member::Entity::insert(member::ActiveModel::of(id, &account, role, at));
                row.exec_without_returning(tx)
                    .await
                    .map_err(|e| refused(e, RepositoryError::AlreadyMember))?;
                let Account {
                    id: account,
                    email,
                    name,
                    role: account_role,
                    ..
                } = account;
                Ok(Member {
                    account,
                    email,
                    name,
                    account_role,
                    role,
                    created_at: at,
                })
            })
            .await
    }

    async fn delete_member(
        &self,
        id: &OrganizationId,
        account: &AccountId,
    ) -> Result<bool, RepositoryError> {
        self.0
            .write(|tx| async move {
                let tx = &*tx;
                require_organization(tx, id).await?;
                let key = (id.to_string(), account.to_string());
                let gone = member::Entity::delete_by_id(key)
                    .exec(tx)
                    .await
                    .map_err(StorageError::from)?;
                Ok(gone.rows_affected > 0)
            })
            .await
    }
}

async fn find_account<C: ConnectionTrait>(
    connection: &C,
    who: &Who,
) -> Result<Option<Account>, StorageError> {
    let found = match who {
        Who::Id(id) => account::Entity::find_by_id(id.as_str()),
        Who::Email(email) => {
            account::Entity::find().filter(account::Column::EmailKey.eq(email.key()))
        }
    };
    found
        .one(connection)
        .await?
        .map(Account::try_from)
        .transpose()
}
