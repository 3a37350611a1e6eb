use auth::Actor;
use validation::Page;

use super::Accounts;
use crate::{
    error::AccountsError,
    model::{NewServiceToken, ServiceSecret, ServiceToken, ServiceTokenId},
    repository::RepositoryError,
};

impl Accounts {
    /// Makes a service token on behalf of `by`. Its secret is told here and never again.
    ///
    /// [`AccountsError::OrganizationNotFound`], [`AccountsError::IdTaken`].
    pub async fn create_service_token(
        &self,
        new: NewServiceToken,
        by: &Actor,
    ) -> Result<(ServiceToken, ServiceSecret), AccountsError> {
        let (token, secret) = (
            new.issue(&by.id, self.0.clock.now()),
            ServiceSecret::generate(),
        );
        match (
            self.0.service_tokens.insert(&token, &secret.hash()).await,
            &token.organization,
        ) {
            (Ok(()), _) => Ok((token, secret)),
            (Err(RepositoryError::UnknownOrganization), Some(id)) => {
                Err(AccountsError::OrganizationNotFound(id.clone()))
            }
            (Err(RepositoryError::IdTaken), _) => Err(AccountsError::IdTaken(token.id.to_string())),
            (Err(error), _) => Err(error.into()),
        }
    }

    /// A window of the service tokens, the latest first, and how many there are.
    pub async fn list_service_tokens(
        &self,
        page: Page,
    ) -> Result<(Vec<ServiceToken>, u64), AccountsError> {
        Ok(self.0.service_tokens.list(page).await?)
    }

    /// Revokes a service token: from now on it gives nobody. [`AccountsError::ServiceTokenNotFound`].
    pub async fn revoke_service_token(&self, id: &ServiceTokenId) -> Result<(), AccountsError> {
        if self.0.service_tokens.delete(id).await? {
            return Ok(());
        }
        Err(AccountsError::ServiceTokenNotFound(id.clone()))
    }
}
