use std::sync::Arc;

use async_trait::async_trait;
use auth::{AccountId, AuthError, Authenticator, Caller, Identity};
use database::{CheckedCache, Database, Watch};
use quick_cache::sync::Cache;

use crate::{
    access_tokens::Verified,
    model::{Profile, SecretHash, ServiceSecret, ServiceToken},
    repository::RepositoryError,
    service::Accounts,
};

/// Callers, and tokens, that are remembered at most.
const CAPACITY: usize = 10_000;
/// Moved by triggers on accounts, organizations' members and service tokens.
const WATCHED: Watch = Watch::Mark("accounts");

/// Knows callers by their access tokens and service tokens.
///
/// Whether an account is disabled or a service token revoked is as fresh as a query, on every node, but costs none
/// while nobody's account, membership or token is changed. That the signature of an access token is good is remembered: it does not change.
pub struct AccountsAuthenticator {
    accounts: Accounts,
    verified: Cache<Box<str>, Verified>,
    sessions: CheckedCache<AccountId, Option<Arc<Caller>>>,
    services: CheckedCache<SecretHash, Option<Arc<Caller>>>,
}

impl AccountsAuthenticator {
    /// Knows whom `accounts` knows; `database` is the one that they are kept in.
    pub fn new(accounts: Accounts, database: &Database) -> Self {
        Self {
            accounts,
            verified: Cache::new(CAPACITY),
            sessions: CheckedCache::new(database.clone(), WATCHED, CAPACITY),
            services: CheckedCache::new(database.clone(), WATCHED, CAPACITY),
        }
    }

    async fn service(&self, secret: &ServiceSecret) -> Result<Arc<Caller>, AuthError> {
        let (hash, tokens) = (secret.hash(), &self.accounts.0.service_tokens);
        let load = async {
            Ok(tokens
                .find_by_hash(&hash)
                .await?
                .map(|token| Arc::new(caller_of_token(token))))
        };
        self.services
            .get_or_load(hash.clone(), load)
            .await
            .map_err(unavailable)?
            .ok_or(AuthError::Invalid)
    }

    async fn session(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        let verified = self.verify(token).ok_or(AuthError::Invalid)?;
        if self.accounts.0.access_tokens.is_over(&verified) {
            return Err(AuthError::Expired);
        }
        let accounts = &self.accounts.0.accounts;
        let load = async {
            Ok(accounts
                .find(&verified.account)
                .await?
                .and_then(caller_of_account))
        };
        let caller = self
            .sessions
            .get_or_load(verified.account.clone(), load)
            .await
            .map_err(unavailable)?;
        caller
            .filter(|caller| has_role(caller, &verified))
            .ok_or(AuthError::Invalid)
    }

    /// Only tokens that we have signed are remembered, so nobody can fill the memory with others.
    fn verify(&self, token: &str) -> Option<Verified> {
        if let Some(verified) = self.verified.get(token) {
            return Some(verified);
        }
        let verified = self.accounts.0.access_tokens.read(token)?;
        self.verified.insert(token.into(), verified.clone());
        Some(verified)
    }
}

#[async_trait]
impl Authenticator for AccountsAuthenticator {
    async fn authenticate(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        match ServiceSecret::parse(token) {
            Some(secret) => self.service(&secret).await,
            None => self.session(token).await,
        }
    }

    fn expires_at(&self, token: &str) -> Option<i64> {
        self.verify(token).map(|verified| verified.expires_at)
    }
}

fn caller_of_account(profile: Profile) -> Option<Arc<Caller>> {
    let Profile {
        account,
        organizations,
    } = profile;
    let organizations = organizations
        .into_iter()
        .map(|organization| organization.id)
        .collect();
    let identity = Identity::Account {
        id: account.id,
        role: account.role,
    };
    (!account.disabled).then(|| {
        Arc::new(Caller {
            identity,
            organizations,
        })
    })
}

fn caller_of_token(token: ServiceToken) -> Caller {
    let identity = Identity::Service {
        id: token.id,
        scopes: token.scopes.into_iter().collect(),
    };
    Caller {
        identity,
        organizations: token.organization.into_iter().collect(),
    }
}

/// A token that names another role than the account has now is of no use any more.
fn has_role(caller: &Caller, verified: &Verified) -> bool {
    matches!(&caller.identity, Identity::Account { role, .. } if *role == verified.role)
}

fn unavailable(error: RepositoryError) -> AuthError {
    AuthError::Unavailable(Arc::new(error))
}
