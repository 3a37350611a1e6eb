use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::Bytes;
use serde_json::{Value, json};
use simulators::metakocka::{Company, Server, Simulator};
use tokio::{task::JoinSet, time::interval};

use crate::{
    http::{Client, load},
    mirrors::Empty,
    node::Node,
    report::{Limit, Row, median},
    seed::Place,
};

const DOCUMENTS: usize = 2_000;
/// Documents whose status is asked for at once.
const ASKED: usize = 50;
const COMPANY: &str = "16";
const KEY: &str = "key-of-the-bench";
/// How long Metakocka takes for a call, in milliseconds.
const CALL: u64 = 50;
/// How many calls of an organization it takes at a time.
const CALLS_AT_ONCE: f64 = 2.0;
/// How many clients write the documents.
const WRITERS: usize = 8;
const TIME: Duration = Duration::from_secs(4);
const RUNS: usize = 3;
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// After how many looks it says how far it is: minutes pass.
const TOLD: usize = 100;
const SYNC: &str = "/api/integrations/metakocka/sales-documents/sync";

/// What syncing all documents took.
struct Sync {
    /// In seconds.
    time: f64,
    calls: u32,
    /// The peaks of memory in the first half and in the second, in megabytes.
    memory: (f64, f64),
}

/// Every document of an organization goes to a Metakocka that takes its time; then everybody asks how they stand.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for place in [
        Place::sqlite().await?,
        Place::postgres("bench_documents").await?,
    ] {
        let node = Node::start(&place.url()).await?;
        let token = node.sign_in().await?;
        let simulator = Simulator::default();
        let company = Company::new(COMPANY, KEY);
        simulator.open(company.with(|settings| settings.call_ms = CALL));
        let metakocka = simulator.serve().await?;
        connect(&node, &token, &metakocka).await?;
        write(&node, &token).await?;
        let sync = sync(&node, &token, &metakocka).await?;
        rows.extend(sync.rows(&place));
        place.execute("ANALYZE").await?;
        rows.push(status(&place, &node, &token).await?);
    }
    Ok(rows)
}

/// Makes an organization of whoever signs in, and gives it its key.
async fn connect(node: &Node, token: &str, metakocka: &Server) -> anyhow::Result<()> {
    let mut admin = Client::connect(&node.address, token).await?;
    let me = admin.json("GET", "/api/auth/me", &Value::Null).await?;
    let request = json!({"name": "Bench"});
    let made = admin.json("POST", "/api/organizations", &request).await?;
    let id = made["id"].as_str().context("no organization")?;
    let member = json!({"accountId": me["id"], "role": "admin"});
    let members = format!("/api/organizations/{id}/members");
    admin.json("POST", &members, &member).await?;
    let given = json!({"companyId": COMPANY, "secretKey": KEY, "baseUrl": metakocka.url()});
    let path = "/api/integrations/metakocka/credentials";
    admin.json("PUT", path, &given).await?;
    Ok(())
}

async fn write(node: &Node, token: &str) -> anyhow::Result<()> {
    let mut writers = JoinSet::new();
    for first in 0..WRITERS {
        let mut writer = Client::connect(&node.address, token).await?;
        writers.spawn(async move {
            for number in (first..DOCUMENTS).step_by(WRITERS) {
                let document = order(number);
                let path = "/api/sales-documents";
                writer.json("POST", path, &document).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(written) = writers.join_next().await {
        written??;
    }
    Ok(())
}

/// An order of three articles.
fn order(number: usize) -> Value {
    let line = |code: &str, quantity: usize| json!({"code": code, "quantity": quantity, "unitPrice": 12.5, "taxPercent": 22});
    let lines = [
        line("ART-1", number % 7 + 1),
        line("ART-2", 2),
        line("ART-3", 1),
    ];
    let customer = json!({"name": format!("Customer {number}"), "street": "Trg 1", "postCode": "1000",
        "city": "Ljubljana", "country": "SI"});
    json!({"id": id(number), "documentType": "order", "customer": customer, "documentDate": "2026-01-20",
        "lines": lines})
}

fn id(number: usize) -> String {
    format!("D{number:04}")
}

async fn sync(node: &Node, token: &str, metakocka: &Server) -> anyhow::Result<Sync> {
    let mut admin = Client::connect(&node.address, token).await?;
    metakocka.forget_calls();
    let started = Instant::now();
    let mut memory = Vec::new();
    let report = {
        let (wish, mut looks) = (json!({}), interval(LOOK));
        let synced = admin.json("POST", SYNC, &wish);
        tokio::pin!(synced);
        loop {
            tokio::select! {
                report = &mut synced => break report?,
                _ = looks.tick() => {
                    memory.push(node.memory("VmRSS")?);
                    if memory.len().is_multiple_of(TOLD) {
                        tell(metakocka);
                    }
                }
            }
        }
    };
    let time = started.elapsed().as_secs_f64();
    anyhow::ensure!(
        report["synced"] == DOCUMENTS,
        "not all were synced: {} of {}",
        report["synced"],
        report["total"]
    );
    let there = metakocka.documents(COMPANY).len();
    anyhow::ensure!(there == DOCUMENTS, "{there} documents at Metakocka");
    let (first, second) = memory.split_at(memory.len() / 2);
    let peak = |looks: &[f64]| looks.iter().copied().fold(0.0, f64::max);
    Ok(Sync {
        time,
        calls: metakocka.calls().total(),
        memory: (peak(first), peak(second)),
    })
}

#[expect(clippy::print_stdout, reason = "somebody waits for it")]
fn tell(metakocka: &Server) {
    let done = metakocka.documents(COMPANY).len();
    println!("  {done} of {DOCUMENTS} documents are there …");
}

impl Sync {
    fn rows(&self, place: &Place) -> [Row; 2] {
        let what = |what: &str| {
            format!(
                "{DOCUMENTS} documents to Metakocka, {what}, {}",
                place.name()
            )
        };
        #[expect(clippy::cast_precision_loss, reason = "a few milliseconds")]
        let call = CALL as f64 / 1_000.0;
        let least = f64::from(self.calls) * call / CALLS_AT_ONCE;
        let (first, second) = self.memory;
        [
            Row {
                what: what("time"),
                measured: format!("{:.1} s", self.time),
                baseline: format!(
                    "{} calls of {CALL} ms, two at a time {least:.1} s",
                    self.calls
                ),
                value: self.time / least,
                limit: Limit::AtMost(1.15),
            },
            Row {
                what: what("peak memory of the second half"),
                measured: format!("{second:.0} MB"),
                baseline: format!("of the first half {first:.0} MB"),
                value: second / first,
                limit: Limit::AtMost(1.1),
            },
        ]
    }
}

/// The status of the fifty documents of a page, asked by everybody for one page after the other, against an empty handler
/// that gets the same requests.
async fn status(place: &Place, node: &Node, token: &str) -> anyhow::Result<Row> {
    let empty = Empty::start()?;
    let ask = |client: usize, n: usize| {
        let first = (client * 31 + n) % (DOCUMENTS / ASKED) * ASKED;
        let ids: Vec<_> = (first..first + ASKED).map(id).collect();
        let path = format!("{SYNC}?documentIds={}", ids.join(","));
        ("GET", path, Bytes::new())
    };
    let (mut measured, mut baseline) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        baseline.push(load(&empty.address, token, TIME, ask).await?);
        measured.push(load(&node.address, token, TIME, ask).await?);
    }
    let (measured, baseline) = (median(measured), median(baseline));
    Ok(Row {
        what: format!("status of {ASKED} documents, {}", place.name()),
        measured: format!("{measured:.0}/s"),
        baseline: format!("empty axum handler {baseline:.0}/s"),
        value: measured / baseline,
        limit: Limit::AtLeast(0.5),
    })
}
