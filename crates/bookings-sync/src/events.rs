use auth::{AccountId, Actor};
use chrono::{DateTime, SecondsFormat, Utc};
use outbox::{Audience, Fact};
use serde_json::{Value, json};

use crate::model::{Booking, Earning, Partner, Status};

/// Why a booking is off, where nobody says.
pub(crate) const CANCELLED: &str = "The booking was cancelled";
/// Why a partner has a booking no longer, where nobody says.
pub(crate) const GIVEN_AWAY: &str = "The booking was given to somebody else";

/// What somebody did to a booking.
#[derive(Debug)]
pub(crate) struct Happening<'a> {
    /// What it was; `None` for a new one.
    pub(crate) before: Option<&'a Booking>,
    /// What it is.
    pub(crate) after: &'a Booking,
    /// The partner who has it now.
    pub(crate) partner: Option<&'a Partner>,
    /// Who did it.
    pub(crate) actor: &'a Actor,
    /// Why, as they said.
    pub(crate) reason: Option<&'a str>,
}

impl Happening<'_> {
    /// What everybody concerned must hear of it.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        match self.before {
            None => facts.push(Fact::new(
                Audience::Admins,
                "booking:created",
                full(self.after),
            )),
            Some(before) if before == self.after => return facts,
            Some(before) => {
                facts.push(self.updated(before));
                self.tell_old_customer(before, &mut facts);
                self.tell_status(before, &mut facts);
                self.tell_old_partner(before, &mut facts);
            }
        }
        self.tell_new_partner(&mut facts);
        facts
    }

    fn updated(&self, before: &Booking) -> Fact {
        let changes: Vec<_> = self
            .after
            .changes_since(Some(before))
            .into_iter()
            .map(|change| json!({"field": change.field, "from": change.from, "to": change.to}))
            .collect();
        Fact::new(
            Audience::Admins,
            "booking:updated",
            json!({
                "bookingId": self.after.id,
                "bookingNumber": self.after.number.as_str(),
                "customerId": self.after.customer_id,
                "partnerId": self.after.partner_id,
                "status": self.after.status.as_str(),
                "assignedStatus": self.after.assigned_status().as_str(),
                "version": self.after.version,
                "updatedAt": rfc3339(self.after.updated_at),
                "changes": changes,
            }),
        )
    }

    fn tell_old_customer(&self, before: &Booking, facts: &mut Vec<Fact>) {
        if before.customer_id != self.after.customer_id {
            let reason = "The booking was moved to another customer";
            facts.push(cancelled(&before.customer_id, before, reason, self.actor));
        }
    }

    fn tell_status(&self, before: &Booking, facts: &mut Vec<Fact>) {
        let (before_status, after) = (before.status, self.after);
        if before_status == after.status && before.customer_id == after.customer_id {
            return;
        }
        facts.push(status_updated(after));
        if before_status != after.status && after.status == Status::Cancelled {
            let reason = self.reason.unwrap_or(CANCELLED);
            facts.push(cancelled(&after.customer_id, after, reason, self.actor));
            if let Some(partner_id) = &after.partner_id {
                facts.push(cancelled(partner_id, after, reason, self.actor));
            }
        }
    }

    /// A partner who lost the booking hears so, unless it was by their own rejection.
    fn tell_old_partner(&self, before: &Booking, facts: &mut Vec<Fact>) {
        let Some(old) = before
            .partner_id
            .as_ref()
            .filter(|old| Some(*old) != self.after.partner_id.as_ref())
        else {
            return;
        };
        if old.as_str() != self.actor.id {
            let reason = self.reason.unwrap_or(GIVEN_AWAY);
            facts.push(cancelled(old, before, reason, self.actor));
        }
    }

    fn tell_new_partner(&self, facts: &mut Vec<Fact>) {
        let after = self.after;
        let Some(partner_id) = after
            .partner_id
            .as_ref()
            .filter(|_| after.status == Status::PartnerAssigned)
        else {
            return;
        };
        let is_new = self.before.is_none_or(|before| {
            before.partner_id.as_ref() != Some(partner_id)
                || before.status != Status::PartnerAssigned
        });
        if !is_new {
            return;
        }
        let partner = self.partner.filter(|partner| partner.id == *partner_id);
        facts.push(Fact::new(
            Audience::Account(after.customer_id.clone()),
            "partner:assigned",
            json!({
                "bookingId": after.id,
                "partner": {
                    "id": partner_id,
                    "name": partner.map(|p| &p.name),
                    "phone": partner.and_then(|p| p.phone.as_ref()),
                    "rating": partner.and_then(|p| p.rating),
                },
            }),
        ));
        facts.push(Fact::new(
            Audience::Account(partner_id.clone()),
            "booking:new_request",
            json!({
                "bookingId": after.id,
                "bookingNumber": after.number.as_str(),
                "service": after.service,
                "scheduledAt": rfc3339(after.scheduled_at),
                "address": after.address,
                "amount": after.price.amount_json(),
            }),
        ));
    }
}

/// A booking was deleted: its people hear that it is off, if it was not over.
pub(crate) fn deleted(booking: &Booking, actor: &Actor) -> Vec<Fact> {
    let mut facts = vec![Fact::new(
        Audience::Admins,
        "booking:updated",
        json!({
            "bookingId": booking.id,
            "bookingNumber": booking.number.as_str(),
            "customerId": booking.customer_id,
            "partnerId": booking.partner_id,
            "status": booking.status.as_str(),
            "assignedStatus": booking.assigned_status().as_str(),
            "version": booking.version,
            "deleted": true,
            "changes": [],
        }),
    )];
    if !booking.status.is_final() {
        let concerned = [Some(&booking.customer_id), booking.partner_id.as_ref()];
        let tell = |id: &AccountId| cancelled(id, booking, "The booking was deleted", actor);
        facts.extend(concerned.into_iter().flatten().map(tell));
    }
    facts
}

/// A booking was completed and its partner has `total` now, in that currency.
pub(crate) fn earned(partner_id: &AccountId, earning: &Earning, total: validation::Money) -> Fact {
    Fact::new(
        Audience::Account(partner_id.clone()),
        "earnings:updated",
        json!({
            "partnerId": partner_id,
            "bookingId": earning.booking_id,
            "amount": earning.amount.amount_json(),
            "currency": earning.amount.currency(),
            "total": total.amount_json(),
        }),
    )
}

/// Somebody registered as a partner.
pub(crate) fn registered(partner: &Partner) -> Fact {
    Fact::new(
        Audience::Admins,
        "partner:registered",
        json!({
            "partnerId": partner.id,
            "name": partner.name,
            "email": partner.email,
            "phone": partner.phone,
            "services": partner.services,
            "createdAt": rfc3339(partner.created_at),
        }),
    )
}

/// A partner sent in a document.
pub(crate) fn kyc_submitted(partner: &Partner) -> Fact {
    Fact::new(
        Audience::Admins,
        "kyc:submitted",
        json!({
            "partnerId": partner.id,
            "name": partner.name,
            "documentType": partner.kyc_document.as_ref().map(|document| &document.document_type),
            "submittedAt": partner.kyc_submitted_at.map(rfc3339),
        }),
    )
}

/// What the customer is told when a booking reaches a state.
pub(crate) fn message_of(status: Status) -> &'static str {
    match status {
        Status::Pending => "We are looking for a partner for your booking",
        Status::PartnerAssigned => "A partner has been assigned to your booking",
        Status::PartnerAccepted => "Partner has accepted your booking",
        Status::InProgress => "Partner has started working on your booking",
        Status::Completed => "Your booking has been completed",
        Status::Cancelled => "Your booking has been cancelled",
    }
}

fn status_updated(booking: &Booking) -> Fact {
    Fact::new(
        Audience::Account(booking.customer_id.clone()),
        "booking:status_updated",
        json!({
            "bookingId": booking.id,
            "status": booking.status.as_str(),
            "assignedStatus": booking.assigned_status().as_str(),
            "message": message_of(booking.status),
        }),
    )
}

fn cancelled(to: &AccountId, booking: &Booking, reason: &str, actor: &Actor) -> Fact {
    Fact::new(
        Audience::Account(to.clone()),
        "booking:cancelled",
        json!({
            "bookingId": booking.id,
            "reason": reason,
            "cancelledBy": actor.kind,
        }),
    )
}

fn full(booking: &Booking) -> Value {
    json!({
        "bookingId": booking.id,
        "bookingNumber": booking.number.as_str(),
        "customerId": booking.customer_id,
        "partnerId": booking.partner_id,
        "service": booking.service,
        "scheduledAt": rfc3339(booking.scheduled_at),
        "address": booking.address,
        "amount": booking.price.amount_json(),
        "currency": booking.price.currency(),
        "status": booking.status.as_str(),
        "assignedStatus": booking.assigned_status().as_str(),
        "createdAt": rfc3339(booking.created_at),
        "version": booking.version,
    })
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests;
