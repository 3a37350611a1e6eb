use std::sync::Arc;

use async_trait::async_trait;
use auth::{AccountId, AuthError, Authenticator, Caller, Role, Scope};
use bookings_sync::{Directory, DirectoryError, PartnerAccount};
use validation::Id;

/// People who are what their id begins with: `u…` a customer, `p…` a partner. Whoever asks for `down` finds the
/// accounts out of reach.
pub(super) struct Invented;

impl Invented {
    fn look_up(id: &AccountId) -> Result<&str, DirectoryError> {
        match id.as_str() {
            "down" => Err(DirectoryError {
                is_unavailable: true,
                source: "the accounts are out of reach".into(),
            }),
            id => Ok(id),
        }
    }
}

#[async_trait]
impl Directory for Invented {
    async fn is_customer(&self, id: &AccountId) -> Result<bool, DirectoryError> {
        Self::look_up(id).map(|id| id.starts_with('u'))
    }

    async fn find_partner(&self, id: &AccountId) -> Result<Option<PartnerAccount>, DirectoryError> {
        let is_partner = Self::look_up(id)?.starts_with('p');
        Ok(is_partner.then(|| PartnerAccount {
            id: id.clone(),
            name: format!("Partner {id}"),
            email: format!("{id}@example.com"),
            phone: Some(format!("+1 {id}")),
        }))
    }
}

/// Tokens that say whom they stand for: `admin`, `customer:u1`, `partner:p1`, `service:bookings:read`.
pub(super) struct Tokens;

#[async_trait]
impl Authenticator for Tokens {
    async fn authenticate(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        let account = |id, role| Caller::account(AccountId::parse(id).unwrap(), role);
        let caller = match token.split_once(':') {
            None if token == "admin" => account("admin", Role::Admin),
            None if token == "expired" => return Err(AuthError::Expired),
            Some(("customer", id)) => account(id, Role::Customer),
            Some(("partner", id)) => account(id, Role::Partner),
            Some(("service", scope)) => {
                let scope: Scope = scope.parse().unwrap();
                Caller::service(Id::parse("program").unwrap(), [scope])
            }
            _ => return Err(AuthError::Invalid),
        };
        Ok(Arc::new(caller))
    }
}
