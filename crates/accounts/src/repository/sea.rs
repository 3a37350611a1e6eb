//! The repositories, on either database.

mod accounts;
mod organizations;
mod service_tokens;
mod sessions;

use auth::{AccountId, OrganizationId};
use database::{StorageError, is_unique_violation};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, sea_query::LockType,
};

use super::{
    RepositoryError,
    entity::{account, member, organization},
};
use crate::model::{Account, Organization, Profile};

pub use accounts::SeaAccountRepository;
pub use organizations::SeaOrganizationRepository;
pub use service_tokens::SeaServiceTokenRepository;
pub use sessions::SeaSessionRepository;

/// A failed insert, where a key that is taken means `taken`.
fn refused(error: DbErr, taken: RepositoryError) -> RepositoryError {
    if is_unique_violation(&error) {
        taken
    } else {
        StorageError::from(error).into()
    }
}

/// Rows as models.
fn models<R, M: TryFrom<R, Error = StorageError>>(rows: Vec<R>) -> Result<Vec<M>, StorageError> {
    rows.into_iter().map(M::try_from).collect()
}

/// Reads an account and keeps every other change of its sessions waiting until this transaction ends.
async fn lock_account(
    tx: &DatabaseTransaction,
    id: &str,
) -> Result<Option<account::Model>, StorageError> {
    let row = account::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    Ok(row)
}

async fn profile_of<C: ConnectionTrait>(
    connection: &C,
    account: Account,
) -> Result<Profile, StorageError> {
    let organizations = organizations_of(connection, &account.id).await?;
    Ok(Profile {
        account,
        organizations,
    })
}

async fn organizations_of<C: ConnectionTrait>(
    connection: &C,
    account: &AccountId,
) -> Result<Vec<Organization>, StorageError> {
    let memberships = member::Entity::find()
        .select_only()
        .column(member::Column::OrganizationId)
        .filter(member::Column::AccountId.eq(account.as_str()))
        .into_query();
    let rows = organization::Entity::find()
        .filter(organization::Column::Id.in_subquery(memberships))
        .order_by_asc(organization::Column::Name)
        .order_by_asc(organization::Column::Id)
        .all(connection)
        .await?;
    models(rows)
}

/// [`RepositoryError::UnknownOrganization`] where there is none.
async fn require_organization<C: ConnectionTrait>(
    connection: &C,
    id: &OrganizationId,
) -> Result<(), RepositoryError> {
    let found = organization::Entity::find_by_id(id.as_str())
        .one(connection)
        .await
        .map_err(StorageError::from)?;
    found
        .map(|_| ())
        .ok_or(RepositoryError::UnknownOrganization)
}
