#![doc = include_str!("../README.md")]

mod directory;
mod error;
mod events;
mod http;
mod model;
mod repository;
mod service;
#[cfg(test)]
mod testing;

pub use directory::{Directory, DirectoryError, PartnerAccount};
pub use error::{BookingError, PartnerError};
pub use http::{booking_json, router};
pub use model::{
    AssignedStatus, Booking, BookingDraft, BookingId, BookingNumber, Call, Difference, DriftItem,
    DriftKind, Earning, Edit, FieldChange, HistoryEntry, KycDecision, KycDocument, KycStatus,
    Mirror, Outcome, Partner, Reconciliation, Status, SyncedBy,
};
pub use repository::{
    BookingFilter, BookingRepository, CustomerSync, CustomerSynced, Inserted, Insertion,
    PartnerRepository, ReconcileBatch, Record, Saved, SavedChange, SeaBookingRepository,
    SeaPartnerRepository, Window,
};
pub use service::{BookingSync, Bookings, Change, Partners, SyncDone, SyncStatus, Viewer};
