use std::collections::BTreeMap;

use super::operation::Step;

/// What the model knows of a booking.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    pub(super) customer: String,
    pub(super) partner: Option<&'static str>,
    service: Option<u8>,
    status: &'static str,
    version: i64,
    has_earned: bool,
}

/// What there should be.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) bookings: BTreeMap<String, State>,
    pub(super) history: usize,
    pub(super) events: usize,
    /// Some mirror may be out of step.
    pub(super) is_damaged: bool,
    /// How many bookings were made.
    pub(super) made: usize,
}

fn assigned(status: &str) -> &'static str {
    match status {
        "PENDING" => "unassigned",
        "PARTNER_ASSIGNED" => "assigned",
        "PARTNER_ACCEPTED" | "IN_PROGRESS" => "confirm",
        "COMPLETED" => "completed",
        _ => "cancelled",
    }
}

fn first(assigned: &str) -> &'static str {
    match assigned {
        "unassigned" => "PENDING",
        "assigned" => "PARTNER_ASSIGNED",
        "confirm" => "PARTNER_ACCEPTED",
        "completed" => "COMPLETED",
        _ => "CANCELLED",
    }
}

impl State {
    pub(super) fn new(customer: &str, partner: Option<&'static str>) -> Self {
        let status = if partner.is_some() {
            "PARTNER_ASSIGNED"
        } else {
            "PENDING"
        };
        Self {
            customer: customer.to_owned(),
            partner,
            service: None,
            status,
            version: 1,
            has_earned: false,
        }
    }

    /// The row of a booking: id, customer, partner, status and version.
    pub(super) fn row(&self, id: &str) -> Vec<Option<String>> {
        let text = |text: &str| Some(text.to_owned());
        let version = Some(self.version.to_string());
        vec![
            text(id),
            text(&self.customer),
            self.partner.and_then(text),
            text(self.status),
            version,
        ]
    }

    fn is_final(&self) -> bool {
        ["COMPLETED", "CANCELLED"].contains(&self.status)
    }

    fn moved(&self, status: &'static str) -> Self {
        let partner = self.partner.filter(|_| status != "PENDING");
        Self {
            partner,
            status,
            ..self.clone()
        }
    }

    fn synced(&self, target: Option<&str>) -> Self {
        match target {
            Some(target) if target != assigned(self.status) => self.moved(first(target)),
            _ => self.clone(),
        }
    }

    /// The state after a step; `None` where it is refused.
    fn after(&self, step: &Step) -> Option<Self> {
        let cancels = |status| status == "CANCELLED" && !self.is_final();
        match *step {
            Step::Rename(n) => Some(Self {
                service: Some(n),
                ..self.clone()
            }),
            Step::SetStatus(status) => Some(self.moved(status)),
            Step::Assign(_) if self.is_final() => None,
            Step::Assign(partner) => Some(Self {
                partner: Some(partner),
                status: "PARTNER_ASSIGNED",
                ..self.clone()
            }),
            Step::ByPartner(status) => {
                let allowed = matches!(
                    (self.status, status),
                    ("PARTNER_ASSIGNED", "PARTNER_ACCEPTED" | "PENDING")
                        | ("PARTNER_ACCEPTED", "IN_PROGRESS")
                        | ("IN_PROGRESS", "COMPLETED")
                );
                (self.partner.is_some() && (allowed || cancels(status))).then(|| self.moved(status))
            }
            Step::ByCustomer(status) => cancels(status).then(|| self.moved(status)),
            Step::Move(customer) => Some(Self {
                customer: customer.to_owned(),
                ..self.clone()
            }),
            Step::Sync(_, target) => Some(self.synced(target)),
            Step::Delete | Step::Tamper(_) => Some(self.clone()),
        }
    }
}

impl Model {
    /// The booking that a number picks.
    pub(super) fn pick(&self, which: usize) -> Option<(String, State)> {
        let n = which.checked_rem(self.bookings.len())?;
        let (id, state) = self.bookings.iter().nth(n)?;
        Some((id.clone(), state.clone()))
    }

    pub(super) fn create(&mut self, id: String, state: State) {
        self.made += 1;
        self.history += 1;
        self.events += if state.partner.is_some() { 3 } else { 1 };
        self.bookings.insert(id, state);
    }

    pub(super) fn sync_customer(&mut self, customer: &str, target: Option<&'static str>) {
        let theirs = self
            .bookings
            .clone()
            .into_iter()
            .filter(|(_, state)| state.customer == customer);
        for (id, before) in theirs {
            self.become_of(&id, &before, before.synced(target), &Step::Sync("", target));
        }
    }

    /// Takes over what a step does; `None` where it is refused.
    pub(super) fn step(&mut self, id: &str, before: &State, step: &Step) -> Option<()> {
        let after = before.after(step)?;
        self.become_of(id, before, after, step);
        Some(())
    }

    fn become_of(&mut self, id: &str, before: &State, mut after: State, step: &Step) {
        let is_sync = matches!(step, Step::Sync(..));
        if matches!(step, Step::Delete) {
            self.history += 1;
            self.events += 1;
            if !before.is_final() {
                self.events += 1 + usize::from(before.partner.is_some());
            }
            self.bookings.remove(id);
            return;
        }
        let changes = after != *before;
        self.history += usize::from(changes || is_sync);
        if changes {
            after.version += 1;
            self.events += events(before, &after, matches!(step, Step::ByPartner(_)));
            if after.status == "COMPLETED" && after.partner.is_some() && !after.has_earned {
                after.has_earned = true;
                self.events += 1;
            }
        }
        self.bookings.insert(id.to_owned(), after);
    }
}

/// How many events a change makes.
fn events(before: &State, after: &State, by_partner: bool) -> usize {
    let (changes_status, changes_customer) = (
        before.status != after.status,
        before.customer != after.customer,
    );
    let cancels = changes_status && after.status == "CANCELLED";
    let loses_partner = before.partner.is_some() && before.partner != after.partner;
    let is_offered = after.partner.is_some()
        && after.status == "PARTNER_ASSIGNED"
        && (changes_status || before.partner != after.partner);
    let told = [
        (1, true),
        (1, changes_customer),
        (1, changes_status || changes_customer),
        (1, cancels),
        (1, cancels && after.partner.is_some()),
        (1, loses_partner && !by_partner),
        (2, is_offered),
    ];
    told.into_iter()
        .filter(|(_, happens)| *happens)
        .map(|(count, _)| count)
        .sum()
}
