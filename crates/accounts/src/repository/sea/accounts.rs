use async_trait::async_trait;
use auth::{AccountId, Role};
use database::{Backend, Database, StorageError};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Func, SimpleExpr},
};
use validation::{Email, Page};

use super::{models, profile_of, refused};
use crate::{
    model::{Account, AccountFilter, AccountUpdate, PasswordHash, Profile, RefreshToken},
    repository::{
        AccountRepository, RepositoryError,
        entity::{account, refresh_token},
    },
};

/// Accounts in the database.
#[derive(Clone, Debug)]
pub struct SeaAccountRepository(Database);

impl SeaAccountRepository {
    /// Accounts in `database`.
    pub fn new(database: Database) -> Self {
        Self(database)
    }

    async fn row(&self, id: &AccountId) -> Result<Option<account::Model>, StorageError> {
        self.0
            .read(|c| async move {
                account::Entity::find_by_id(id.as_str())
                    .one(c)
                    .await
                    .map_err(StorageError::from)
            })
            .await
    }

    fn passing(&self, filter: &AccountFilter) -> Condition {
        let role = filter
            .role
            .map(|role| account::Column::Role.eq(role.as_str()));
        let search = filter.search.as_ref().map(|text| {
            Condition::any()
                .add(self.contains(account::Column::EmailKey, &text.as_str().to_lowercase()))
                .add(self.contains(account::Column::Name, text.as_str()))
                .add(self.contains(account::Column::Id, text.as_str()))
        });
        Condition::all().add_option(role).add_option(search)
    }

    /// Not `LIKE`: no character of `text` means anything.
    fn contains(&self, column: account::Column, text: &str) -> SimpleExpr {
        let position = match self.0.backend() {
            Backend::Sqlite => "instr",
            Backend::Postgres => "strpos",
        };
        let (all, part) = (Func::lower(Expr::col(column)), Func::lower(Expr::val(text)));
        Expr::expr(Func::cust(position).arg(all).arg(part)).gt(0)
    }
}

#[async_trait]
impl AccountRepository for SeaAccountRepository {
    async fn find(&self, id: &AccountId) -> Result<Option<Profile>, RepositoryError> {
        self.0
            .read(|connection| async move {
                let row = account::Entity::find_by_id(id.as_str())
                    .one(connection)
                    .await
                    .map_err(StorageError::from)?;
                let Some(row) = row else { return Ok(None) };
                Ok(Some(profile_of(connection, row.try_into()?).await?))
            })
            .await
    }

    async fn find_for_login(
        &self,
        email: &Email,
    ) -> Result<Option<(Account, PasswordHash)>, RepositoryError> {
        let key = &email.key();
        let row = self
            .0
            .read(|connection| async move {
                let row = account::Entity::find()
                    .filter(account::Column::EmailKey.eq(key))
                    .one(connection)
                    .await;
                row.map_err(StorageError::from)
            })
            .await?;
        let Some(row) = row else { return Ok(None) };
        let hash = PasswordHash::from_stored(row.password_hash.as_str());
        Ok(Some((row.try_into()?, hash)))
    }

    async fn list(
        &self,
        filter: &AccountFilter,
        page: Page,
    ) -> Result<(Vec<Account>, u64), RepositoryError> {
        let (rows, total) = self
            .0
            .read(|connection| async move {
                let passing = account::Entity::find().filter(self.passing(filter));
                let total = passing.clone().count(connection).await?;
                let rows = passing
                    .order_by_desc(account::Column::CreatedAt)
                    .order_by_desc(account::Column::Id)
                    .offset(page.offset())
                    .limit(u64::from(page.size()))
                    .all(connection)
                    .await?;
                Ok::<_, StorageError>((rows, total))
            })
            .await?;
        Ok((models(rows)?, total))
    }

    async fn list_partners(
        &self,
        after: Option<AccountId>,
        limit: u64,
    ) -> Result<Vec<Account>, RepositoryError> {
        let after = after.as_ref();
        let rows = self
            .0
            .read(|connection| async move {
                let behind = after.map(|id| account::Column::Id.gt(id.as_str()));
                account::Entity::find()
                    .filter(account::Column::Role.eq(Role::Partner.as_str()))
                    .filter(Condition::all().add_option(behind))
                    .order_by_asc(account::Column::Id)
                    .limit(limit)
                    .all(connection)
                    .await
                    .map_err(StorageError::from)
            })
            .await?;
        Ok(models(rows)?)
    }

    async fn list_disabled(&self) -> Result<Vec<AccountId>, RepositoryError> {
        let ids: Vec<String> = self
            .0
            .read(|connection| async move {
                let disabled = account::Entity::find().filter(account::Column::Disabled.eq(true));
                let ids = disabled.select_only().column(account::Column::Id);
                ids.into_tuple()
                    .all(connection)
                    .await
                    .map_err(StorageError::from)
            })
            .await?;
        let corrupt = |_| StorageError::Corrupt("id of a disabled account".to_owned());
        let ids = ids.iter().map(|id| AccountId::parse(id).map_err(corrupt));
        Ok(ids.collect::<Result<_, _>>()?)
    }

    async fn has_admin(&self) -> Result<bool, RepositoryError> {
        let admins = self
            .0
            .read(|connection| async move {
                let admins =
                    account::Entity::find().filter(account::Column::Role.eq(Role::Admin.as_str()));
                admins
                    .limit(1)
                    .count(connection)
                    .await
                    .map_err(StorageError::from)
            })
            .await?;
        Ok(admins > 0)
    }

    async fn insert(
        &self,
        account: &Account,
        password: &PasswordHash,
        session: Option<RefreshToken>,
    ) -> Result<(), RepositoryError> {
        let session = session.as_ref();
        let outcome = self
            .0
            .write(|tx| async move {
                let tx = &*tx;
                let row = account::Entity::insert(account::ActiveModel::of(account, password));
                row.exec_without_returning(tx)
                    .await
                    .map_err(|e| refused(e, RepositoryError::EmailTaken))?;
                if let Some(session) = session {
                    let row =
                        refresh_token::Entity::insert(refresh_token::ActiveModel::of(session));
                    row.exec_without_returning(tx)
                        .await
                        .map_err(StorageError::from)?;
                }
                Ok(())
            })
            .await;
        match outcome {
            // One of the two keys is taken; the databases do not agree on how they say which.
            Err(RepositoryError::EmailTaken) if self.row(&account.id).await?.is_some() => {
                Err(RepositoryError::IdTaken)
            }
            outcome => outcome,
        }
    }

    async fn update(
        &self,
        id: &AccountId,
        update: &AccountUpdate,
    ) -> Result<Option<Account>, RepositoryError> {
        let rows = self
            .0
            .write(|tx| async move {
                let tx = &*tx;
                let changing =
                    account::Entity::update_many().set(account::ActiveModel::changes(update));
                let changing = changing.filter(account::Column::Id.eq(id.as_str()));
                let rows = changing.exec_with_returning(tx).await?;
                if update.ends_sessions() {
                    let tokens = refresh_token::Entity::delete_many();
                    tokens
                        .filter(refresh_token::Column::AccountId.eq(id.as_str()))
                        .exec(tx)
                        .await?;
                }
                Ok::<_, StorageError>(rows)
            })
            .await?;
        Ok(models(rows)?.pop())
    }
}
