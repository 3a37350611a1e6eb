mod accounts;
mod organizations;
mod service_tokens;
mod sign_in;

use std::sync::Arc;

use chrono::TimeDelta;
use clock::Clock;

use crate::{
    access_tokens::AccessTokens,
    error::AccountsError,
    model::{
        Account, NewAccount, PasswordHash, Profile, RefreshSecret, RefreshToken, Renewal, SignedIn,
    },
    newcomers::{NewcomerError, Newcomers},
    passwords::PasswordHasher,
    repository::{
        AccountRepository, OrganizationRepository, RepositoryError, ServiceTokenRepository,
        SessionRepository,
    },
    throttle::LoginThrottle,
};

/// What [`Accounts`] is made of.
pub struct AccountsParts {
    /// Where accounts are kept.
    pub accounts: Arc<dyn AccountRepository>,
    /// Where refresh tokens are kept.
    pub sessions: Arc<dyn SessionRepository>,
    /// Where service tokens are kept.
    pub service_tokens: Arc<dyn ServiceTokenRepository>,
    /// Where organizations are kept.
    pub organizations: Arc<dyn OrganizationRepository>,
    /// Who is told of new and changed accounts.
    pub newcomers: Arc<dyn Newcomers>,
    /// Hashes and compares passwords.
    pub passwords: PasswordHasher,
    /// Makes and reads access tokens.
    pub access_tokens: AccessTokens,
    /// Makes guessing slow.
    pub throttle: LoginThrottle,
    /// How long a session lasts that is not renewed.
    pub refresh_token_ttl: TimeDelta,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// The use cases: signing in, accounts, service tokens, organizations. Clones share everything.
#[derive(Clone)]
pub struct Accounts(pub(crate) Arc<AccountsParts>);

impl Accounts {
    /// Puts the parts together.
    pub fn new(parts: AccountsParts) -> Self {
        Self(Arc::new(parts))
    }

    /// The account that is to be opened, and what is to be kept of its password.
    async fn prepare(&self, new: NewAccount) -> Result<(Account, PasswordHash), AccountsError> {
        let (account, password) = new.open(self.0.clock.now());
        Ok((account, self.0.passwords.hash(password).await?))
    }

    /// Stores a new account, with the session that it begins with, if any, and tells those who want to know.
    async fn store(
        &self,
        account: &Account,
        hash: &PasswordHash,
        session: Option<RefreshToken>,
    ) -> Result<(), AccountsError> {
        self.0
            .accounts
            .insert(account, hash, session)
            .await
            .map_err(|error| match error {
                RepositoryError::EmailTaken => AccountsError::EmailTaken,
                RepositoryError::IdTaken => AccountsError::IdTaken(account.id.to_string()),
                other => other.into(),
            })?;
        noticed(account, self.0.newcomers.account_opened(account).await);
        Ok(())
    }

    fn new_session(&self, account: &Account) -> (RefreshSecret, RefreshToken) {
        let (secret, renewal) = self.renewal();
        (secret, RefreshToken::first(account.id.clone(), renewal))
    }

    fn renewal(&self) -> (RefreshSecret, Renewal) {
        let (secret, at) = (RefreshSecret::generate(), self.0.clock.now());
        let renewal = Renewal {
            hash: secret.hash(),
            at,
            expires_at: at + self.0.refresh_token_ttl,
        };
        (secret, renewal)
    }

    fn signed_in(
        &self,
        profile: Profile,
        refresh_token: RefreshSecret,
    ) -> Result<SignedIn, AccountsError> {
        let access_token = self.0.access_tokens.issue(&profile.account)?;
        let (expires_in, refresh_expires_in) =
            (self.0.access_tokens.ttl(), self.0.refresh_token_ttl);
        Ok(SignedIn {
            profile,
            access_token,
            expires_in,
            refresh_token,
            refresh_expires_in,
        })
    }
}

/// The account is stored: whoever did not take notice of it catches up by itself.
fn noticed(account: &Account, outcome: Result<(), NewcomerError>) {
    if let Err(error) = outcome {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        tracing::warn!(account = %account.id, cause, "{error}");
    }
}

#[cfg(test)]
mod tests;
