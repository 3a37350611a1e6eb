use std::sync::{Arc, Mutex};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    task::{JoinSet, yield_now},
};

use crate::harness::{Client, House, Node, Person};

/// How many write at the same time.
const CLIENTS: usize = 8;
/// They change the newest bookings, so that they meet.
const NEWEST: usize = 30;
const STATES: [&str; 5] = [
    "unassigned",
    "assigned",
    "confirm",
    "completed",
    "cancelled",
];
const PROGRESS: [&str; 4] = ["PARTNER_ACCEPTED", "IN_PROGRESS", "COMPLETED", "PENDING"];

/// Everybody who writes.
#[derive(Clone)]
pub(super) struct Staff {
    admin: Client,
    customers: Vec<Person>,
    partners: Vec<Person>,
    bookings: Arc<Mutex<Vec<String>>>,
}

/// A write, and what came back; nothing where the process was killed before it answered.
#[derive(Debug)]
pub(super) struct Said {
    /// The booking, or the customer whose bookings are all meant.
    pub(super) about: String,
    /// The call's name in history.
    pub(super) call: &'static str,
    pub(super) answer: Option<(u16, Value)>,
}

/// A write that is about to be sent.
struct Task {
    about: String,
    call: &'static str,
    client: Client,
    method: &'static str,
    path: String,
    body: Option<Value>,
}

impl Staff {
    pub(super) async fn hire(house: &House) -> Self {
        let (mut customers, mut partners) = (Vec::new(), Vec::new());
        for name in ["ann", "ben", "cid"] {
            customers.push(house.customer(name).await);
        }
        for name in ["pat", "quin"] {
            partners.push(house.partner(name).await);
        }
        Self {
            admin: house.admin.clone(),
            customers,
            partners,
            bookings: Arc::default(),
        }
    }

    /// All write until the process is killed, when so many requests were begun or answered as `moment` says, or a
    /// little later.
    pub(super) async fn work_until(
        &self,
        moment: u32,
        node: &mut Node,
        random: &mut StdRng,
    ) -> Vec<Said> {
        let (events, mut seen) = watch::channel(0_u32);
        let events = Arc::new(events);
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let random = StdRng::seed_from_u64(random.random());
            clients.spawn(self.at(node).work(random, Arc::clone(&events)));
        }
        seen.wait_for(|events| *events >= moment).await.unwrap();
        for _ in 0..random.random_range(0..40) {
            yield_now().await;
        }
        node.kill();
        clients.join_all().await.into_iter().flatten().collect()
    }

    fn at(&self, node: &Node) -> Self {
        let partner = |partner: &Person| Person {
            id: partner.id.clone(),
            client: partner.client.at(node),
        };
        Self {
            admin: self.admin.at(node),
            partners: self.partners.iter().map(partner).collect(),
            ..self.clone()
        }
    }

    /// Writes until there is no answer any more.
    async fn work(self, mut random: StdRng, events: Arc<watch::Sender<u32>>) -> Vec<Said> {
        let mut said = Vec::new();
        loop {
            let task = self.think_of_something(&mut random);
            events.send_modify(|events| *events += 1);
            let Task {
                method, path, body, ..
            } = &task;
            let answer = task.client.attempt(method, path, body.as_ref()).await;
            events.send_modify(|events| *events += 1);
            let answer = answer.ok().map(|answer| (answer.status, answer.body));
            if let Some((status, body)) = &answer {
                assert!(*status < 500, "{method} {path}: {status} {body}");
            }
            let is_over = answer.is_none();
            if task.call == "create" {
                // Also where nobody knows whether it is there.
                self.bookings.lock().unwrap().push(task.about.clone());
            }
            let Task { about, call, .. } = task;
            said.push(Said {
                about,
                call,
                answer,
            });
            if is_over {
                return said;
            }
        }
    }

    fn think_of_something(&self, random: &mut StdRng) -> Task {
        let customer = &self.customers.choose(random).unwrap().id;
        let Some(id) = self.some_booking(random) else {
            return self.creation(customer, random);
        };
        match random.random_range(0..100) {
            0..20 => self.creation(customer, random),
            20..56 => self.edit(id, customer, random),
            56..82 => self.progress(id, random),
            82..87 => self.task(
                id.clone(),
                "delete",
                ("DELETE", format!("/bookings/{id}")),
                None,
            ),
            _ => self.sync(id, customer, random),
        }
    }

    fn edit(&self, id: String, customer: &str, random: &mut StdRng) -> Task {
        let body = match random.random_range(0..4) {
            0 => json!({"customerId": customer}),
            1 => json!({"assignedStatus": STATES.choose(random).unwrap()}),
            _ => json!({"notes": token(random), "amount": price(random)}),
        };
        let path = format!("/bookings/{id}");
        self.task(id, "booking-update", ("PUT", path), Some(body))
    }

    /// Gives it to a partner, or a partner goes on with it, whether it is theirs or not.
    fn progress(&self, id: String, random: &mut StdRng) -> Task {
        let partner = self.partners.choose(random).unwrap();
        let path = format!("/bookings/{id}");
        if random.random() {
            let body = json!({"partnerId": partner.id});
            return self.task(id, "assign", ("POST", path + "/assign"), Some(body));
        }
        let body = json!({"status": PROGRESS.choose(random).unwrap()});
        Task {
            client: partner.client.clone(),
            ..self.task(id, "booking-update", ("PATCH", path), Some(body))
        }
    }

    /// For a customer whose it may or may not be.
    fn sync(&self, id: String, customer: &str, random: &mut StdRng) -> Task {
        let state = STATES.choose(random).unwrap();
        let body = json!({"customerId": customer, "assignedStatus": state});
        let (call, path) = match random.random_range(0..5) {
            0 | 1 => ("manual-sync", format!("/bookings/{id}/manual-sync")),
            2 | 3 => ("find-and-sync", format!("/bookings/{id}/find-and-sync")),
            _ => {
                let path = "/bookings/sync-customer".to_owned();
                return self.task(
                    customer.to_owned(),
                    "sync-all-customer",
                    ("POST", path),
                    Some(body),
                );
            }
        };
        let body = if random.random() {
            body
        } else {
            json!({"customerId": customer})
        };
        self.task(id, call, ("POST", path), Some(body))
    }

    fn creation(&self, customer: &str, random: &mut StdRng) -> Task {
        let id = token(random);
        let body = json!({
            "id": id, "customerId": customer, "service": "House Cleaning", "scheduledAt": "2027-01-31T09:30:00.000Z",
            "address": format!("{} Main St", random.random_range(1..999)), "amount": price(random), "currency": "EUR",
        });
        self.task(id, "create", ("POST", "/bookings".to_owned()), Some(body))
    }

    fn some_booking(&self, random: &mut StdRng) -> Option<String> {
        let bookings = self.bookings.lock().unwrap();
        let newest = &bookings[bookings.len().saturating_sub(NEWEST)..];
        newest.choose(random).cloned()
    }

    fn task(
        &self,
        about: String,
        call: &'static str,
        (method, path): (&'static str, String),
        body: Option<Value>,
    ) -> Task {
        let client = self.admin.clone();
        Task {
            about,
            call,
            client,
            method,
            path,
            body,
        }
    }
}

/// A text that nobody else thinks of.
fn token(random: &mut StdRng) -> String {
    format!("{:016x}", random.random::<u64>())
}

fn price(random: &mut StdRng) -> Value {
    json!(f64::from(random.random_range(0..100_000)) / 100.0)
}
