use proptest::{option, prelude::*, sample::select};
use serde_json::{Value, json};

use super::{DAMAGE, model::State};

pub(super) const STATUSES: [&str; 6] = [
    "PENDING",
    "PARTNER_ASSIGNED",
    "PARTNER_ACCEPTED",
    "IN_PROGRESS",
    "COMPLETED",
    "CANCELLED",
];
const TARGETS: [&str; 5] = [
    "unassigned",
    "assigned",
    "confirm",
    "completed",
    "cancelled",
];
const CUSTOMERS: [&str; 3] = ["u1", "u2", "u3"];
const PARTNERS: [&str; 2] = ["p1", "p2"];

/// Something that happens.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Create(&'static str, Option<&'static str>),
    SyncCustomer(&'static str, Option<&'static str>),
    Reconcile,
    /// Something happens to one booking, picked by this number.
    Of(usize, Step),
}

/// Something that happens to one booking.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Rename(u8),
    SetStatus(&'static str),
    Assign(&'static str),
    ByPartner(&'static str),
    ByCustomer(&'static str),
    Move(&'static str),
    Delete,
    Sync(&'static str, Option<&'static str>),
    Tamper(usize),
}

pub(super) fn operation() -> impl Strategy<Value = Operation> {
    let (customer, target) = (select(&CUSTOMERS[..]), option::of(select(&TARGETS[..])));
    prop_oneof![
        3 => (customer.clone(), option::of(select(&PARTNERS[..]))).prop_map(|(c, p)| Operation::Create(c, p)),
        1 => (customer, target).prop_map(|(c, t)| Operation::SyncCustomer(c, t)),
        1 => Just(Operation::Reconcile),
        12 => (any::<usize>(), step()).prop_map(|(which, step)| Operation::Of(which, step)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let status = || select(&STATUSES[..]);
    let call = select(&["manual-sync", "find-and-sync"][..]);
    prop_oneof![
        2 => (0..3_u8).prop_map(Step::Rename),
        3 => status().prop_map(Step::SetStatus),
        3 => select(&PARTNERS[..]).prop_map(Step::Assign),
        4 => status().prop_map(Step::ByPartner),
        1 => status().prop_map(Step::ByCustomer),
        2 => select(&CUSTOMERS[..]).prop_map(Step::Move),
        1 => Just(Step::Delete),
        2 => (call, option::of(select(&TARGETS[..]))).prop_map(|(call, target)| Step::Sync(call, target)),
        2 => (0..DAMAGE.len()).prop_map(Step::Tamper),
    ]
}

impl Step {
    /// The call that makes it happen: token, method, path and body.
    pub(super) fn request(
        &self,
        id: &str,
        state: &State,
    ) -> (String, &'static str, String, Option<Value>) {
        let admin = || "admin".to_owned();
        let path = format!("/bookings/{id}");
        let put = |body| (admin(), "PUT", path.clone(), Some(body));
        let progress = |token, status| {
            (
                token,
                "PATCH",
                path.clone(),
                Some(json!({"status": status})),
            )
        };
        match self {
            Self::Rename(n) => put(json!({"service": format!("Service {n}")})),
            Self::SetStatus(status) => put(json!({"status": status})),
            Self::Assign(partner) => put(json!({"partnerId": partner})),
            Self::Move(customer) => put(json!({"customerId": customer})),
            Self::ByPartner(status) => progress(
                format!("partner:{}", state.partner.unwrap_or("p1")),
                *status,
            ),
            Self::ByCustomer(status) => progress(format!("customer:{}", state.customer), *status),
            Self::Delete | Self::Tamper(_) => (admin(), "DELETE", path, None),
            Self::Sync(call, target) => {
                let body = json!({"customerId": state.customer, "assignedStatus": target});
                (admin(), "POST", format!("{path}/{call}"), Some(body))
            }
        }
    }
}
