use auth::{AccountId, Actor, Role};
use validation::Page;

use super::{Accounts, noticed};
use crate::{
    error::AccountsError,
    model::{Account, AccountChange, AccountFilter, AccountUpdate, NewAccount, Registration, Who},
};

/// Partners that are handed over at a time.
const PARTNERS_AT_A_TIME: u64 = 500;

impl Accounts {
    /// Opens an account. [`AccountsError::EmailTaken`], [`AccountsError::IdTaken`].
    pub async fn create_account(&self, new: NewAccount) -> Result<Account, AccountsError> {
        let (account, hash) = self.prepare(new).await?;
        self.store(&account, &hash, None).await?;
        Ok(account)
    }

    /// Changes an account on behalf of the admin `by`. Disabling it and a new password end its sessions.
    ///
    /// [`AccountsError::AccountNotFound`], [`AccountsError::OwnAccount`].
    pub async fn change_account(
        &self,
        id: &AccountId,
        change: AccountChange,
        by: &Actor,
    ) -> Result<Account, AccountsError> {
        if change.disabled == Some(true) && id.as_str() == by.id {
            return Err(AccountsError::OwnAccount);
        }
        let not_found = || AccountsError::AccountNotFound(Who::Id(id.clone()));
        if change.is_empty() {
            return self.find_account(id).await?.ok_or_else(not_found);
        }
        let password = match change.password {
            Some(password) => Some(self.0.passwords.hash(password).await?),
            None => None,
        };
        let update = AccountUpdate {
            name: change.name,
            disabled: change.disabled,
            password,
            at: self.0.clock.now(),
        };
        let account = self
            .0
            .accounts
            .update(id, &update)
            .await?
            .ok_or_else(not_found)?;
        if update.is_visible() {
            noticed(&account, self.0.newcomers.account_changed(&account).await);
        }
        Ok(account)
    }

    /// A window of the accounts that pass `filter`, the latest first, and how many pass.
    pub async fn list_accounts(
        &self,
        filter: &AccountFilter,
        page: Page,
    ) -> Result<(Vec<Account>, u64), AccountsError> {
        Ok(self.0.accounts.list(filter, page).await?)
    }

    /// An account; `None` if there is none.
    pub async fn find_account(&self, id: &AccountId) -> Result<Option<Account>, AccountsError> {
        Ok(self
            .0
            .accounts
            .find(id)
            .await?
            .map(|profile| profile.account))
    }

    /// The partners in the order of their ids, from behind `after`, 500 at most: none is the end.
    pub async fn list_partner_accounts(
        &self,
        after: Option<&AccountId>,
    ) -> Result<Vec<Account>, AccountsError> {
        Ok(self
            .0
            .accounts
            .list_partners(after.cloned(), PARTNERS_AT_A_TIME)
            .await?)
    }

    /// Opens the account of an admin. [`AccountsError::EmailTaken`].
    pub async fn create_admin(&self, admin: Registration) -> Result<Account, AccountsError> {
        self.create_account(admin.as_role(Role::Admin)).await
    }

    /// Opens the account of the first admin; `None`, and nothing done, where there is an admin.
    ///
    /// [`AccountsError::EmailTaken`] by somebody who is no admin.
    pub async fn ensure_first_admin(
        &self,
        admin: Registration,
    ) -> Result<Option<Account>, AccountsError> {
        if self.0.accounts.has_admin().await? {
            return Ok(None);
        }
        match self.create_admin(admin).await {
            // Another node was faster.
            Err(AccountsError::EmailTaken) if self.0.accounts.has_admin().await? => Ok(None),
            outcome => outcome.map(Some),
        }
    }
}
