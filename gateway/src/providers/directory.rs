use std::sync::Arc;

use accounts::{Account, AccountRepository, RepositoryError};
use async_trait::async_trait;
use auth::{AccountId, Role};
use bookings_sync::{Directory, DirectoryError, PartnerAccount};

use super::partner_account;

/// Bookings need to know who people are; accounts know.
pub(crate) struct AccountDirectory(Arc<dyn AccountRepository>);

impl AccountDirectory {
    /// Knows whom `accounts` knows.
    pub(crate) fn new(accounts: Arc<dyn AccountRepository>) -> Self {
        Self(accounts)
    }

    async fn find(&self, id: &AccountId, role: Role) -> Result<Option<Account>, DirectoryError> {
        let profile = self.0.find(id).await.map_err(|error| DirectoryError {
            is_unavailable: matches!(&error, RepositoryError::Storage(storage) if storage.is_unavailable()),
            source: Box::new(error),
        })?;
        Ok(profile
            .map(|profile| profile.account)
            .filter(|account| account.role == role))
    }
}

#[async_trait]
impl Directory for AccountDirectory {
    async fn is_customer(&self, id: &AccountId) -> Result<bool, DirectoryError> {
        Ok(self.find(id, Role::Customer).await?.is_some())
    }

    async fn find_partner(&self, id: &AccountId) -> Result<Option<PartnerAccount>, DirectoryError> {
        Ok(self
            .find(id, Role::Partner)
            .await?
            .as_ref()
            .map(partner_account))
    }
}
