use std::sync::Arc;

use accounts::{AccountRepository, RepositoryError};
use api_error::ApiError;
use async_trait::async_trait;
use auth::{AccountId, Role};
use realtime::People;

/// Real time needs to know who somebody is; accounts know.
pub(crate) struct AccountPeople(Arc<dyn AccountRepository>);

impl AccountPeople {
    /// Knows whom `accounts` knows.
    pub(crate) fn new(accounts: Arc<dyn AccountRepository>) -> Self {
        Self(accounts)
    }
}

#[async_trait]
impl People for AccountPeople {
    async fn role_of(&self, id: &AccountId) -> Result<Option<Role>, ApiError> {
        let profile = self.0.find(id).await.map_err(refused)?;
        let account = profile.map(|profile| profile.account);
        Ok(account
            .filter(|account| !account.disabled)
            .map(|account| account.role))
    }

    async fn list_disabled(&self) -> Result<Vec<AccountId>, ApiError> {
        self.0.list_disabled().await.map_err(refused)
    }
}

/// How accounts that cannot be asked look to whoever asks.
pub(super) fn refused(error: RepositoryError) -> ApiError {
    if matches!(&error, RepositoryError::Storage(storage) if storage.is_unavailable()) {
        ApiError::unavailable(error)
    } else {
        ApiError::internal(error)
    }
}
