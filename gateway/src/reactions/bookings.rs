//! What of a booking needs its customer or its partner.

use realtime::NotificationDraft;
use serde_json::{Map, Value};

use super::{draft, text};

/// What to notify whoever hears `event` of.
///
/// A new state needs its customer, unless another event says the same: an assignment, a cancellation.
pub(super) fn notification(event: &str, said: &Map<String, Value>) -> Option<NotificationDraft> {
    match event {
        "booking:status_updated" => {
            let title = match text(said, "status")? {
                "PENDING" => "Looking for a partner",
                "PARTNER_ACCEPTED" => "Booking accepted",
                "IN_PROGRESS" => "Work has started",
                "COMPLETED" => "Booking completed",
                _ => return None,
            };
            let body = text(said, "message")?.to_owned();
            let fields = ["bookingId", "status"];
            Some(draft("booking_status", (title, body), said, &fields))
        }
        "partner:assigned" => {
            let partner = said.get("partner")?;
            let name = partner.get("name").and_then(Value::as_str);
            let body = format!("{} will do your booking", name.unwrap_or("A partner"));
            let says = ("Partner assigned", body);
            Some(draft(
                "partner_assigned",
                says,
                said,
                &["bookingId", "partner"],
            ))
        }
        "booking:new_request" => {
            let (number, service) = (text(said, "bookingNumber")?, text(said, "service")?);
            let says = ("New booking request", format!("{number}: {service}"));
            let fields = ["bookingId", "bookingNumber"];
            Some(draft("booking_request", says, said, &fields))
        }
        "booking:cancelled" => {
            let says = ("Booking cancelled", text(said, "reason")?.to_owned());
            let fields = ["bookingId", "cancelledBy"];
            Some(draft("booking_cancelled", says, said, &fields))
        }
        "earnings:updated" => {
            let (amount, currency) = (said.get("amount")?, text(said, "currency")?);
            let says = ("You have earned", format!("{amount} {currency}"));
            Some(draft(
                "earnings",
                says,
                said,
                &["bookingId", "amount", "currency"],
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(event: &str, said: Value) -> Option<(String, String)> {
        let Value::Object(said) = said else {
            unreachable!("an object")
        };
        notification(event, &said).map(|draft| (draft.kind, draft.body))
    }

    #[test]
    fn an_accepted_booking_needs_its_customer() {
        let said = json!({"bookingId": "B1", "status": "PARTNER_ACCEPTED", "message": "Yes"});
        let (kind, body) = of("booking:status_updated", said).unwrap();
        assert_eq!((kind.as_str(), body.as_str()), ("booking_status", "Yes"));
    }

    #[test]
    fn an_assignment_and_a_cancellation_are_told_once() {
        for status in ["PARTNER_ASSIGNED", "CANCELLED"] {
            let said = json!({"bookingId": "B1", "status": status, "message": "x"});
            assert_eq!(of("booking:status_updated", said), None);
        }
    }

    #[test]
    fn what_admins_watch_needs_nobody() {
        assert_eq!(of("booking:updated", json!({"bookingId": "B1"})), None);
    }
}
