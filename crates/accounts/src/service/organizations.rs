use auth::{AccountId, OrganizationId};
use validation::Page;

use super::Accounts;
use crate::{
    error::AccountsError,
    model::{Member, MemberRole, NewOrganization, Organization, Who},
    repository::RepositoryError,
};

impl Accounts {
    /// Makes an organization. [`AccountsError::IdTaken`].
    pub async fn create_organization(
        &self,
        new: NewOrganization,
    ) -> Result<Organization, AccountsError> {
        let organization = new.found(self.0.clock.now());
        match self.0.organizations.insert(&organization).await {
            Ok(()) => Ok(organization),
            Err(RepositoryError::IdTaken) => {
                Err(AccountsError::IdTaken(organization.id.to_string()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A window of the organizations, the oldest first, and how many there are.
    pub async fn list_organizations(
        &self,
        page: Page,
    ) -> Result<(Vec<Organization>, u64), AccountsError> {
        Ok(self.0.organizations.list(page).await?)
    }

    /// A window of the members, the oldest first, and how many there are. [`AccountsError::OrganizationNotFound`].
    pub async fn list_members(
        &self,
        id: &OrganizationId,
        page: Page,
    ) -> Result<(Vec<Member>, u64), AccountsError> {
        self.0
            .organizations
            .list_members(id, page)
            .await
            .map_err(|error| about(error, id))
    }

    /// Makes an account a member of an organization.
    ///
    /// [`AccountsError::OrganizationNotFound`], [`AccountsError::AccountNotFound`], [`AccountsError::AlreadyMember`].
    pub async fn add_member(
        &self,
        id: &OrganizationId,
        who: Who,
        role: MemberRole,
    ) -> Result<Member, AccountsError> {
        let added = self
            .0
            .organizations
            .insert_member(id, &who, role, self.0.clock.now())
            .await;
        added.map_err(|error| match error {
            RepositoryError::UnknownAccount => AccountsError::AccountNotFound(who),
            RepositoryError::AlreadyMember => AccountsError::AlreadyMember(who),
            other => about(other, id),
        })
    }

    /// Takes an account out of an organization.
    ///
    /// [`AccountsError::OrganizationNotFound`], [`AccountsError::MemberNotFound`].
    pub async fn remove_member(
        &self,
        id: &OrganizationId,
        account: &AccountId,
    ) -> Result<(), AccountsError> {
        let removed = self
            .0
            .organizations
            .delete_member(id, account)
            .await
            .map_err(|error| about(error, id))?;
        if removed {
            Ok(())
        } else {
            Err(AccountsError::MemberNotFound(account.clone()))
        }
    }
}

/// What a repository's error means to a call about the organization `id`.
fn about(error: RepositoryError, id: &OrganizationId) -> AccountsError {
    match error {
        RepositoryError::UnknownOrganization => AccountsError::OrganizationNotFound(id.clone()),
        other => other.into(),
    }
}
