use auth::AccountId;
use database::StorageError;
use validation::MoneyError;

use crate::{AssignedStatus, BookingId, Status, directory::DirectoryError};

/// Why a use case of bookings is refused or fails.
#[derive(Debug, thiserror::Error)]
pub enum BookingError {
    /// There is no such booking, or the caller must not know of it.
    #[error("Booking {0} not found")]
    NotFound(BookingId),
    /// There is no such booking to sync from.
    #[error("Main booking {0} not found")]
    MainNotFound(BookingId),
    /// There is no customer with this id.
    #[error("User {0} not found")]
    UserNotFound(AccountId),
    /// There is no partner with this id.
    #[error("Partner {0} not found")]
    PartnerNotFound(AccountId),
    /// An admin has not approved the partner's documents.
    #[error("Partner {0} is not approved")]
    PartnerNotApproved(AccountId),
    /// The given id is another booking's.
    #[error("Booking {0} exists already")]
    IdTaken(BookingId),
    /// Somebody changed the booking since the version that the caller knows.
    #[error("Booking {id} was changed meanwhile: it is at version {current}, not {given}")]
    StaleVersion {
        /// Which booking.
        id: BookingId,
        /// The version it is at.
        current: i64,
        /// The version that the caller gave.
        given: i64,
    },
    /// Others change the booking again and again.
    #[error("Booking {0} is being changed by others, try again")]
    Contended(BookingId),
    /// The workflow has no such step for this caller.
    #[error("A booking cannot go from {from} to {to}")]
    NotAllowed {
        /// The state it is in.
        from: Status,
        /// The state that was asked for.
        to: Status,
    },
    /// A finished booking is given to nobody.
    #[error("A booking that is {0} cannot go to PARTNER_ASSIGNED")]
    NotAssignable(Status),
    /// The two vocabularies name different states.
    #[error("status '{status}' and assignedStatus '{assigned_status}' disagree")]
    StatusesDisagree {
        /// The state for customers and partners.
        status: Status,
        /// The state for admins.
        assigned_status: AssignedStatus,
    },
    /// A partner for a booking that is to be unassigned.
    #[error("an unassigned booking has no partner")]
    PartnerOfUnassigned,
    /// The amount does not fit the currency.
    #[error("amount {0}")]
    Price(MoneyError),
    /// The given customer is not the booking's.
    #[error("Booking {id} belongs to another customer than {given}")]
    OtherCustomer {
        /// Which booking.
        id: BookingId,
        /// The customer that was given.
        given: AccountId,
    },
    /// The accounts cannot be asked.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why a use case of partners is refused or fails.
#[derive(Debug, thiserror::Error)]
pub enum PartnerError {
    /// There is no such partner.
    #[error("Partner {0} not found")]
    NotFound(AccountId),
    /// There is nothing left to submit.
    #[error("This partner is approved already")]
    AlreadyApproved,
    /// There is nothing to decide on.
    #[error("This partner has submitted no document")]
    NothingSubmitted,
    /// Somebody else changed the partner at the same moment.
    #[error("Partner {0} is being changed by others, try again")]
    Contended(AccountId),
    /// The accounts cannot be asked.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
