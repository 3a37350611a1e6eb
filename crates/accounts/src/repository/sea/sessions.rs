use async_trait::async_trait;
use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{LockBehavior, LockType},
};

use super::{lock_account, profile_of};
use crate::{
    model::{FamilyId, PasswordHash, Presented, Profile, RefreshToken, Renewal, SecretHash},
    repository::{
        Renewed, RepositoryError, SessionRepository,
        entity::{account, refresh_token},
    },
};

/// Expired tokens that a sign-in takes away at most: more than it adds, so that they do not pile up.
const TAKEN_AWAY: u64 = 100;

/// Refresh tokens in the database.
#[derive(Clone, Debug)]
pub struct SeaSessionRepository(Database);

impl SeaSessionRepository {
    /// Refresh tokens in `database`.
    pub fn new(database: Database) -> Self {
        Self(database)
    }
}

#[async_trait]
impl SessionRepository for SeaSessionRepository {
    async fn begin(
        &self,
        token: &RefreshToken,
        password: &PasswordHash,
    ) -> Result<Option<Profile>, RepositoryError> {
        self.0
            .write(|tx| async move {
                let tx = &*tx;
                let account = lock_account(tx, token.account.as_str()).await?;
                let Some(account) =
                    account.filter(|a| !a.disabled && a.password_hash == password.as_str())
                else {
                    return Ok(None);
                };
                take_away_expired(tx, token.created_at)
                    .await
                    .map_err(StorageError::from)?;
                insert(tx, token).await?;
                Ok(Some(profile_of(tx, account.try_into()?).await?))
            })
            .await
    }

    async fn renew(
        &self,
        presented: &SecretHash,
        renewal: &Renewal,
    ) -> Result<Renewed, RepositoryError> {
        self.0
            .write(|tx| async move {
                let tx = &*tx;
                let Some((account, token)) = find_locked(tx, presented).await? else {
                    return Ok(Renewed::No);
                };
                match token.presented(renewal.at) {
                    Presented::Used => {
                        end_family(tx, &token.family).await?;
                        Ok(Renewed::Reused(token.account))
                    }
                    Presented::Fresh if !account.disabled => {
                        mark_used(tx, presented, renewal.at).await?;
                        take_away_expired(tx, renewal.at)
                            .await
                            .map_err(StorageError::from)?;
                        insert(tx, &token.next(renewal)).await?;
                        Ok(Renewed::Yes(profile_of(tx, account.try_into()?).await?))
                    }
                    Presented::Fresh | Presented::Expired => Ok(Renewed::No),
                }
            })
            .await
    }

    async fn end(&self, presented: &SecretHash) -> Result<(), RepositoryError> {
        self.0
            .write(|tx| async move {
                if let Some((_, token)) = find_locked(&tx, presented).await? {
                    end_family(&tx, &token.family).await?;
                }
                Ok(())
            })
            .await
    }
}

/// The token, as it is once its account is locked, and the account.
async fn find_locked(
    tx: &DatabaseTransaction,
    hash: &SecretHash,
) -> Result<Option<(account::Model, RefreshToken)>, StorageError> {
    let find = || refresh_token::Entity::find_by_id(hash.as_str()).one(tx);
    let Some(token) = find().await? else {
        return Ok(None);
    };
    let Some(account) = lock_account(tx, &token.account_id).await? else {
        return Ok(None);
    };
    let token = find().await?.map(RefreshToken::try_from).transpose()?;
    Ok(token.map(|token| (account, token)))
}

async fn insert(tx: &DatabaseTransaction, token: &RefreshToken) -> Result<(), StorageError> {
    refresh_token::Entity::insert(refresh_token::ActiveModel::of(token))
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

async fn mark_used(
    tx: &DatabaseTransaction,
    hash: &SecretHash,
    at: DateTime<Utc>,
) -> Result<(), StorageError> {
    let used = refresh_token::ActiveModel {
        used_at: Set(Some(at.timestamp_millis())),
        ..Default::default()
    };
    let rows = refresh_token::Entity::update_many().set(used);
    rows.filter(refresh_token::Column::Hash.eq(hash.as_str()))
        .exec(tx)
        .await?;
    Ok(())
}

async fn end_family(tx: &DatabaseTransaction, family: &FamilyId) -> Result<(), StorageError> {
    let rows = refresh_token::Entity::delete_many();
    rows.filter(refresh_token::Column::FamilyId.eq(family.as_str()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Leaves those to others that somebody else is taking away.
async fn take_away_expired(tx: &DatabaseTransaction, now: DateTime<Utc>) -> Result<(), DbErr> {
    let expired = refresh_token::Entity::find()
        .select_only()
        .column(refresh_token::Column::Hash)
        .filter(refresh_token::Column::ExpiresAt.lte(now.timestamp_millis()))
        .order_by_asc(refresh_token::Column::ExpiresAt)
        .limit(TAKEN_AWAY)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query();
    let rows = refresh_token::Entity::delete_many();
    rows.filter(refresh_token::Column::Hash.in_subquery(expired))
        .exec(tx)
        .await?;
    Ok(())
}
