use super::*;
use crate::{
    model::{Edit, KycStatus},
    testing::{account, admin, booking, document, now, partner},
};

/// Who hears what, in order.
fn heard(facts: &[Fact]) -> Vec<String> {
    facts
        .iter()
        .map(|fact| format!("{} {}", fact.audience, fact.event))
        .collect()
}

fn happening(
    before: Option<&Booking>,
    after: &Booking,
    actor: &Actor,
    reason: Option<&str>,
) -> Vec<Fact> {
    let partner = partner("p2", KycStatus::Approved);
    let happening = Happening {
        before,
        after,
        partner: Some(&partner),
        actor,
        reason,
    };
    happening.facts()
}

fn edited(from: Status, edit: &Edit) -> Vec<Fact> {
    let before = booking(from);
    let after = before.edit(edit, now()).unwrap();
    happening(Some(&before), &after, &admin(), None)
}

fn to(status: Status) -> Edit {
    Edit {
        status: Some(status),
        ..Edit::default()
    }
}

const UPDATED: &str = "role:admin booking:updated";
const STATUS: &str = "account:u1 booking:status_updated";

#[test]
fn a_new_booking_is_told_to_admins_and_to_its_partner_if_it_has_one() {
    let facts = happening(None, &booking(Status::Pending), &admin(), None);
    assert_eq!(heard(&facts), ["role:admin booking:created"]);
    assert_eq!(facts[0].payload["customerId"], "u1");
    assert_eq!(facts[0].payload["amount"], 24.8);
    let facts = happening(None, &booking(Status::PartnerAssigned), &admin(), None);
    let expected = [
        "role:admin booking:created",
        "account:u1 partner:assigned",
        "account:p1 booking:new_request",
    ];
    assert_eq!(heard(&facts), expected);
    let facts = happening(None, &booking(Status::Completed), &admin(), None);
    assert_eq!(
        heard(&facts),
        ["role:admin booking:created"],
        "nobody is asked for what is done"
    );
}

#[test]
fn nothing_changed_is_told_to_nobody() {
    let same = booking(Status::InProgress);
    assert_eq!(happening(Some(&same), &same, &admin(), None), []);
}

#[test]
fn what_is_no_status_is_told_to_admins_only() {
    let edit = Edit {
        amount: Some(30.into()),
        ..Edit::default()
    };
    let facts = edited(Status::InProgress, &edit);
    assert_eq!(heard(&facts), [UPDATED]);
    let changes = serde_json::json!([{"field": "amount", "from": 24.8, "to": 30}]);
    assert_eq!(
        (&facts[0].payload["changes"], &facts[0].payload["version"]),
        (&changes, &2.into())
    );
}

#[test]
fn the_customer_hears_of_any_change_of_status() {
    for from in Status::ALL {
        for next in Status::ALL.into_iter().filter(|next| *next != from) {
            let facts = edited(from, &to(next));
            let heard = heard(&facts);
            assert_eq!(heard[..2], [UPDATED, STATUS], "{from} to {next}");
            let data = &facts[1].payload;
            assert_eq!(data["status"], next.as_str());
            assert_eq!(data["assignedStatus"], next.assigned_status().as_str());
            assert_eq!(data["message"], message_of(next));
            let has_partner = from != Status::Pending;
            let mut expected: Vec<&str> = Vec::new();
            match next {
                Status::Cancelled => expected.push("account:u1 booking:cancelled"),
                Status::PartnerAssigned if has_partner => {
                    expected.extend([
                        "account:u1 partner:assigned",
                        "account:p1 booking:new_request",
                    ]);
                }
                _ => {}
            }
            if has_partner && matches!(next, Status::Cancelled | Status::Pending) {
                expected.push("account:p1 booking:cancelled");
            }
            assert_eq!(heard[2..], expected, "{from} to {next}");
        }
    }
}

#[test]
fn a_cancellation_tells_both_sides_why_and_by_whom() {
    let customer = Actor {
        id: "u1".to_owned(),
        kind: "customer",
    };
    let before = booking(Status::PartnerAccepted);
    let after = before
        .progress_by_customer(Status::Cancelled, now())
        .unwrap();
    let facts = happening(Some(&before), &after, &customer, Some("rain"));
    for fact in &facts[2..] {
        let expected =
            serde_json::json!({"bookingId": "B1", "reason": "rain", "cancelledBy": "customer"});
        assert_eq!(Value::Object(fact.payload.clone()), expected);
    }
    assert_eq!(facts.len(), 4);
}

#[test]
fn a_reassignment_tells_the_old_partner_the_new_one_and_the_customer() {
    let before = booking(Status::PartnerAssigned);
    let after = before.assign(&account("p2"), now()).unwrap();
    let facts = happening(Some(&before), &after, &admin(), None);
    let expected = [
        UPDATED,
        "account:p1 booking:cancelled",
        "account:u1 partner:assigned",
        "account:p2 booking:new_request",
    ];
    assert_eq!(heard(&facts), expected);
    let partner =
        serde_json::json!({"id": "p2", "name": "Partner p2", "phone": "+1 p2", "rating": null});
    assert_eq!(facts[2].payload["partner"], partner);
    let request = serde_json::json!({
        "bookingId": "B1", "bookingNumber": "BK123456", "service": "House Cleaning",
        "scheduledAt": "2027-01-15T08:00:00.000Z", "address": "123 Main St", "amount": 24.8,
    });
    assert_eq!(Value::Object(facts[3].payload.clone()), request);
}

#[test]
fn a_rejection_is_told_to_everybody_but_who_rejects() {
    let partner = Actor {
        id: "p1".to_owned(),
        kind: "partner",
    };
    let before = booking(Status::PartnerAssigned);
    let after = before.progress_by_partner(Status::Pending, now()).unwrap();
    let facts = happening(Some(&before), &after, &partner, Some("too far"));
    assert_eq!(heard(&facts), [UPDATED, STATUS]);
}

#[test]
fn another_customer_hears_the_status_and_the_old_one_that_it_is_off() {
    let edit = Edit {
        customer_id: Some(account("u2")),
        ..Edit::default()
    };
    let facts = edited(Status::InProgress, &edit);
    let expected = [
        UPDATED,
        "account:u1 booking:cancelled",
        "account:u2 booking:status_updated",
    ];
    assert_eq!(heard(&facts), expected);
}

#[test]
fn a_deleted_booking_is_off_unless_it_was_over() {
    for status in Status::ALL {
        let facts = deleted(&booking(status), &admin());
        let mut expected = vec![UPDATED];
        if !status.is_final() {
            expected.push("account:u1 booking:cancelled");
        }
        if !status.is_final() && status != Status::Pending {
            expected.push("account:p1 booking:cancelled");
        }
        assert_eq!(heard(&facts), expected, "{status}");
    }
}

#[test]
fn earnings_are_told_with_their_total() {
    let done = booking(Status::Completed);
    let earning = Earning {
        booking_id: done.id.clone(),
        booking_number: done.number.to_string(),
        amount: done.price,
        earned_at: now(),
    };
    let total = validation::Money::from_minor(10_000, done.price.currency());
    let fact = earned(&account("p1"), &earning, total);
    assert_eq!(
        heard(std::slice::from_ref(&fact)),
        ["account:p1 earnings:updated"]
    );
    let expected = serde_json::json!({
        "partnerId": "p1", "bookingId": "B1", "amount": 24.8, "currency": "USD", "total": 100,
    });
    assert_eq!(Value::Object(fact.payload), expected);
}

#[test]
fn partners_and_their_documents_are_told_to_admins() {
    let new = partner("p1", KycStatus::NotSubmitted);
    let fact = registered(&new);
    assert_eq!(
        heard(std::slice::from_ref(&fact)),
        ["role:admin partner:registered"]
    );
    let fact = kyc_submitted(&new.submit(document(), now()).unwrap());
    assert_eq!(
        heard(std::slice::from_ref(&fact)),
        ["role:admin kyc:submitted"]
    );
    assert_eq!(
        (&fact.payload["partnerId"], &fact.payload["documentType"]),
        (&"p1".into(), &"passport".into())
    );
}
