use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use super::staff::Said;
use crate::harness::Sql;

/// The fields that history tells.
const FIELDS: [&str; 11] = [
    "bookingNumber",
    "customerId",
    "partnerId",
    "service",
    "scheduledAt",
    "address",
    "amount",
    "currency",
    "status",
    "assignedStatus",
    "notes",
];

type State = Map<String, Value>;

/// What history says happened, read on after each crash.
#[derive(Default)]
pub(super) struct Books {
    bookings: BTreeMap<String, Book>,
    /// How often each call may have done something to each booking: it said so, or did not live to say anything.
    may: HashMap<String, HashMap<&'static str, usize>>,
    last_line: i64,
    last_event: i64,
}

/// One booking's history.
#[derive(Default)]
struct Book {
    /// By version, from 1 on.
    states: Vec<State>,
    /// What the lines of history said that changed it.
    changes: Vec<Value>,
    /// How often a call did something.
    done: HashMap<String, usize>,
    is_deleted: bool,
    /// How many of its versions, and whether its end, the admins were told.
    told: usize,
    told_deleted: bool,
}

impl Books {
    pub(super) fn is_empty(&self) -> bool {
        self.bookings.is_empty()
    }

    /// Reads the lines of history and the events that were written since the last time.
    pub(super) async fn read(&mut self, sql: &Sql) {
        let lines = format!(
            "SELECT id, booking_id, call, changes FROM booking_history WHERE id > {} AND outcome = 'done' ORDER BY id",
            self.last_line
        );
        for line in sql.rows(&lines).await {
            self.last_line = line["id"].as_i64().unwrap();
            let id = line["booking_id"].as_str().unwrap();
            let changes = parsed(&line["changes"]);
            let call = line["call"].as_str().unwrap();
            self.bookings
                .entry(id.to_owned())
                .or_default()
                .write(call, changes);
        }
        let events = format!(
            "SELECT id, event, payload FROM outbox WHERE id > {} AND audience = 'role:admin' \
             AND event IN ('booking:created', 'booking:updated') ORDER BY id",
            self.last_event
        );
        for event in sql.rows(&events).await {
            self.last_event = event["id"].as_i64().unwrap();
            let payload = parsed(&event["payload"]);
            let id = payload["bookingId"].as_str().unwrap();
            let book = self.bookings.get_mut(id);
            let book = book.unwrap_or_else(|| panic!("told, but not in history: {payload}"));
            book.hear(event["event"].as_str().unwrap(), &payload);
        }
        for (id, book) in &self.bookings {
            assert_eq!(book.told, book.states.len(), "events of {id}");
            assert_eq!(book.told_deleted, book.is_deleted, "end of {id}");
        }
    }

    /// Every answer that somebody got is in the books, and nothing is that nobody asked for.
    pub(super) fn agree_with(&mut self, said: &[Said]) {
        for Said {
            about,
            call,
            answer,
        } in said
        {
            match answer {
                None => self.count(about, call),
                Some((200..300, answer)) => {
                    self.count(about, call);
                    self.expect_done(about, call, answer);
                }
                Some(_) => {}
            }
        }
        for (id, book) in &self.bookings {
            for (call, done) in &book.done {
                let may = self.may.get(id).and_then(|calls| calls.get(call.as_str()));
                let may = *may.unwrap_or(&0);
                // One call syncs all bookings of a customer.
                assert!(
                    *done <= may || call == "sync-all-customer",
                    "{id}: {done} × {call} of {may}"
                );
            }
        }
    }

    fn count(&mut self, about: &str, call: &'static str) {
        *self
            .may
            .entry(about.to_owned())
            .or_default()
            .entry(call)
            .or_default() += 1;
    }

    fn expect_done(&self, about: &str, call: &str, answer: &Value) {
        if call == "sync-all-customer" {
            return;
        }
        let book = self.bookings.get(about);
        let book = book.unwrap_or_else(|| panic!("{call} of {about} is lost: {answer}"));
        match call {
            "delete" => assert!(book.is_deleted, "the deletion of {about} is lost"),
            "manual-sync" | "find-and-sync" => {
                assert!(book.done.contains_key(call), "{call} of {about} is lost");
            }
            _ => {
                let version = usize::try_from(answer["version"].as_u64().unwrap()).unwrap();
                let state = book.states.get(version - 1);
                assert_eq!(state, Some(&state_of(answer)), "{call} of {about} is lost");
            }
        }
    }

    /// The tables say what history says, and both sides of every booking are the same.
    pub(super) async fn agree_with_tables(&self, sql: &Sql) {
        let differences = sql.differences().await;
        assert!(differences.is_empty(), "out of step: {differences:#?}");
        let rows = sql.rows("SELECT * FROM bookings").await;
        for row in &rows {
            let (id, version, state) = booking(row);
            let book = self.bookings.get(id).filter(|book| !book.is_deleted);
            let book = book.unwrap_or_else(|| panic!("should not be there: {row}"));
            assert_eq!(
                (version, Some(&state)),
                (book.states.len(), book.states.last()),
                "{id}"
            );
        }
        let alive = self.bookings.values().filter(|book| !book.is_deleted);
        assert_eq!(rows.len(), alive.count(), "bookings are lost");
        let unpaid = "SELECT b.id FROM bookings b LEFT JOIN partner_earnings e ON e.booking_id = b.id \
                      WHERE b.status = 'COMPLETED' AND b.partner_id IS NOT NULL AND e.booking_id IS NULL";
        assert_eq!(
            sql.rows(unpaid).await,
            Vec::<Value>::new(),
            "nobody was paid for these"
        );
    }
}

impl Book {
    /// Writes down a line of history.
    fn write(&mut self, call: &str, changes: Value) {
        assert!(!self.is_deleted, "{call} after the end");
        assert_eq!(call == "create", self.states.is_empty(), "{call}");
        *self.done.entry(call.to_owned()).or_default() += 1;
        self.is_deleted = call == "delete";
        let list = changes.as_array().unwrap();
        if list.is_empty() {
            return;
        }
        let nothing = || {
            FIELDS
                .iter()
                .map(|field| ((*field).to_owned(), Value::Null))
                .collect()
        };
        let mut state: State = self.states.last().cloned().unwrap_or_else(nothing);
        for change in list {
            let field = change["field"].as_str().unwrap();
            let from = state.insert(field.to_owned(), normal(&change["to"]));
            assert_eq!(from, Some(normal(&change["from"])), "{field}");
        }
        self.states.push(state);
        self.changes.push(changes);
    }

    /// Compares an event with the line of history that it belongs to.
    fn hear(&mut self, event: &str, payload: &Value) {
        if payload["deleted"] == true {
            assert!(!self.told_deleted, "told twice: {payload}");
            self.told_deleted = true;
            return;
        }
        assert_eq!(payload["version"], json!(self.told + 1), "{payload}");
        assert_eq!(event == "booking:created", self.told == 0, "{payload}");
        let changes = self.changes.get(self.told);
        if self.told > 0 {
            assert_eq!(changes, Some(&payload["changes"]), "{payload}");
        }
        self.told += 1;
    }
}

fn parsed(text: &Value) -> Value {
    serde_json::from_str(text.as_str().unwrap()).unwrap()
}

/// The fields of a booking as it stands in an answer.
fn state_of(answer: &Value) -> State {
    FIELDS
        .iter()
        .map(|field| ((*field).to_owned(), normal(&answer[*field])))
        .collect()
}

/// 5 and 5.0 are the same amount.
fn normal(value: &Value) -> Value {
    value.as_f64().map_or_else(|| value.clone(), Value::from)
}

/// A row of `bookings`: id, version and fields.
fn booking(row: &Value) -> (&str, usize, State) {
    let millis = row["scheduled_at"].as_i64().unwrap();
    let time = DateTime::from_timestamp_millis(millis).unwrap();
    #[expect(clippy::cast_precision_loss, reason = "these amounts are small")]
    let amount = row["amount_minor"].as_i64().unwrap() as f64 / 100.0;
    let fields = json!({
        "bookingNumber": row["booking_number"],
        "customerId": row["customer_id"],
        "partnerId": row["partner_id"],
        "service": row["service"],
        "scheduledAt": time.to_rfc3339_opts(SecondsFormat::Millis, true),
        "address": row["address"],
        "amount": amount,
        "currency": row["currency"],
        "status": row["status"],
        "assignedStatus": row["assigned_status"],
        "notes": row["notes"],
    });
    let version = usize::try_from(row["version"].as_i64().unwrap()).unwrap();
    (row["id"].as_str().unwrap(), version, state_of(&fields))
}
