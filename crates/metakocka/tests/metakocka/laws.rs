//! Random edits on both sides and syncs in any order: no edit is lost silently.

use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;
use test_support::TestDatabase;

use crate::support::{App, Fault, PULL, company::unclear};

#[derive(Clone, Debug)]
enum Step {
    EditHere(u8),
    EditThere(u8),
    Push,
    Pull,
    Decide(&'static str),
    LoseCreate,
    LoseReplace,
    NeverArrives,
    Later,
    Work,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => any::<u8>().prop_map(Step::EditHere),
        3 => any::<u8>().prop_map(Step::EditThere),
        4 => Just(Step::Push),
        2 => Just(Step::Pull),
        1 => prop_oneof![Just("crm"), Just("metakocka")].prop_map(Step::Decide),
        1 => Just(Step::LoseCreate),
        1 => Just(Step::LoseReplace),
        1 => Just(Step::NeverArrives),
        1 => Just(Step::Later),
        1 => Just(Step::Work),
    ]
}

/// The last edit on each side that the other has not seen.
async fn run(test: TestDatabase, steps: Vec<Step>) {
    let app = App::on(test).await;
    app.make("D1").await;
    let (mut ours, mut theirs) = (None::<String>, None::<String>);
    for (n, step) in steps.iter().enumerate() {
        let there = app
            .company
            .documents()
            .first()
            .map(|document| document.id.clone());
        match step {
            Step::EditHere(value) => {
                let notes = format!("here {n} {value}");
                app.edit("D1", json!({"notes": notes})).await;
                ours = Some(notes);
            }
            Step::EditThere(value) => {
                if let Some(id) = there {
                    let notes = format!("there {n} {value}");
                    app.company
                        .edit(&id, |document| document.notes = Some(notes.clone()));
                    theirs = Some(notes);
                }
            }
            Step::Push => drop(app.push("D1").await),
            Step::Pull => {
                if let Some(id) = there {
                    let pulled = app.post(PULL, json!({"metakockaId": id}));
                    let patience = std::time::Duration::from_millis(20);
                    drop(tokio::time::timeout(patience, pulled).await);
                }
            }
            Step::Decide(keep) => match (decide(&app, keep).await, *keep) {
                (false, _) => {}
                (true, "crm") => theirs = None,
                (true, _) => ours = None,
            },
            Step::LoseCreate => app.company.next("create", Fault::DoneButSays(unclear())),
            Step::LoseReplace => app.company.next("replace", Fault::DoneButSays(unclear())),
            Step::NeverArrives => app.company.next("replace", Fault::Fails(unclear())),
            Step::Later => app.later(500),
            Step::Work => app.work().await,
        }
        nothing_is_lost(&app, &mut ours, &mut theirs, &steps[..=n]).await;
    }
    comes_to_rest(&app, &steps).await;
}

/// Somebody sees both sides of a conflict and lets one go, whatever becomes of the answer; whether there was one.
async fn decide(app: &App, keep: &str) -> bool {
    let is_conflict = app.status("D1").await == "conflict";
    let path = "/api/integrations/metakocka/conflicts/D1";
    drop(app.post(path, json!({"keep": keep})).await);
    is_conflict
}

/// In the end both sides are the same, or somebody is asked: as soon as Metakocka has failed as often as it was to.
async fn comes_to_rest(app: &App, steps: &[Step]) {
    let is_fault = |step: &&Step| {
        matches!(
            step,
            Step::LoseCreate | Step::LoseReplace | Step::NeverArrives
        )
    };
    for _ in 0..steps.iter().filter(is_fault).count() + 5 {
        app.later(500);
        app.work().await;
        drop(app.push("D1").await);
    }
    let there = app.company.documents().remove(0);
    drop(app.post(PULL, json!({"metakockaId": there.id})).await);
    let there = app.company.documents().remove(0).notes;
    let here = app.get("/api/sales-documents/D1").await.is(200)["notes"].clone();
    let status = app.status("D1").await;
    let is_same = status == "synced" && here.as_str() == there.as_deref();
    assert!(is_same || status == "conflict", "{status}: {steps:?}");
}

async fn nothing_is_lost(
    app: &App,
    ours: &mut Option<String>,
    theirs: &mut Option<String>,
    steps: &[Step],
) {
    let here = app.get("/api/sales-documents/D1").await.is(200)["notes"].clone();
    let documents = app.company.documents();
    assert!(documents.len() <= 1, "{steps:?}");
    let there = documents
        .first()
        .and_then(|document| document.notes.clone());
    // What one side wrote last stands there until the other side has it too.
    if let Some(text) = &ours {
        assert!(
            here == *text || there.as_ref() == Some(text),
            "ours is lost: {steps:?}"
        );
    }
    if let Some(text) = &theirs {
        assert!(
            here == *text || there.as_ref() == Some(text),
            "theirs is lost: {steps:?}"
        );
    }
    if here.as_str() == there.as_deref() {
        (*ours, *theirs) = (None, None);
    }
    let is_synced = app.status("D1").await == "synced";
    if is_synced && theirs.is_none() {
        assert_eq!(here.as_str(), there.as_deref(), "{steps:?}");
    }
}

#[tokio::test]
async fn what_fails_many_times_comes_to_rest_too() {
    let mut steps = vec![Step::Push];
    steps.extend(std::iter::repeat_n(Step::NeverArrives, 8));
    steps.extend([Step::EditHere(1), Step::Push]);
    run(TestDatabase::sqlite().await, steps).await;
}

fn check(database: impl AsyncFn() -> TestDatabase, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let steps = proptest::collection::vec(step(), 1..25);
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        runtime.block_on(async { run(database().await, steps).await });
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn no_edit_is_lost_silently_on_sqlite() {
    check(TestDatabase::sqlite, 40);
}

#[test]
fn no_edit_is_lost_silently_on_postgres() {
    check(TestDatabase::postgres, 12);
}
