mod booking;
mod drift;
mod history;
mod mirror;
mod number;
mod partner;
mod status;

pub use booking::{Booking, BookingDraft, BookingId, Edit};
pub use drift::{Difference, DriftItem, DriftKind, Reconciliation};
pub use history::{Call, FieldChange, HistoryEntry, Outcome};
pub use mirror::{Mirror, SyncedBy};
pub use number::BookingNumber;
pub use partner::{Earning, KycDecision, KycDocument, KycStatus, Partner};
pub use status::{AssignedStatus, Status};
