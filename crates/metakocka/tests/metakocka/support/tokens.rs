use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth::{AccountId, AuthError, Authenticator, Caller, OrganizationId, Role, Scope};
use metakocka::{ErpAccess, Members, MembersError, Progress, RunProgress, TestCompany};
use outbound::{Reach, RemoteUrl};
use secrecy::SecretString;
use validation::Id;

use super::KEY;

/// `ann` runs O1, `bob` is a member of it, `eve` is a member of O2, `nobody` of none, `both` of both; the program
/// `sync` may sync for O1, `stock` may not.
pub(super) struct Tokens;

fn organizations(ids: &[&str]) -> Arc<[OrganizationId]> {
    let ids = ids.iter().map(|id| OrganizationId::parse(id).unwrap());
    ids.collect()
}

#[async_trait]
impl Authenticator for Tokens {
    async fn authenticate(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        let account = |role, of: &[&str]| Caller {
            organizations: organizations(of),
            ..Caller::account(AccountId::parse(token).unwrap(), role)
        };
        let program = |scope| Caller {
            organizations: organizations(&["O1"]),
            ..Caller::service(Id::parse("program").unwrap(), [scope])
        };
        Ok(Arc::new(match token {
            "ann" | "bob" => account(Role::Customer, &["O1"]),
            "eve" => account(Role::Customer, &["O2"]),
            "both" => account(Role::Customer, &["O1", "O2"]),
            "nobody" => account(Role::Customer, &[]),
            "admin" => account(Role::Admin, &[]),
            "sync" => program(Scope::MetakockaSync),
            "stock" => program(Scope::StockWrite),
            _ => return Err(AuthError::Invalid),
        }))
    }
}

pub(super) struct Admins;

#[async_trait]
impl Members for Admins {
    async fn is_admin(
        &self,
        _: &OrganizationId,
        account: &AccountId,
    ) -> Result<bool, MembersError> {
        Ok(account.as_str() == "ann")
    }
}

/// The simulated company `test`, with the same key.
pub(super) struct TestHouse;

#[async_trait]
impl TestCompany for TestHouse {
    async fn access(&self, _: &OrganizationId) -> Option<ErpAccess> {
        Some(ErpAccess {
            base_url: RemoteUrl::parse("https://simulation.test", Reach::Everywhere).unwrap(),
            company_id: "test".to_owned(),
            secret_key: SecretString::from(KEY),
        })
    }
}

/// What was told of runs.
#[derive(Default)]
pub(crate) struct Heard(pub(crate) Mutex<Vec<RunProgress>>);

#[async_trait]
impl Progress for Heard {
    async fn tell(&self, progress: &RunProgress) {
        self.0.lock().unwrap().push(progress.clone());
    }
}
