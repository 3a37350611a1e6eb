//! Many documents at once: one that Metakocka refuses stops no other.

use serde_json::json;
use test_support::{TestDatabase, on_both};

use super::{COMPANY, DOCUMENTS, Firm, SYNC, counts, document, mapping};
use crate::harness::until;

on_both!(one_bad_document_among_many_fails_alone_with_metakockas_words);

const MANY: usize = 500;
const BAD: &str = "D123";

async fn one_bad_document_among_many_fails_alone_with_metakockas_words(database: TestDatabase) {
    let firm = Firm::open(database).await;
    let documents = (0..MANY).map(|n| {
        let id = format!("D{n:03}");
        let mut document = document(&id, "order");
        if id == BAD {
            document["lines"][0]["code"] = json!("NO-SUCH-THING");
        }
        document
    });
    firm.write(documents).await;
    let boss = &firm.boss.client;
    let report = boss.post(SYNC, &json!({})).await.is(200);
    assert_eq!(counts(&report), [500, 499, 1, 0]);
    let details = report["details"].as_array().unwrap();
    let failed: Vec<_> = details
        .iter()
        .filter(|detail| detail["success"] == false)
        .collect();
    assert_eq!((failed.len(), &failed[0]["documentId"]), (1, &json!(BAD)));
    let words = failed[0]["error"].as_str().unwrap();
    assert!(words.contains("NO-SUCH-THING"), "{words}");
    let standing = mapping(boss, BAD).await;
    assert_eq!(standing["syncStatus"], "failed");
    assert_eq!(standing["syncError"], words);
    // Metakocka refused it for good: only a change of the document brings it back.
    assert_eq!(standing["nextAttemptAt"], json!(null));
    assert_eq!(firm.metakocka.documents(COMPANY).len(), MANY - 1);
    let calls = firm.metakocka.calls();
    assert!(calls.most_at_once <= 2, "{calls:?}");
    assert!(calls.most_searches_at_once <= 1, "{calls:?}");
    // With that change it is tried again by itself, whoever asks or not.
    let lines = &document(BAD, "order")["lines"];
    let path = format!("{DOCUMENTS}/{BAD}");
    boss.put(&path, &json!({"lines": lines})).await.is(200);
    until("the mended document is there", async || {
        mapping(boss, BAD).await["syncStatus"] == "synced"
    })
    .await;
    assert_eq!(firm.metakocka.documents(COMPANY).len(), MANY);
    // A synced one that changes waits until somebody asks, and then goes alone.
    let path = format!("{DOCUMENTS}/D321");
    boss.put(&path, &json!({"notes": "ring twice"}))
        .await
        .is(200);
    let report = boss.post(SYNC, &json!({})).await.is(200);
    assert_eq!(counts(&report), [1, 1, 0, 0]);
    assert_eq!(firm.metakocka.documents(COMPANY).len(), MANY);
}
