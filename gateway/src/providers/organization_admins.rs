use std::sync::Arc;

use accounts::{Accounts, AccountsError, MemberRole};
use async_trait::async_trait;
use auth::{AccountId, OrganizationId};
use metakocka::{Members, MembersError};
use validation::Page;

/// How many members are looked through at a time.
const WINDOW: u32 = 200;

/// Sales documents need to know who runs an organization; accounts know.
pub(crate) struct OrganizationAdmins(Accounts);

impl OrganizationAdmins {
    /// Knows whom `accounts` knows.
    pub(crate) fn new(accounts: Accounts) -> Self {
        Self(accounts)
    }
}

#[async_trait]
impl Members for OrganizationAdmins {
    async fn is_admin(
        &self,
        organization: &OrganizationId,
        account: &AccountId,
    ) -> Result<bool, MembersError> {
        for number in 1.. {
            let Ok(page) = Page::new(Some(number), Some(WINDOW)) else {
                break;
            };
            let (members, total) = match self.0.list_members(organization, page).await {
                Ok(listed) => listed,
                Err(AccountsError::OrganizationNotFound(_)) => break,
                Err(error) => return Err(MembersError(Arc::new(error))),
            };
            if let Some(member) = members.iter().find(|member| member.account == *account) {
                return Ok(member.role == MemberRole::Admin);
            }
            if u64::from(number) * u64::from(WINDOW) >= total {
                break;
            }
        }
        Ok(false)
    }
}
