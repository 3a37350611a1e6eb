mod entity;
mod sea;

use async_trait::async_trait;
use auth::{AccountId, OrganizationId};
use chrono::{DateTime, Utc};
use database::StorageError;
use validation::{Email, Page};

use crate::model::{
    Account, AccountFilter, AccountUpdate, Member, MemberRole, Organization, PasswordHash, Profile,
    RefreshToken, Renewal, SecretHash, ServiceToken, ServiceTokenId, Who,
};

pub use sea::{
    SeaAccountRepository, SeaOrganizationRepository, SeaServiceTokenRepository,
    SeaSessionRepository,
};

/// Why a repository did not do as it was told.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RepositoryError {
    /// Another account has the e-mail address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// Another one has the id.
    #[error("the id is taken")]
    IdTaken,
    /// There is no such organization.
    #[error("there is no such organization")]
    UnknownOrganization,
    /// There is no such account.
    #[error("there is no such account")]
    UnknownAccount,
    /// The account is a member of the organization already.
    #[error("the account is a member already")]
    AlreadyMember,
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The accounts. Each method is one transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait AccountRepository: Send + Sync {
    /// Finds an account with its organizations.
    async fn find(&self, id: &AccountId) -> Result<Option<Profile>, RepositoryError>;

    /// Finds the account that signs in with `email`, whatever the case, and what is kept of its password.
    async fn find_for_login(
        &self,
        email: &Email,
    ) -> Result<Option<(Account, PasswordHash)>, RepositoryError>;

    /// A window of the accounts that pass `filter`, the latest first, and how many pass.
    async fn list(
        &self,
        filter: &AccountFilter,
        page: Page,
    ) -> Result<(Vec<Account>, u64), RepositoryError>;

    /// The next `limit` partners in the order of their ids, from behind `after`.
    async fn list_partners(
        &self,
        after: Option<AccountId>,
        limit: u64,
    ) -> Result<Vec<Account>, RepositoryError>;

    /// The ids of all disabled accounts.
    async fn list_disabled(&self) -> Result<Vec<AccountId>, RepositoryError>;

    /// Whether there is an admin, disabled or not.
    async fn has_admin(&self) -> Result<bool, RepositoryError>;

    /// Stores a new account, with the session that it begins with, if any.
    ///
    /// [`RepositoryError::IdTaken`], [`RepositoryError::EmailTaken`].
    async fn insert(
        &self,
        account: &Account,
        password: &PasswordHash,
        session: Option<RefreshToken>,
    ) -> Result<(), RepositoryError>;

    /// Changes an account, and ends its sessions where the update says so. `None` if there is none.
    async fn update(
        &self,
        id: &AccountId,
        update: &AccountUpdate,
    ) -> Result<Option<Account>, RepositoryError>;
}

/// What came of a presented refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// The session goes on with the new token.
    Yes(Profile),
    /// Unknown or expired, or the account is disabled.
    No,
    /// The token was used before: its family, of this account, has ended.
    Reused(AccountId),
}

/// The refresh tokens. Each method is one transaction, and those that change the sessions of one account come one after
/// the other: none outlives the end of all.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait SessionRepository: Send + Sync {
    /// Begins a session of the account, unless it was disabled or got another password since `password` was checked:
    /// `None` then. Removes tokens that have expired, some at a time.
    async fn begin(
        &self,
        token: &RefreshToken,
        password: &PasswordHash,
    ) -> Result<Option<Profile>, RepositoryError>;

    /// Exchanges the token that hashes to `presented` for the next one, or ends its family if it was used before.
    async fn renew(
        &self,
        presented: &SecretHash,
        renewal: &Renewal,
    ) -> Result<Renewed, RepositoryError>;

    /// Ends the family of the token that hashes to `presented`, if there is one.
    async fn end(&self, presented: &SecretHash) -> Result<(), RepositoryError>;
}

/// The service tokens. Each method is one transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait ServiceTokenRepository: Send + Sync {
    /// Finds the token whose secret hashes to `hash`.
    async fn find_by_hash(
        &self,
        hash: &SecretHash,
    ) -> Result<Option<ServiceToken>, RepositoryError>;

    /// A window of the tokens, the latest first, and how many there are.
    async fn list(&self, page: Page) -> Result<(Vec<ServiceToken>, u64), RepositoryError>;

    /// Stores a new token. [`RepositoryError::IdTaken`], [`RepositoryError::UnknownOrganization`].
    async fn insert(&self, token: &ServiceToken, hash: &SecretHash) -> Result<(), RepositoryError>;

    /// Removes a token; `false` if there is none.
    async fn delete(&self, id: &ServiceTokenId) -> Result<bool, RepositoryError>;
}

/// The organizations and their members. Each method is one transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait OrganizationRepository: Send + Sync {
    /// A window of the organizations, the oldest first, and how many there are.
    async fn list(&self, page: Page) -> Result<(Vec<Organization>, u64), RepositoryError>;

    /// Stores a new organization. [`RepositoryError::IdTaken`].
    async fn insert(&self, organization: &Organization) -> Result<(), RepositoryError>;

    /// A window of the members, the oldest first, and how many there are; [`RepositoryError::UnknownOrganization`].
    async fn list_members(
        &self,
        id: &OrganizationId,
        page: Page,
    ) -> Result<(Vec<Member>, u64), RepositoryError>;

    /// Makes an account a member.
    ///
    /// [`RepositoryError::UnknownOrganization`], [`RepositoryError::UnknownAccount`],
    /// [`RepositoryError::AlreadyMember`].
    async fn insert_member(
        &self,
        id: &OrganizationId,
        who: &Who,
        role: MemberRole,
        at: DateTime<Utc>,
    ) -> Result<Member, RepositoryError>;

    /// Removes a member; `false` if it is none. [`RepositoryError::UnknownOrganization`].
    async fn delete_member(
        &self,
        id: &OrganizationId,
        account: &AccountId,
    ) -> Result<bool, RepositoryError>;
}
