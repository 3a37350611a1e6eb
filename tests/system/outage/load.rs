use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::harness::{Answer, Client, Sql};

/// The longest that anybody may wait for any answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Clients that change bookings all the time, and what they were told.
#[derive(Default)]
pub(super) struct Load {
    is_over: AtomicBool,
    pub(super) done: AtomicUsize,
    pub(super) refused: AtomicUsize,
    said: Mutex<Said>,
}

#[derive(Default)]
struct Said {
    done: BTreeSet<String>,
    refused: BTreeSet<String>,
    complaints: BTreeSet<String>,
}

impl Load {
    /// Changes one booking again and again until the end.
    pub(super) async fn work(&self, client: &Client, booking: &str) {
        let mut n = 0;
        while !self.is_over.load(Ordering::Relaxed) {
            n += 1;
            let notes = format!("{booking} {n}");
            let (path, body) = (format!("/bookings/{booking}"), json!({"notes": notes}));
            let (begun, answer) = (Instant::now(), client.put(&path, &body).await);
            self.note(notes, answer, begun.elapsed());
        }
    }

    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    fn note(&self, notes: String, answer: Answer, took: Duration) {
        let mut said = self.said.lock().unwrap();
        if answer.status == 200 {
            said.done.insert(notes);
            self.done.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if let Some(complaint) = complaint(answer, took) {
            said.complaints.insert(complaint);
        }
        said.refused.insert(notes);
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Expects that nobody was told anything but the truth: what was done is there, and what was refused is there
    /// whole, as the commit's answer may have been lost, or not at all.
    pub(super) async fn expect_truth(&self, sql: &Sql) {
        let history = "SELECT changes FROM booking_history WHERE call = 'booking-update'";
        let mut written = BTreeSet::new();
        for row in sql.rows(history).await {
            let changes: Value = serde_json::from_str(row["changes"].as_str().unwrap()).unwrap();
            let notes = changes[0]["to"].as_str().unwrap().to_owned();
            assert!(written.insert(notes), "twice: {row}");
        }
        let said = self.said.lock().unwrap();
        assert!(said.complaints.is_empty(), "{:#?}", said.complaints);
        let lost: Vec<_> = said.done.difference(&written).collect();
        assert!(lost.is_empty(), "{lost:?}");
        let strange: Vec<_> = written
            .iter()
            .filter(|notes| !said.done.contains(*notes) && !said.refused.contains(*notes))
            .collect();
        assert!(strange.is_empty(), "{strange:?}");
    }
}

/// What is wrong with the answer of a gateway that has no database.
pub(super) fn complaint(answer: Answer, took: Duration) -> Option<String> {
    if took > PATIENCE {
        return Some(format!("{} only after {took:?}", answer.status));
    }
    if answer.status != 503 || answer.body["code"] != "unavailable" {
        return Some(format!("{} {}", answer.status, answer.body));
    }
    let body = answer.in_envelope().to_string();
    ["locked", "sqlx", "postgres", "connection", "pool"]
        .into_iter()
        .find(|inside| body.to_lowercase().contains(inside))
        .map(|inside| format!("{inside} in {body}"))
}
