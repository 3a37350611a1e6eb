use std::sync::Arc;

use async_trait::async_trait;
use auth::{AccountId, AuthError, Authenticator, Caller, Role, Scope};
use validation::Id;

/// Tokens that say whom they stand for: `admin`, `customer`, `partner`, `service:stock:write`.
pub(super) struct Tokens;

#[async_trait]
impl Authenticator for Tokens {
    async fn authenticate(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        let account = |role| Caller::account(AccountId::parse(token).unwrap(), role);
        let caller = match token.split_once(':') {
            None if token == "admin" => account(Role::Admin),
            None if token == "customer" => account(Role::Customer),
            None if token == "partner" => account(Role::Partner),
            Some(("service", scope)) => {
                let scope: Scope = scope.parse().unwrap();
                Caller::service(Id::parse("shop").unwrap(), [scope])
            }
            _ => return Err(AuthError::Invalid),
        };
        Ok(Arc::new(caller))
    }
}
