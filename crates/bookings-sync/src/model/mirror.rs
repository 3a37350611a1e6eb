use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Booking, Difference};

/// What wrote a mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncedBy {
    /// A change of the booking.
    BookingUpdate,
    /// A manual sync.
    ManualSync,
    /// A sync that looked for the mirror under other users too.
    FindAndSync,
    /// A sync of all bookings of a customer.
    SyncAllCustomer,
    /// A reconciliation.
    Reconcile,
}

impl SyncedBy {
    /// The name that the contract gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BookingUpdate => "booking-update",
            Self::ManualSync => "manual-sync",
            Self::FindAndSync => "find-and-sync",
            Self::SyncAllCustomer => "sync-all-customer",
            Self::Reconcile => "reconcile",
        }
    }

    /// Whether a person asked for it: then `lastManualSyncAt` says when.
    pub fn is_manual(self) -> bool {
        matches!(
            self,
            Self::ManualSync | Self::FindAndSync | Self::SyncAllCustomer
        )
    }
}

/// The copy of a booking that its customer's app reads, as it is stored.
///
/// Other programs write these rows, so nothing in it is certain: texts may be anything, fields may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// Under which user it lies.
    pub user_id: String,
    /// Which booking it copies.
    pub booking_id: String,
    /// The number.
    pub booking_number: Option<String>,
    /// Whose booking it says it is.
    pub customer_id: Option<String>,
    /// Who does it.
    pub partner_id: Option<String>,
    /// What is to be done.
    pub service: Option<String>,
    /// When.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// Where.
    pub address: Option<String>,
    /// For how much, in minor units of `currency`.
    pub amount_minor: Option<i64>,
    /// In which currency.
    pub currency: Option<String>,
    /// How far it is.
    pub status: Option<String>,
    /// How far it is, in the words of the admin panel.
    pub assigned_status: Option<String>,
    /// When the row was written by us.
    pub mirrored_at: Option<DateTime<Utc>>,
    /// When a person last asked for that.
    pub last_manual_sync_at: Option<DateTime<Utc>>,
    /// What wrote it.
    pub synced_by: Option<String>,
    /// When the booking had been changed.
    pub updated_at: Option<DateTime<Utc>>,
}

impl Mirror {
    /// The amount in major units, where amount and currency make sense.
    pub fn amount(&self) -> Option<validation::Money> {
        let currency = validation::Currency::parse(self.currency.as_deref()?).ok()?;
        Some(validation::Money::from_minor(self.amount_minor?, currency))
    }

    /// The mirrored fields that are not those of `booking`.
    pub fn differences(&self, booking: &Booking) -> Vec<Difference> {
        let (main, mirror) = (Self::fields_of(booking), self.fields());
        main.into_iter()
            .zip(mirror)
            .filter(|((_, main), (_, mirror))| main != mirror)
            .map(|((field, main), (_, mirror))| Difference {
                field,
                main,
                mirror,
            })
            .collect()
    }

    /// The mirrored fields of a booking, in the words of the contract.
    pub fn fields_of(booking: &Booking) -> [(&'static str, Value); 10] {
        let copy = Self::of(booking);
        copy.fields()
    }

    /// The mirrored fields, in the words of the contract.
    pub fn fields(&self) -> [(&'static str, Value); 10] {
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let amount = match self.amount() {
            Some(money) => serde_json::to_value(money.amount_json()).unwrap_or_default(),
            None => self.amount_minor.into(),
        };
        [
            ("bookingNumber", self.booking_number.as_deref().into()),
            ("customerId", self.customer_id.as_deref().into()),
            ("partnerId", self.partner_id.as_deref().into()),
            ("service", self.service.as_deref().into()),
            ("scheduledAt", self.scheduled_at.map(time).into()),
            ("address", self.address.as_deref().into()),
            ("amount", amount),
            ("currency", self.currency.as_deref().into()),
            ("status", self.status.as_deref().into()),
            ("assignedStatus", self.assigned_status.as_deref().into()),
        ]
    }

    /// What the mirror of a booking should be.
    fn of(booking: &Booking) -> Self {
        Self {
            user_id: booking.customer_id.to_string(),
            booking_id: booking.id.to_string(),
            booking_number: Some(booking.number.to_string()),
            customer_id: Some(booking.customer_id.to_string()),
            partner_id: booking.partner_id.as_ref().map(ToString::to_string),
            service: Some(booking.service.to_string()),
            scheduled_at: Some(booking.scheduled_at),
            address: Some(booking.address.to_string()),
            amount_minor: Some(booking.price.minor()),
            currency: Some(booking.price.currency().code().to_owned()),
            status: Some(booking.status.to_string()),
            assigned_status: Some(booking.assigned_status().to_string()),
            mirrored_at: None,
            last_manual_sync_at: None,
            synced_by: None,
            updated_at: Some(booking.updated_at),
        }
    }
}
