//! Answers get lost, nodes are killed, two work at once: in the end each document is there once.

use std::collections::{BTreeMap, BTreeSet};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use simulators::{
    Damage,
    metakocka::{Call, Document, Fault, Simulator, Trouble, When},
};
use test_support::{TestDatabase, on_both};
use tokio::task::JoinSet;

use super::{COMPANY, Firm, SYNC, document};
use crate::{
    crash::Seed,
    harness::{Client, Node, setting, until},
};

on_both!(each_document_is_there_once_whatever_becomes_of_answers_and_nodes);

const DOCUMENTS: usize = 1_000;
/// How often a gateway is killed, on each database.
const ROUNDS: usize = 20;
/// The gateways are killed while the first so many calls are made: at least as many are needed.
const CALLS: usize = 3 * DOCUMENTS;
/// Short waits, so that what is cut short is looked at again soon.
const VARIABLES: [(&str, &str); 3] = [
    ("METAKOCKA_TIMEOUT_SECONDS", "2"),
    ("METAKOCKA_RETRY_BASE_SECONDS", "1"),
    ("METAKOCKA_RETRY_MAX_ATTEMPTS", "100"),
];
/// Longer than a call may take, in milliseconds.
const TOO_LATE: u64 = 2_300;

async fn each_document_is_there_once_whatever_becomes_of_answers_and_nodes(database: TestDatabase) {
    let seed = Seed::of_run();
    let mut firm = Firm::open_with(database, &VARIABLES).await;
    let kinds = ["order", "order", "order", "invoice_domestic", "offer"];
    let kinds = kinds.iter().cycle().enumerate();
    let documents = kinds.map(|(n, kind)| document(&format!("D{n:03}"), kind));
    firm.write(documents.take(DOCUMENTS)).await;
    firm.metakocka.seed(seed.0);
    disturb(&firm.metakocka);
    let path = format!("{SYNC}?async=true");
    let begun = firm.boss.client.post(&path, &json!({})).await.is(202);
    kill_again_and_again(&mut firm, &seed).await;
    let boss = firm.boss.client.at(&firm.house.node);
    let path = format!(
        "/api/integrations/metakocka/runs/{}",
        begun["runId"].as_str().unwrap()
    );
    until("the run has ended", async || {
        boss.get(&path).await.is(200)["status"] == "completed"
    })
    .await;
    assert_eq!(boss.get(&path).await.is(200)["total"], DOCUMENTS);
    firm.metakocka.settle().await;
    each_is_there_once(&firm, &boss).await;
    let received = firm.metakocka.seen();
    let faulty = received.iter().filter(|call| call.faulty).count();
    assert!(
        faulty * 10 >= received.len() * 3,
        "{faulty} of {}",
        received.len()
    );
}

/// Kills one node or the other while somebody on each of them syncs all, until all are synced.
async fn kill_again_and_again(firm: &mut Firm, seed: &Seed) {
    let rounds = setting("ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    let mut random = StdRng::seed_from_u64(seed.0);
    let mut second = if firm.house.sql.is_sqlite() {
        None
    } else {
        Some(Node::start_with(firm.house.database.url(), &VARIABLES).await)
    };
    let mut workers = JoinSet::new();
    for node in second.iter().chain([&firm.house.node]) {
        workers.spawn(press(firm.boss.client.at(node)));
    }
    for round in 0..rounds {
        let more = random.random_range(0..CALLS / rounds);
        let calls = firm.metakocka.calls().total() as usize + more;
        until("some calls were made", async || {
            firm.metakocka.calls().total() as usize >= calls
        })
        .await;
        let victim = match &mut second {
            Some(second) if round % 2 == 1 => second,
            _ => &mut firm.house.node,
        };
        victim.restart().await;
        workers.spawn(press(firm.boss.client.at(victim)));
    }
    while let Some(pressed) = workers.join_next().await {
        pressed.unwrap();
    }
}

/// Loses, delays or breaks a third of all answers.
fn disturb(metakocka: &Simulator) {
    for call in [Call::PutDocument, Call::GetDocument, Call::Search] {
        let half = Trouble::Damage(Damage::Half);
        let cut = Trouble::Damage(Damage::Cut);
        for (fault, chance) in [
            (Fault::lost(call), 0.12),
            (Fault::bad_gateway(call), 0.08),
            (Fault::internal_error(call), 0.08),
            (Fault::new(call, When::After, half), 0.03),
            (Fault::new(call, When::After, cut), 0.03),
            (Fault::late(call, 100), 0.03),
            (Fault::late(call, TOO_LATE), 0.002),
        ] {
            metakocka.fail(fault.chance(chance));
        }
    }
    let slow = Fault::slow(Call::PutDocument, TOO_LATE);
    metakocka.fail(slow.chance(0.006));
}

/// Syncs all again and again, until nothing is left to sync or the gateway is gone.
async fn press(client: Client) {
    while let Ok(answer) = client.attempt("POST", SYNC, Some(&json!({}))).await {
        if answer.is(200)["total"] == 0 {
            return;
        }
    }
}

/// Counts at Metakocka, and looks up every mapping there.
async fn each_is_there_once(firm: &Firm, boss: &Client) {
    let there = firm.metakocka.documents(COMPANY);
    let names: BTreeSet<_> = there.iter().map(|one| one.texts["notes"].clone()).collect();
    assert_eq!((there.len(), names.len()), (DOCUMENTS, DOCUMENTS));
    let by_id: BTreeMap<_, _> = there
        .iter()
        .map(|one| (one.mk_id.to_string(), one))
        .collect();
    let names: Vec<_> = names.into_iter().collect();
    for names in names.chunks(50) {
        let path = format!("{SYNC}?documentIds={}", names.join(","));
        let answer = boss.get(&path).await.is(200);
        let mappings = answer["mappings"].as_array().unwrap();
        assert_eq!(mappings.len(), names.len());
        for mapping in mappings {
            is_right(mapping, &by_id);
        }
    }
}

fn is_right(mapping: &Value, there: &BTreeMap<String, &Document>) {
    assert_eq!(mapping["syncStatus"], "synced", "{mapping}");
    let document = there[mapping["metakockaId"].as_str().unwrap()];
    assert_eq!(mapping["documentId"], document.texts["notes"]);
    assert_eq!(mapping["metakockaNumber"], document.count_code);
    assert_eq!(document.lines.len(), 1);
}
