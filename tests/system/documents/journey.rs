//! The nine calls of the product's client, in the order in which somebody makes them.

use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use super::{COMPANY, DOCUMENTS, Firm, PULL, SYNC, counts, document};
use crate::harness::Client;

on_both!(
    what_is_written_here_is_synced_and_its_status_told,
    what_is_written_in_metakocka_comes_here_once,
    what_both_sides_changed_waits_for_a_decision,
);

/// An order that somebody writes into Metakocka itself.
fn by_phone(number: &str) -> Value {
    json!({"doc_type": "sales_order", "doc_date": "20.01.2026", "buyer_order": number, "notes": number,
        "partner": {"customer": "Vinoteka Bordon", "street": "Obala 10", "post_number": "6320",
            "place": "Portorož", "country": "Slovenia"},
        "product_list": [{"code": "ART-2", "amount": "2", "price": "40.16", "tax": "EX4"}]})
}

async fn what_is_written_here_is_synced_and_its_status_told(database: TestDatabase) {
    let firm = Firm::open(database).await;
    let boss = &firm.boss.client;
    let ids = ["D1", "D2", "D3", "D4"];
    firm.write(ids.iter().map(|id| document(id, "invoice_domestic")))
        .await;
    // getSalesDocumentSyncStatus
    let one = format!("{SYNC}?documentId=D1");
    assert_eq!(boss.get(&one).await.is(200), json!({"synced": false}));
    // syncSalesDocument
    let synced = boss.post(SYNC, &json!({"documentId": "D1"})).await.is(200);
    let there = synced["metakockaId"].as_str().unwrap().to_owned();
    let told = ["success", "documentId", "syncStatus"].map(|name| synced[name].clone());
    assert_eq!(told, [json!(true), json!("D1"), json!("synced")]);
    assert_eq!(firm.notes_there(&there).as_deref(), Some("D1"));
    let status = boss.get(&one).await.is(200);
    assert_eq!(status["synced"], true);
    assert_eq!(status["mapping"]["metakockaId"], there);
    assert_eq!(status["mapping"]["direction"], "crm_to_metakocka");
    // syncMultipleSalesDocuments
    let some = json!({"documentIds": ["D1", "D2", "D9"]});
    let report = boss.post(SYNC, &some).await.is(200);
    assert_eq!(counts(&report), [3, 1, 1, 1]);
    // syncAllSalesDocuments
    let report = boss.post(SYNC, &json!({})).await.is(200);
    assert_eq!(counts(&report), [2, 2, 0, 0]);
    // getBulkSalesDocumentSyncStatus
    let several = format!("{SYNC}?documentIds=D1,D2,D3,D4,D9");
    let answer = boss.get(&several).await.is(200);
    let mappings = answer["mappings"].as_array().unwrap();
    let found: Vec<_> = mappings.iter().map(|one| &one["documentId"]).collect();
    assert_eq!(found, ids);
    assert!(mappings.iter().all(|one| one["syncStatus"] == "synced"));
    assert_eq!(firm.metakocka.documents(COMPANY).len(), 4);
    let neither = boss.get(SYNC).await;
    assert_eq!(neither.is(400)["error"], "No document ID provided");
}

async fn what_is_written_in_metakocka_comes_here_once(database: TestDatabase) {
    let firm = Firm::open(database).await;
    let boss = &firm.boss.client;
    let orders = ["TEL-1", "TEL-2", "TEL-3", "TEL-4"].map(by_phone);
    let ids = orders.map(|order| firm.metakocka.put(COMPANY, &order).unwrap());
    // getUnsyncedSalesDocumentsFromMetakocka
    assert_eq!(unsynced(boss).await, ids);
    // syncSalesDocumentFromMetakocka
    let wish = json!({"metakockaId": ids[0]});
    let pulled = boss.post(PULL, &wish).await.is(200);
    assert_eq!(boss.post(PULL, &wish).await.is(200), pulled);
    let path = format!("{DOCUMENTS}/{}", pulled["documentId"].as_str().unwrap());
    let here = boss.get(&path).await.is(200);
    assert_eq!(here["customer"]["name"], "Vinoteka Bordon");
    // 2 × 40.16, and 22 % on top.
    assert_eq!(here["total"], 97.99);
    // syncSalesDocumentsFromMetakocka: some of them, then all
    let some = json!({"metakockaIds": [ids[0], ids[1]]});
    let report = boss.post(PULL, &some).await.is(200);
    assert_eq!(counts(&report), [2, 1, 0, 1]);
    assert_eq!(unsynced(boss).await, ids[2..]);
    let report = boss.post(PULL, &json!({})).await.is(200);
    assert_eq!(counts(&report), [4, 2, 0, 2]);
    assert_eq!(boss.get(DOCUMENTS).await.is(200)["total"], 4);
    assert!(unsynced(boss).await.is_empty());
    let unknown = boss.post(PULL, &json!({"metakockaId": "1"})).await;
    unknown.refuses(404, "not_found");
    // Nothing of it is new to Metakocka.
    assert_eq!(counts(&boss.post(SYNC, &json!({})).await.is(200)), [0; 4]);
    assert_eq!(firm.metakocka.documents(COMPANY).len(), 4);
}

async fn what_both_sides_changed_waits_for_a_decision(database: TestDatabase) {
    let firm = Firm::open(database).await;
    let boss = &firm.boss.client;
    firm.write(["D1", "D2"].iter().map(|id| document(id, "order")))
        .await;
    boss.post(SYNC, &json!({})).await.is(200);
    for (id, keep, kept) in [("D1", "crm", "ours"), ("D2", "metakocka", "theirs")] {
        let path = format!("{DOCUMENTS}/{id}");
        let mapping = super::mapping(boss, id).await;
        let there = mapping["metakockaId"].as_str().unwrap();
        boss.put(&path, &json!({"notes": "ours"})).await.is(200);
        firm.metakocka.edit(COMPANY, there, |document| {
            document
                .texts
                .insert("notes".to_owned(), "theirs".to_owned());
        });
        let both = boss.post(SYNC, &json!({"documentId": id})).await;
        both.refuses(409, "conflict");
        assert_eq!(firm.notes_there(there).as_deref(), Some("theirs"));
        assert_eq!(boss.get(&path).await.is(200)["notes"], "ours");
        let conflict = format!("/api/integrations/metakocka/conflicts/{id}");
        boss.post(&conflict, &json!({"keep": keep})).await.is(200);
        assert_eq!(firm.notes_there(there).as_deref(), Some(kept));
        assert_eq!(boss.get(&path).await.is(200)["notes"], kept);
    }
}

async fn unsynced(client: &Client) -> Vec<String> {
    let list = client.get(PULL).await.is(200);
    let ids = list["documents"].as_array().unwrap().iter();
    ids.map(|document| document["id"].as_str().unwrap().to_owned())
        .collect()
}
