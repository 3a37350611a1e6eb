use auth::{AccountId, ClientAddress, Role};
use secrecy::SecretString;
use validation::Email;

use super::Accounts;
use crate::{
    error::AccountsError,
    model::{Profile, RefreshSecret, Registration, SignedIn},
    repository::Renewed,
    throttle::Attempt,
};

impl Accounts {
    /// Signs in. Unknown addresses, wrong passwords and disabled accounts get the same answer in the same time.
    ///
    /// [`AccountsError::WrongCredentials`], [`AccountsError::TooManyAttempts`].
    pub async fn login(
        &self,
        email: &Email,
        password: SecretString,
        address: ClientAddress,
    ) -> Result<SignedIn, AccountsError> {
        self.0
            .throttle
            .check(email, address)
            .map_err(AccountsError::TooManyAttempts)?;
        let found = self.0.accounts.find_for_login(email).await?;
        let is_right = self
            .0
            .passwords
            .verify(password, found.as_ref().map(|(_, kept)| kept))
            .await?;
        let admitted = found.filter(|(account, _)| is_right && !account.disabled);
        let attempt = if admitted.is_some() {
            Attempt::Succeeded
        } else {
            Attempt::Failed
        };
        self.0
            .throttle
            .settle(email, address, attempt)
            .map_err(AccountsError::TooManyAttempts)?;

        let (account, kept) = admitted.ok_or(AccountsError::WrongCredentials)?;
        let (secret, token) = self.new_session(&account);
        let profile = self.0.sessions.begin(&token, &kept).await?;
        self.signed_in(profile.ok_or(AccountsError::WrongCredentials)?, secret)
    }

    /// Goes on with a session: the token presented is good no longer, the one in the answer is.
    ///
    /// [`AccountsError::SessionEnded`]; where the token was used before, for all tokens of that sign-in.
    pub async fn refresh(&self, presented: &RefreshSecret) -> Result<SignedIn, AccountsError> {
        let (secret, renewal) = self.renewal();
        match self.0.sessions.renew(&presented.hash(), &renewal).await? {
            Renewed::Yes(profile) => self.signed_in(profile, secret),
            Renewed::No => Err(AccountsError::SessionEnded),
            Renewed::Reused(account) => {
                tracing::warn!(%account, "a refresh token was used twice: its session has ended");
                Err(AccountsError::SessionEnded)
            }
        }
    }

    /// Ends the session that `presented` belongs to, if there is one.
    pub async fn logout(&self, presented: &RefreshSecret) -> Result<(), AccountsError> {
        Ok(self.0.sessions.end(&presented.hash()).await?)
    }

    /// Opens the account of a customer and signs in.
    ///
    /// [`AccountsError::EmailTaken`], [`AccountsError::TooManyAttempts`].
    pub async fn register(
        &self,
        registration: Registration,
        address: ClientAddress,
    ) -> Result<SignedIn, AccountsError> {
        self.register_as(Role::Customer, registration, address)
            .await
    }

    /// Opens the account of a partner and signs in. Errors as of [`Self::register`].
    pub async fn register_partner(
        &self,
        registration: Registration,
        address: ClientAddress,
    ) -> Result<SignedIn, AccountsError> {
        self.register_as(Role::Partner, registration, address).await
    }

    async fn register_as(
        &self,
        role: Role,
        registration: Registration,
        address: ClientAddress,
    ) -> Result<SignedIn, AccountsError> {
        self.0
            .throttle
            .admit_registration(address)
            .map_err(AccountsError::TooManyAttempts)?;
        let (account, hash) = self.prepare(registration.as_role(role)).await?;
        let (secret, token) = self.new_session(&account);
        self.store(&account, &hash, Some(token)).await?;
        self.signed_in(
            Profile {
                account,
                organizations: Vec::new(),
            },
            secret,
        )
    }

    /// An account with its organizations; `None` if there is none.
    pub async fn profile(&self, id: &AccountId) -> Result<Option<Profile>, AccountsError> {
        Ok(self.0.accounts.find(id).await?)
    }
}
