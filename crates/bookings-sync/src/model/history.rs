use auth::Actor;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::BookingId;

/// A field, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Its name in the contract.
    pub field: String,
    /// What it was; null for a new booking.
    pub from: Value,
    /// What it is.
    pub to: Value,
}

/// Which call it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `POST /bookings`
    Create,
    /// `PUT` or `PATCH /bookings/{id}`
    Update,
    /// `POST /bookings/{id}/assign`
    Assign,
    /// `DELETE /bookings/{id}`
    Delete,
    /// `POST /bookings/{id}/manual-sync`
    ManualSync,
    /// `POST /bookings/{id}/find-and-sync`
    FindAndSync,
    /// `POST /bookings/sync-customer`
    SyncCustomer,
    /// `POST /bookings/reconcile`
    Reconcile,
}

impl Call {
    /// Its name in history.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "booking-update",
            Self::Assign => "assign",
            Self::Delete => "delete",
            Self::ManualSync => "manual-sync",
            Self::FindAndSync => "find-and-sync",
            Self::SyncCustomer => "sync-all-customer",
            Self::Reconcile => "reconcile",
        }
    }
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Refused, and why.
    Refused(String),
}

/// One line of a booking's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Its id; grows. Zero before it is stored.
    pub id: i64,
    /// Which booking.
    pub booking_id: BookingId,
    /// Whose booking it was. Where only a mirror was left of it, whatever that said.
    pub customer_id: String,
    /// Which call, as [`Call::as_str`].
    pub call: String,
    /// Who called: account or service token, and its kind.
    pub actor: (String, String),
    /// What changed.
    pub changes: Vec<FieldChange>,
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub at: DateTime<Utc>,
}

impl HistoryEntry {
    /// What `actor` did by `call`.
    pub fn done(
        booking: &super::Booking,
        call: Call,
        actor: &Actor,
        changes: Vec<FieldChange>,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id: 0,
            booking_id: booking.id.clone(),
            customer_id: booking.customer_id.to_string(),
            call: call.as_str().to_owned(),
            actor: (actor.id.clone(), actor.kind.to_owned()),
            changes,
            outcome: Outcome::Done,
            at,
        }
    }
}
