//! What nobody decent would send: refused in one shape, with nothing changed, or taken for what it is.

mod bodies;
mod connections;
mod methods;
mod paths;
mod queries;
pub(crate) mod raw;
mod snapshot;
mod values;

use test_support::TestDatabase;

use self::{
    raw::{Raw, Reply},
    snapshot::{Reader, Snapshot},
};
use crate::rights::{
    document::{Operation, operations},
    site::Site,
};

/// A node that is attacked by an admin, and a look at what it keeps.
struct Siege {
    site: Site,
    raw: Raw,
    reader: Reader,
    before: Snapshot,
    operations: Vec<Operation>,
    /// What should not have happened.
    complaints: Vec<String>,
}

/// What an attack has to end in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// A refusal with this status.
    Status(u16),
    /// Any refusal.
    Refused,
    /// A refusal, or what was asked for.
    RefusedOrDone,
}

impl Siege {
    async fn lay(database: TestDatabase) -> Self {
        let site = Site::build(database).await;
        let raw = Raw::new(site.house.admin.clone());
        let mut reader = Reader::open(&site.house.database).await;
        let before = reader.snapshot().await;
        let mut operations = operations(&site.house.stranger()).await;
        // Those are for the members of an organization; the tests of their domain send what no client should.
        operations.retain(|operation| !operation.template.contains("/integrations/"));
        operations.retain(|operation| !operation.template.contains("/sales-documents"));
        Self {
            site,
            raw,
            reader,
            before,
            operations,
            complaints: Vec::new(),
        }
    }

    /// Notes what is there now: what was done on purpose is no harm.
    async fn look(&mut self) {
        self.before = self.reader.snapshot().await;
    }

    /// Notes what is wrong with an answer, or with what became of the data.
    async fn judge(&mut self, what: &str, reply: &Reply, outcome: Outcome) {
        self.judge_answer(what, reply, outcome);
        let after = self.reader.snapshot().await;
        let differences = self.before.differences(&after);
        if reply.status >= 400 && !differences.is_empty() {
            let status = reply.status;
            let complaint = format!("{what}: {status} but {differences:?}");
            self.complaints.push(complaint);
        }
        self.before = after;
    }

    /// The same of answers none of which may be a success, with one look at the data after all of them.
    async fn judge_all(&mut self, replies: &[(String, Reply)], outcome: Outcome) {
        for (what, reply) in replies {
            self.judge_answer(what, reply, outcome);
        }
        let after = self.reader.snapshot().await;
        let differences = self.before.differences(&after);
        if let Some((last, _)) = replies.last().filter(|_| !differences.is_empty()) {
            let complaint = format!("one of those up to {last}: {differences:?}");
            self.complaints.push(complaint);
        }
        self.before = after;
    }

    fn judge_answer(&mut self, what: &str, reply: &Reply, outcome: Outcome) {
        let is_good = match outcome {
            Outcome::Status(status) => reply.status == status,
            Outcome::Refused => (400..500).contains(&reply.status),
            Outcome::RefusedOrDone => reply.status < 500,
        };
        if !is_good {
            let text: String = reply.text.chars().take(300).collect();
            let complaint = format!("{what}: {} {text}", reply.status);
            self.complaints.push(complaint);
        } else if reply.status >= 400 {
            reply.expect_refusal(what);
        }
    }

    /// Fails with all that was noted, and unless the node still does its work.
    async fn end(mut self) {
        let complaints = std::mem::take(&mut self.complaints);
        assert!(
            complaints.is_empty(),
            "{} complaints:\n{}",
            complaints.len(),
            complaints.join("\n")
        );
        let things = self.site.things().await;
        let path = format!("/bookings/{}", things.booking);
        assert_eq!(self.raw.get(&path).await.status, 200);
    }
}
