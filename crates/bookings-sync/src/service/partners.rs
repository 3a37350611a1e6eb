use std::sync::Arc;

use auth::AccountId;
use chrono::TimeDelta;
use clock::Clock;
use validation::{Money, Page, Text};

use crate::{
    directory::{Directory, PartnerAccount},
    error::{BookingError, PartnerError},
    events,
    model::{Earning, KycDecision, KycDocument, KycStatus, Partner},
    repository::{PartnerRepository, Window},
};

const ATTEMPTS: u32 = 5;

/// The use cases of partners.
#[derive(Clone)]
pub struct Partners {
    repository: Arc<dyn PartnerRepository>,
    directory: Arc<dyn Directory>,
    clock: Arc<dyn Clock>,
}

impl Partners {
    /// The use cases over these borders.
    pub fn new(
        repository: Arc<dyn PartnerRepository>,
        directory: Arc<dyn Directory>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            repository,
            directory,
            clock,
        }
    }

    /// Begins the profile of an account that registered as a partner; the one there is if it has one already.
    pub async fn register(
        &self,
        account: PartnerAccount,
        services: Vec<Text<200>>,
    ) -> Result<Partner, PartnerError> {
        let PartnerAccount {
            id,
            name,
            email,
            phone,
        } = account;
        let partner = Partner::register(id, (name, email, phone), services, self.clock.now());
        if self
            .repository
            .insert(&partner, &[events::registered(&partner)])
            .await?
        {
            return Ok(partner);
        }
        let found = self.repository.find(&partner.id).await?;
        found.ok_or(PartnerError::NotFound(partner.id))
    }

    /// Keeps the profile in step with the account: begins a missing one, takes over a new name or phone.
    pub async fn keep_profile(&self, account: PartnerAccount) -> Result<(), PartnerError> {
        let partner = self.register(account.clone(), Vec::new()).await?;
        let PartnerAccount {
            id,
            name,
            email,
            phone,
        } = account;
        if partner.name == name && partner.email == email && partner.phone == phone {
            return Ok(());
        }
        let renamed = |partner: &Partner| {
            let (name, email, phone) = (name.clone(), email.clone(), phone.clone());
            Ok(Partner {
                name,
                email,
                phone,
                updated_at: self.clock.now(),
                ..partner.clone()
            })
        };
        self.change(&id, renamed, |_| Vec::new()).await.map(drop)
    }

    /// A partner.
    pub async fn find(&self, id: &AccountId) -> Result<Partner, PartnerError> {
        self.find_or_begin(id)
            .await?
            .ok_or_else(|| PartnerError::NotFound(id.clone()))
    }

    /// Partners, newest first.
    pub async fn list(
        &self,
        status: Option<KycStatus>,
        text: Option<String>,
        page: Page,
    ) -> Result<Window<Partner>, PartnerError> {
        Ok(self.repository.list(status, text, page).await?)
    }

    /// Takes in the document of a partner.
    pub async fn submit_kyc(
        &self,
        id: &AccountId,
        document: KycDocument,
    ) -> Result<Partner, PartnerError> {
        let now = self.clock.now();
        self.change(
            id,
            |partner| partner.submit(document.clone(), now),
            |p| vec![events::kyc_submitted(p)],
        )
        .await
    }

    /// Decides on the document of a partner.
    pub async fn decide_kyc(
        &self,
        id: &AccountId,
        decision: KycDecision,
    ) -> Result<Partner, PartnerError> {
        let now = self.clock.now();
        self.change(
            id,
            |partner| partner.decide(decision.clone(), now),
            |_| Vec::new(),
        )
        .await
    }

    /// What a partner earned.
    pub async fn earnings(
        &self,
        id: &AccountId,
        page: Page,
    ) -> Result<(Window<Earning>, Vec<Money>), PartnerError> {
        self.find(id).await?;
        Ok(self.repository.earnings(id, page).await?)
    }

    /// A partner who may be assigned.
    pub(super) async fn approved(&self, id: &AccountId) -> Result<(), BookingError> {
        match self.find_profile(id).await? {
            None => Err(BookingError::PartnerNotFound(id.clone())),
            Some(partner) if partner.kyc_status == KycStatus::Approved => Ok(()),
            Some(_) => Err(BookingError::PartnerNotApproved(id.clone())),
        }
    }

    pub(super) async fn find_profile(
        &self,
        id: &AccountId,
    ) -> Result<Option<Partner>, BookingError> {
        self.find_or_begin(id).await.map_err(|error| match error {
            PartnerError::Directory(error) => error.into(),
            PartnerError::Storage(error) => error.into(),
            _ => BookingError::PartnerNotFound(id.clone()),
        })
    }

    /// An account that became a partner's while we were down gets its profile when it is first asked for.
    async fn find_or_begin(&self, id: &AccountId) -> Result<Option<Partner>, PartnerError> {
        if let Some(partner) = self.repository.find(id).await? {
            return Ok(Some(partner));
        }
        match self.directory.find_partner(id).await? {
            Some(account) => self.register(account, Vec::new()).await.map(Some),
            None => Ok(None),
        }
    }

    async fn change(
        &self,
        id: &AccountId,
        decide: impl Fn(&Partner) -> Result<Partner, PartnerError> + Send + Sync,
        tell: impl Fn(&Partner) -> Vec<outbox::Fact> + Send + Sync,
    ) -> Result<Partner, PartnerError> {
        for _ in 0..ATTEMPTS {
            let before = self.find(id).await?;
            let decided = decide(&before)?;
            // The moment of the last change is what tells two changes apart, so it never stands still.
            let earliest = before.updated_at + TimeDelta::milliseconds(1);
            let after = Partner {
                updated_at: decided.updated_at.max(earliest),
                ..decided
            };
            if self
                .repository
                .save(&after, before.updated_at, &tell(&after))
                .await?
            {
                return Ok(after);
            }
        }
        Err(PartnerError::Contended(id.clone()))
    }
}

#[cfg(test)]
mod tests;
