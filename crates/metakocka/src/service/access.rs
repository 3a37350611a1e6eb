use outbound::RemoteUrl;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    Metakocka,
    calls::{Kind, held_back},
    trouble,
};
use crate::{
    erp::ErpAccess,
    error::SyncError,
    model::{Mode, TaxCodes},
    repository::{QueueState, Scope, StoredCredentials},
};

/// An organization's company in Metakocka, ready to be called.
#[derive(Clone, Debug)]
pub(super) struct Company {
    pub(super) scope: Scope,
    pub(super) access: ErpAccess,
    pub(super) tax_codes: TaxCodes,
}

/// Credentials as a person gives them.
#[derive(Clone, Debug)]
pub struct CredentialsInput {
    /// The company.
    pub company_id: String,
    /// Its key.
    pub secret_key: SecretString,
    /// Its own server.
    pub base_url: Option<RemoteUrl>,
    /// Which code stands for which rate.
    pub tax_codes: TaxCodes,
}

/// Credentials as they are shown: without the key.
#[derive(Clone, Debug)]
pub struct CredentialsView {
    /// What was given; `None` where nothing was.
    pub given: Option<StoredCredentials>,
    /// The server that is called.
    pub base_url: String,
    /// Whether calls are held back.
    pub queue: QueueState,
}

/// Whom a sealed key belongs to: copied to another organization it does not open.
fn owner(scope: &Scope) -> String {
    format!("metakocka:{}:{}:secret_key", scope.organization, scope.mode)
}

impl Metakocka {
    /// Where an organization's own server may be.
    pub fn reach(&self) -> outbound::Reach {
        self.parts().policy.reach
    }

    /// Keeps credentials, sealed, and lets the queue go on.
    pub async fn give_credentials(
        &self,
        scope: &Scope,
        input: &CredentialsInput,
    ) -> Result<(), SyncError> {
        let parts = self.parts();
        let key: Vec<_> = input.secret_key.expose_secret().chars().collect();
        // Of a short key the end would be nearly all of it.
        let shown = if key.len() >= 8 { 4 } else { 0 };
        let credentials = StoredCredentials {
            company_id: input.company_id.clone(),
            secret_sealed: parts.vault.seal(&input.secret_key, &owner(scope))?,
            secret_last4: key[key.len() - shown..].iter().collect(),
            base_url: input.base_url.as_ref().map(ToString::to_string),
            tax_codes: input.tax_codes.clone(),
        };
        let saved = parts
            .settings
            .save_credentials(scope, &credentials, self.now());
        Ok(saved.await?)
    }

    /// Forgets credentials. `false` where there were none.
    pub async fn forget_credentials(&self, scope: &Scope) -> Result<bool, SyncError> {
        Ok(self.parts().settings.delete_credentials(scope).await?)
    }

    /// What is known of an organization's credentials.
    pub async fn credentials(&self, scope: &Scope) -> Result<CredentialsView, SyncError> {
        let parts = self.parts();
        let given = parts.settings.credentials(scope).await?;
        let own = given.as_ref().and_then(|given| given.base_url.clone());
        Ok(CredentialsView {
            given,
            base_url: own.unwrap_or_else(|| parts.policy.base_url.to_string()),
            queue: parts.settings.queue(scope).await?,
        })
    }

    /// Asks Metakocka whether the credentials are good; if they are, the queue goes on. The error is what it says.
    pub async fn test_credentials(&self, scope: &Scope) -> Result<Result<(), String>, SyncError> {
        let company = self.company(scope).await?;
        let settings = &self.parts().settings;
        let before = settings.queue(scope).await?;
        if before.paused {
            settings.save_queue(scope, &QueueState::default()).await?;
        }
        let access = company.access.clone();
        let answer = self
            .0
            .calls
            .make(&company, Kind::Call, "check_access", |erp| async move {
                erp.check_access(&access).await
            })
            .await;
        match answer {
            Ok(()) => Ok(Ok(())),
            Err(SyncError::Storage(error)) => Err(SyncError::Storage(error)),
            Err(error) => {
                let is_paused = settings.queue(scope).await?.paused;
                if before.paused && !is_paused {
                    settings.save_queue(scope, &before).await?;
                }
                trouble::log_other(scope, "credentials/test", &error);
                Ok(Err(error.to_string()))
            }
        }
    }

    /// The company of an organization, whether or not its calls are held back.
    pub(super) async fn company(&self, scope: &Scope) -> Result<Company, SyncError> {
        let parts = self.parts();
        let stored = parts.settings.credentials(scope).await?;
        let tax_codes = stored
            .as_ref()
            .map(|stored| stored.tax_codes.clone())
            .unwrap_or_default();
        let access = match (scope.mode, stored) {
            (Mode::Test, _) => parts.test_company.access(&scope.organization).await,
            (Mode::Live, Some(stored)) => Some(self.open(scope, &stored)?),
            (Mode::Live, None) => None,
        };
        Ok(Company {
            scope: scope.clone(),
            access: access.ok_or(SyncError::NotConfigured)?,
            tax_codes,
        })
    }

    fn open(&self, scope: &Scope, stored: &StoredCredentials) -> Result<ErpAccess, SyncError> {
        let policy = &self.parts().policy;
        let own = stored.base_url.as_deref();
        let own = own.map(|url| RemoteUrl::parse(url, policy.reach));
        let base_url = match own {
            Some(Ok(url)) => url,
            Some(Err(error)) => {
                return Err(validation::Violations::one("baseUrl", error).into());
            }
            None => policy.base_url.clone(),
        };
        let sealed = &stored.secret_sealed;
        Ok(ErpAccess {
            base_url,
            company_id: stored.company_id.clone(),
            secret_key: self.parts().vault.open(sealed, &owner(scope))?,
        })
    }

    /// The company of an organization, if it may be called just now.
    pub(super) async fn ready_company(&self, scope: &Scope) -> Result<Company, SyncError> {
        let company = self.company(scope).await?;
        held_back(&self.parts().settings.queue(scope).await?, self.now())?;
        Ok(company)
    }
}
