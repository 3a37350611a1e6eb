use auth::AccountId;
use chrono::{DateTime, Utc};
use validation::{Currency, Id, Money, Text};

use super::{AssignedStatus, BookingNumber, FieldChange, Status};
use crate::error::BookingError;

/// The id of a booking.
pub type BookingId = Id<Booking>;

/// What a customer ordered, who does it, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// The number that people say.
    pub number: BookingNumber,
    /// Who ordered it.
    pub customer_id: AccountId,
    /// Who does it.
    pub partner_id: Option<AccountId>,
    /// What is to be done.
    pub service: Text<200>,
    /// When.
    pub scheduled_at: DateTime<Utc>,
    /// Where.
    pub address: Text<4000>,
    /// For how much.
    pub price: Money,
    /// How far it is.
    pub status: Status,
    /// What the people of this booking should know; the mirror leaves it out.
    pub notes: Option<Text<4000>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Counts the changes, from 1.
    pub version: i64,
}

/// What a new booking is made of.
#[derive(Clone, Debug)]
pub struct BookingDraft {
    /// A given id; a new one otherwise.
    pub id: Option<BookingId>,
    /// Who orders it.
    pub customer_id: AccountId,
    /// Who is to do it.
    pub partner_id: Option<AccountId>,
    /// What is to be done.
    pub service: Text<200>,
    /// When.
    pub scheduled_at: DateTime<Utc>,
    /// Where.
    pub address: Text<4000>,
    /// For how much.
    pub price: Money,
    /// How far it is; follows from the partner where it is left out.
    pub status: Option<Status>,
    /// What the people of this booking should know.
    pub notes: Option<Text<4000>>,
}

/// What an admin may change of a booking; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// The booking is another customer's.
    pub customer_id: Option<AccountId>,
    /// Another partner is to do it; `Some(None)` takes it from the partner.
    pub partner_id: Option<Option<AccountId>>,
    /// Something else is to be done.
    pub service: Option<Text<200>>,
    /// At another time.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// Elsewhere.
    pub address: Option<Text<4000>>,
    /// For another amount, in major units.
    pub amount: Option<rust_decimal::Decimal>,
    /// In another currency.
    pub currency: Option<Currency>,
    /// It is in this state.
    pub status: Option<Status>,
    /// It is in this state, in the words of the admin panel.
    pub assigned_status: Option<AssignedStatus>,
    /// Other notes; `Some(None)` removes them.
    pub notes: Option<Option<Text<4000>>>,
}

impl Edit {
    /// Only the state, in the words of the admin panel.
    pub fn to_assigned_status(assigned_status: AssignedStatus) -> Self {
        Self {
            assigned_status: Some(assigned_status),
            ..Self::default()
        }
    }

    /// The partner, where nothing else is to change: that is an assignment.
    fn only_partner(&self) -> Option<&AccountId> {
        let partner_id = self.partner_id.as_ref()?.as_ref()?;
        (*self == Self::to_partner(partner_id.clone())).then_some(partner_id)
    }

    /// Only the partner.
    pub fn to_partner(partner_id: AccountId) -> Self {
        Self {
            partner_id: Some(Some(partner_id)),
            ..Self::default()
        }
    }
}

impl Booking {
    /// Makes a booking. With a partner it is assigned, unless the draft says more.
    pub fn create(draft: BookingDraft, number: BookingNumber, now: DateTime<Utc>) -> Self {
        let implied = if draft.partner_id.is_some() {
            Status::PartnerAssigned
        } else {
            Status::Pending
        };
        let status = draft.status.unwrap_or(implied);
        Self {
            id: draft.id.unwrap_or_else(Id::generate),
            number,
            customer_id: draft.customer_id,
            partner_id: draft.partner_id.filter(|_| status != Status::Pending),
            service: draft.service,
            scheduled_at: draft.scheduled_at,
            address: draft.address,
            price: draft.price,
            status,
            notes: draft.notes,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The state in the words of the admin panel.
    pub fn assigned_status(&self) -> AssignedStatus {
        self.status.assigned_status()
    }

    /// Applies what an admin changes. Equal to `self` where nothing changes.
    pub fn edit(&self, edit: &Edit, now: DateTime<Utc>) -> Result<Self, BookingError> {
        if let Some(partner_id) = edit.only_partner() {
            return self.assign(partner_id, now);
        }
        let mut next = self.clone();
        next.status = self.edited_status(edit)?;
        if let Some(customer_id) = &edit.customer_id {
            next.customer_id = customer_id.clone();
        }
        if let Some(partner_id) = &edit.partner_id {
            next.partner_id.clone_from(partner_id);
        }
        if next.status == Status::Pending {
            next.partner_id = None;
        }
        if let Some(service) = &edit.service {
            next.service = service.clone();
        }
        if let Some(scheduled_at) = edit.scheduled_at {
            next.scheduled_at = scheduled_at;
        }
        if let Some(address) = &edit.address {
            next.address = address.clone();
        }
        if edit.amount.is_some() || edit.currency.is_some() {
            let amount = edit.amount.unwrap_or_else(|| self.price.amount());
            let currency = edit.currency.unwrap_or_else(|| self.price.currency());
            next.price = Money::new(amount, currency).map_err(BookingError::Price)?;
        }
        if let Some(notes) = &edit.notes {
            next.notes.clone_from(notes);
        }
        Ok(self.followed_by(next, now))
    }

    /// The state after an edit: the one that is named, or the one that follows from a change of the partner.
    fn edited_status(&self, edit: &Edit) -> Result<Status, BookingError> {
        let named = match (edit.status, edit.assigned_status) {
            (Some(status), Some(assigned)) if status.assigned_status() != assigned => {
                return Err(BookingError::StatusesDisagree {
                    status,
                    assigned_status: assigned,
                });
            }
            (Some(status), _) => Some(status),
            (None, Some(assigned)) if self.assigned_status() == assigned => Some(self.status),
            (None, Some(assigned)) => Some(assigned.first_status()),
            (None, None) => None,
        };
        match (&edit.partner_id, named) {
            (Some(Some(_)), Some(Status::Pending)) => Err(BookingError::PartnerOfUnassigned),
            (_, Some(status)) => Ok(status),
            (None, None) => Ok(self.status),
            (Some(partner_id), None)
                if *partner_id == self.partner_id && self.status != Status::Pending =>
            {
                Ok(self.status)
            }
            (Some(_), None) if self.status.is_final() => {
                Err(BookingError::NotAssignable(self.status))
            }
            (Some(Some(_)), None) => Ok(Status::PartnerAssigned),
            (Some(None), None) => Ok(Status::Pending),
        }
    }

    /// Gives the booking to a partner, whose yes is awaited then.
    pub fn assign(&self, partner_id: &AccountId, now: DateTime<Utc>) -> Result<Self, BookingError> {
        if self.status.is_final() {
            return Err(BookingError::NotAssignable(self.status));
        }
        let partner_id = Some(partner_id.clone());
        let next = Self {
            partner_id,
            status: Status::PartnerAssigned,
            ..self.clone()
        };
        Ok(self.followed_by(next, now))
    }

    /// Moves on as its partner asks. A rejection takes it from the partner.
    pub fn progress_by_partner(
        &self,
        next: Status,
        now: DateTime<Utc>,
    ) -> Result<Self, BookingError> {
        if !self.status.partner_may_move_to(next) {
            return Err(BookingError::NotAllowed {
                from: self.status,
                to: next,
            });
        }
        let partner_id = self.partner_id.clone().filter(|_| next != Status::Pending);
        Ok(self.followed_by(
            Self {
                status: next,
                partner_id,
                ..self.clone()
            },
            now,
        ))
    }

    /// Moves as its customer asks, who may only call it off.
    pub fn progress_by_customer(
        &self,
        next: Status,
        now: DateTime<Utc>,
    ) -> Result<Self, BookingError> {
        if !self.status.customer_may_move_to(next) {
            return Err(BookingError::NotAllowed {
                from: self.status,
                to: next,
            });
        }
        Ok(self.followed_by(
            Self {
                status: next,
                ..self.clone()
            },
            now,
        ))
    }

    fn followed_by(&self, next: Self, now: DateTime<Utc>) -> Self {
        if next == *self {
            return next;
        }
        Self {
            updated_at: now,
            version: self.version + 1,
            ..next
        }
    }

    /// What differs from `before`, field by field, in the words of the contract.
    pub fn changes_since(&self, before: Option<&Self>) -> Vec<FieldChange> {
        let old = before.map(Self::fields);
        let pairs = self
            .fields()
            .into_iter()
            .enumerate()
            .map(|(n, (field, to))| {
                let from = old
                    .as_ref()
                    .map_or(serde_json::Value::Null, |fields| fields[n].1.clone());
                FieldChange {
                    field: field.to_owned(),
                    from,
                    to,
                }
            });
        pairs.filter(|change| change.from != change.to).collect()
    }

    fn fields(&self) -> [(&'static str, serde_json::Value); 11] {
        let time = self
            .scheduled_at
            .to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        [
            ("bookingNumber", self.number.as_str().into()),
            ("customerId", self.customer_id.as_str().into()),
            ("partnerId", self.partner_id.as_ref().map(Id::as_str).into()),
            ("service", self.service.as_str().into()),
            ("scheduledAt", time.into()),
            ("address", self.address.as_str().into()),
            (
                "amount",
                serde_json::to_value(self.price.amount_json()).unwrap_or_default(),
            ),
            ("currency", self.price.currency().code().into()),
            ("status", self.status.as_str().into()),
            ("assignedStatus", self.assigned_status().as_str().into()),
            ("notes", self.notes.as_ref().map(Text::as_str).into()),
        ]
    }
}

#[cfg(test)]
mod tests;
