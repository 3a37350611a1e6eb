use auth::{AccountId, OrganizationId};
use chrono::TimeDelta;

use crate::{
    access_tokens::SigningError,
    model::{ServiceTokenId, Who},
    passwords::HashingError,
    repository::RepositoryError,
};

/// Why a call was not done.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The e-mail address is unknown, the password is another, or the account is disabled: it is not told which.
    #[error("Wrong e-mail or password")]
    WrongCredentials,
    /// The refresh token is unknown, expired or used already, or its account is disabled.
    #[error("The session has ended, sign in again")]
    SessionEnded,
    /// Too often; may be tried again after this time.
    #[error("Too many attempts, try again later")]
    TooManyAttempts(TimeDelta),
    /// Another account has this e-mail address.
    #[error("This e-mail address has an account already")]
    EmailTaken,
    /// The given id is that of another one.
    #[error("The id {0} is taken")]
    IdTaken(String),
    /// There is no such account.
    #[error("Account {0} not found")]
    AccountNotFound(Who),
    /// There is no such organization.
    #[error("Organization {0} not found")]
    OrganizationNotFound(OrganizationId),
    /// There is no such service token.
    #[error("Service token {0} not found")]
    ServiceTokenNotFound(ServiceTokenId),
    /// The account is not in the organization.
    #[error("Member {0} not found")]
    MemberNotFound(AccountId),
    /// The account is in the organization already.
    #[error("Account {0} is a member already")]
    AlreadyMember(Who),
    /// Admins cannot lock themselves out.
    #[error("You cannot disable your own account")]
    OwnAccount,
    /// Passwords cannot be hashed.
    #[error("a password could not be hashed")]
    Hashing(#[from] HashingError),
    /// Access tokens cannot be made.
    #[error("an access token could not be made")]
    Signing(#[from] SigningError),
    /// What is stored cannot be read or written.
    #[error("the accounts could not be read or written")]
    Repository(#[source] RepositoryError),
}

impl From<RepositoryError> for AccountsError {
    fn from(error: RepositoryError) -> Self {
        Self::Repository(error)
    }
}
