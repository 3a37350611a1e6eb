use api_error::ApiError;
use database::StorageError;
use validation::Violations;

use crate::{
    directory::DirectoryError,
    error::{BookingError, PartnerError},
};

impl From<BookingError> for ApiError {
    fn from(error: BookingError) -> Self {
        use BookingError as E;
        let sentence = error.to_string();
        match error {
            E::NotFound(_) | E::MainNotFound(_) | E::UserNotFound(_) | E::PartnerNotFound(_) => {
                Self::not_found(sentence)
            }
            E::IdTaken(_)
            | E::OtherCustomer { .. }
            | E::Contended(_)
            | E::PartnerNotApproved(_) => Self::conflict(sentence),
            E::StaleVersion { current, .. } => {
                Self::conflict(sentence).with("currentVersion", current)
            }
            E::NotAllowed { from, to } => Self::conflict(sentence)
                .with("from", from.as_str())
                .with("to", to.as_str()),
            E::NotAssignable(from) => Self::conflict(sentence)
                .with("from", from.as_str())
                .with("to", "PARTNER_ASSIGNED"),
            E::StatusesDisagree { .. } => Violations::one("assignedStatus", sentence).into(),
            E::PartnerOfUnassigned => Violations::one("partnerId", sentence).into(),
            E::Price(reason) => Violations::one("amount", reason).into(),
            E::Directory(error) => error.into(),
            E::Storage(error) => storage(error),
        }
    }
}

impl From<PartnerError> for ApiError {
    fn from(error: PartnerError) -> Self {
        use PartnerError as E;
        let sentence = error.to_string();
        match error {
            E::NotFound(_) => Self::not_found(sentence),
            E::AlreadyApproved | E::NothingSubmitted | E::Contended(_) => Self::conflict(sentence),
            E::Directory(error) => error.into(),
            E::Storage(error) => storage(error),
        }
    }
}

impl From<DirectoryError> for ApiError {
    fn from(error: DirectoryError) -> Self {
        if error.is_unavailable {
            Self::unavailable(error)
        } else {
            Self::internal(error)
        }
    }
}

fn storage(error: StorageError) -> ApiError {
    if error.is_unavailable() {
        ApiError::unavailable(error)
    } else {
        ApiError::internal(error)
    }
}
