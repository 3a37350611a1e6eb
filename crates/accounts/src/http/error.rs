use api_error::ApiError;
use chrono::TimeDelta;
use database::StorageError;

use crate::{error::AccountsError, repository::RepositoryError};

impl From<AccountsError> for ApiError {
    fn from(error: AccountsError) -> Self {
        use AccountsError as E;
        let sentence = error.to_string();
        match error {
            E::WrongCredentials | E::SessionEnded => Self::unauthenticated(sentence),
            E::TooManyAttempts(wait) => {
                Self::rate_limited(wait.max(TimeDelta::zero()).to_std().unwrap_or_default())
            }
            E::EmailTaken | E::IdTaken(_) | E::AlreadyMember(_) | E::OwnAccount => {
                Self::conflict(sentence)
            }
            E::AccountNotFound(_)
            | E::OrganizationNotFound(_)
            | E::ServiceTokenNotFound(_)
            | E::MemberNotFound(_) => Self::not_found(sentence),
            E::Repository(RepositoryError::Storage(StorageError::Unavailable(_))) => {
                Self::unavailable(error)
            }
            E::Hashing(_) | E::Signing(_) | E::Repository(_) => Self::internal(error),
        }
    }
}
