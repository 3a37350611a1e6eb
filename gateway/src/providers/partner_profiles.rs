use accounts::{Account, Accounts, AccountsError, NewcomerError, Newcomers};
use async_trait::async_trait;
use auth::Role;
use bookings_sync::{PartnerError, Partners};
use validation::Text;

use super::partner_account;

tokio::task_local! {
    /// What the partner does whose account this task is opening.
    static SERVICES: Vec<Text<200>>;
}

/// Accounts tell of new and changed people; the profiles of partners follow.
#[derive(Clone)]
pub(crate) struct PartnerProfiles(Partners);

/// Why profiles could not catch up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatchUpError {
    /// The accounts failed.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// The profiles failed.
    #[error(transparent)]
    Partners(#[from] PartnerError),
}

impl PartnerProfiles {
    /// Keeps the profiles of `partners`.
    pub(crate) fn new(partners: Partners) -> Self {
        Self(partners)
    }

    /// Runs `registration`; the profile that begins with the account it opens names `services`.
    ///
    /// Accounts know nothing of services, and hand a new account over in the task that opens it.
    pub(crate) async fn with_services<F: Future>(
        services: Vec<Text<200>>,
        registration: F,
    ) -> F::Output {
        SERVICES.scope(services, registration).await
    }

    /// Makes up for what was missed: a process that died between an account and its profile.
    pub(crate) async fn catch_up(&self, accounts: &Accounts) -> Result<(), CatchUpError> {
        let mut after = None;
        loop {
            let some = accounts.list_partner_accounts(after.as_ref()).await?;
            let Some(last) = some.last() else {
                return Ok(());
            };
            after = Some(last.id.clone());
            for account in &some {
                let (profile, account) =
                    (self.0.find(&account.id).await?, partner_account(account));
                if (&profile.name, &profile.email, &profile.phone)
                    != (&account.name, &account.email, &account.phone)
                {
                    self.0.keep_profile(account).await?;
                }
            }
        }
    }
}

#[async_trait]
impl Newcomers for PartnerProfiles {
    async fn account_opened(&self, account: &Account) -> Result<(), NewcomerError> {
        if account.role != Role::Partner {
            return Ok(());
        }
        let services = SERVICES.try_with(Clone::clone).unwrap_or_default();
        self.0
            .register(partner_account(account), services)
            .await
            .map(drop)
            .map_err(NewcomerError::new)
    }

    async fn account_changed(&self, account: &Account) -> Result<(), NewcomerError> {
        if account.role != Role::Partner {
            return Ok(());
        }
        self.0
            .keep_profile(partner_account(account))
            .await
            .map_err(NewcomerError::new)
    }
}
