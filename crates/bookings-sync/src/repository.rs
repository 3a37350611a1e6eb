mod customer;
mod drift;
mod entity;
mod figures;
mod partners;
mod sea;
mod sql;
mod strays;
mod write;

use std::collections::BTreeMap;

use async_trait::async_trait;
use auth::{AccountId, Actor};
use chrono::{DateTime, Utc};
use database::StorageError;
use outbox::Fact;
use validation::{Money, Page};

use crate::model::{
    AssignedStatus, Booking, BookingId, BookingNumber, DriftItem, Earning, HistoryEntry, KycStatus,
    Mirror, Partner, Reconciliation, Status, SyncedBy,
};

pub use self::{partners::SeaPartnerRepository, sea::SeaBookingRepository};

/// One window of a list, and how many there are in all.
pub type Window<T> = (Vec<T>, u64);

/// Which bookings are asked for; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookingFilter {
    /// Those of one customer.
    pub customer_id: Option<AccountId>,
    /// Those of one partner.
    pub partner_id: Option<AccountId>,
    /// Those in one state.
    pub status: Option<Status>,
    /// Those in one state, in the words of the admin panel.
    pub assigned_status: Option<AssignedStatus>,
    /// Those scheduled at this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Those scheduled before this moment.
    pub to: Option<DateTime<Utc>>,
    /// Those with this text in id, number, service, address or notes, in any case.
    pub text: Option<String>,
}

/// Bookings with their mirrors, their history and what is told of them. Each method is one transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait BookingRepository: Send + Sync {
    /// Finds a booking; `None` if there is none.
    async fn find(&self, id: &BookingId) -> Result<Option<Booking>, StorageError>;

    /// Lists bookings, newest first.
    async fn list(
        &self,
        filter: &BookingFilter,
        page: Page,
    ) -> Result<Window<Booking>, StorageError>;

    /// Adds a booking with its mirror.
    async fn insert(&self, insertion: &Insertion) -> Result<Inserted, StorageError>;

    /// Saves a changed booking and writes its whole mirror, also where the booking itself did not change.
    ///
    /// Nothing happens unless the booking is at the version that the change began from. With a `sync`, mirrors of the
    /// booking under other users are removed too. A booking that became COMPLETED earns its partner the price, once.
    async fn save(&self, change: &SavedChange) -> Result<Saved, StorageError>;

    /// Deletes a booking with every mirror of it; `false` where it is not at the version of `booking`.
    async fn delete(&self, booking: &Booking, record: &Record) -> Result<bool, StorageError>;

    /// How many bookings are in each state, and what the completed ones brought, by currency.
    async fn figures(&self) -> Result<(BTreeMap<Status, u64>, Vec<Money>), StorageError>;

    /// Notes a call that was refused.
    async fn note(&self, entry: &HistoryEntry) -> Result<(), StorageError>;

    /// The history of a booking, newest first; also of a deleted one.
    async fn history(
        &self,
        id: &BookingId,
        page: Page,
    ) -> Result<Window<HistoryEntry>, StorageError>;

    /// The mirrors that lie under a user, those scheduled last first.
    async fn mirrors_of_user(
        &self,
        user_id: &AccountId,
        page: Page,
    ) -> Result<Window<Mirror>, StorageError>;

    /// The mirror of a booking under a user.
    async fn find_mirror(
        &self,
        user_id: &AccountId,
        id: &BookingId,
    ) -> Result<Option<Mirror>, StorageError>;

    /// Syncs all bookings of a customer, set-based.
    async fn sync_customer(&self, sync: &CustomerSync) -> Result<CustomerSynced, StorageError>;

    /// Where bookings and mirrors are out of step, by booking.
    async fn drift(&self, page: Page) -> Result<Window<DriftItem>, StorageError>;

    /// Looks at the bookings and mirrors behind `after`, those of `limit` ids, and heals them unless `dry_run`.
    /// `None` as the cursor says that the end is reached.
    async fn reconcile(
        &self,
        batch: &ReconcileBatch,
    ) -> Result<(Reconciliation, Option<String>), StorageError>;
}

/// What is written beside a change: one line of history, and what is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Who did what.
    pub history: HistoryEntry,
    /// What everybody concerned must hear.
    pub facts: Vec<Fact>,
}

/// A booking to be added.
#[derive(Clone, Debug, PartialEq)]
pub struct Insertion {
    /// The booking.
    pub booking: Booking,
    /// What is written beside it.
    pub record: Record,
}

/// What became of an insertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It is there.
    Done,
    /// The id is another booking's.
    IdTaken,
    /// The number is another booking's.
    NumberTaken(BookingNumber),
}

/// A booking to be saved.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedChange {
    /// What it was.
    pub before: Booking,
    /// What it is.
    pub after: Booking,
    /// Which sync was asked for; `None` for a change of the booking.
    pub sync: Option<SyncedBy>,
    /// What is written beside it.
    pub record: Record,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is there. For a sync: whether the mirror had been missing, and under whom it lay instead.
    Done {
        /// There had been no mirror under the customer.
        created_mirror: bool,
        /// The user under whom one lay.
        moved_from: Option<String>,
    },
    /// Somebody else was faster.
    Stale,
}

/// All bookings of a customer to be synced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerSync {
    /// Whose.
    pub customer_id: AccountId,
    /// To which state; `None` leaves each booking in its own.
    pub assigned_status: Option<AssignedStatus>,
    /// Who asked.
    pub actor: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a sync of a customer's bookings did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CustomerSynced {
    /// The customer's bookings.
    pub total: u64,
    /// Those that had no mirror.
    pub created: u64,
}

/// One step of a reconciliation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconcileBatch {
    /// The booking id behind which it begins; `None` at the start.
    pub after: Option<String>,
    /// How many bookings it looks at, with those that only a mirror tells of.
    pub limit: u32,
    /// Only looks.
    pub dry_run: bool,
    /// Who asked.
    pub actor: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Partners and what they earned. Each method is one transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PartnerRepository: Send + Sync {
    /// Finds a partner; `None` if there is none.
    async fn find(&self, id: &AccountId) -> Result<Option<Partner>, StorageError>;

    /// Lists partners, newest first: in one state, with a text in name, e-mail or phone.
    async fn list(
        &self,
        status: Option<KycStatus>,
        text: Option<String>,
        page: Page,
    ) -> Result<Window<Partner>, StorageError>;

    /// Adds a partner and records `facts`; `false`, and nothing, where there is one with the id.
    async fn insert(&self, partner: &Partner, facts: &[Fact]) -> Result<bool, StorageError>;

    /// Saves a partner who was last changed at `before`, and records `facts`; `false` where somebody was faster.
    async fn save(
        &self,
        partner: &Partner,
        before: DateTime<Utc>,
        facts: &[Fact],
    ) -> Result<bool, StorageError>;

    /// What a partner earned, newest first, and the totals by currency.
    async fn earnings(
        &self,
        id: &AccountId,
        page: Page,
    ) -> Result<(Window<Earning>, Vec<Money>), StorageError>;
}
