use std::error::Error;

use async_trait::async_trait;

use crate::model::Account;

/// Why somebody did not take notice of an account.
#[derive(Debug, thiserror::Error)]
#[error("an account was not taken notice of")]
pub struct NewcomerError(#[source] Box<dyn Error + Send + Sync>);

impl NewcomerError {
    /// Takes the cause, which is logged.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

/// Those who keep something about accounts of their own: the profile of a partner, for one.
///
/// They are told after the account is stored; a failure is logged and fails nothing. Whoever must not miss any account
/// catches up through [`Accounts::list_partner_accounts`](crate::Accounts::list_partner_accounts).
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Newcomers: Send + Sync {
    /// An account was opened.
    async fn account_opened(&self, account: &Account) -> Result<(), NewcomerError>;

    /// An account has another name, was disabled or let in again.
    async fn account_changed(&self, account: &Account) -> Result<(), NewcomerError>;
}
