use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{
    App, Fault, SYNC,
    company::{refused, unreachable},
    order,
};

on_both!(
    a_document_is_made_in_metakocka_once,
    a_document_that_was_never_synced_says_so,
    what_cannot_be_synced_is_refused,
    what_metakocka_refuses_is_told_in_its_words_and_waits_for_a_change,
    what_metakocka_would_get_wrong_is_not_sent,
    a_silent_fallback_is_an_error_with_both_values,
    a_changed_document_is_pending_and_replaces_the_other,
    a_rate_goes_out_as_the_code_of_the_company,
    other_types_are_looked_for_by_a_search,
    several_documents_of_one_key_are_left_to_a_person,
    an_inconclusive_look_up_makes_nothing,
    deleting_here_leaves_metakocka_alone,
);

async fn a_document_is_made_in_metakocka_once(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    let done = app.push("D1").await.is(200);
    let there = &app.company.documents()[0];
    let number = there.number.clone().unwrap();
    assert_eq!(
        done,
        json!({"success": true, "documentId": "D1", "metakockaId": there.id, "metakockaNumber": number,
        "syncStatus": "synced"})
    );
    assert_eq!(app.company.calls(), ["find_order", "create", "get"]);
    let order = there.buyer_order.as_deref().unwrap();
    assert!(order.len() <= 30, "{order}");
    // Nothing changed, so nothing is called.
    assert_eq!(app.push("D1").await.is(200), done);
    assert_eq!(app.company.calls().len(), 3);
    let mapping = app.mapping("D1").await;
    assert_eq!(mapping["metakockaNumber"], number);
    assert_eq!(mapping["syncStatus"], "synced");
    assert_eq!(mapping["direction"], "crm_to_metakocka");
    assert_eq!(mapping["attempts"], 0);
    assert_eq!(mapping["syncError"], Value::Null);
    assert_eq!(mapping["nextAttemptAt"], Value::Null);
    assert_eq!(mapping["lastSyncedAt"], "2027-01-15T08:00:00.000Z");
    let history = app
        .get("/api/integrations/metakocka/history?documentId=D1")
        .await
        .is(200);
    assert_eq!(history["total"], 1);
    assert_eq!(history["items"][0]["outcome"], "created");
}

async fn a_document_that_was_never_synced_says_so(test: TestDatabase) {
    let app = App::on(test).await;
    for id in ["D1", "D2", "D3"] {
        app.make(id).await;
    }
    let status = app.get(&format!("{SYNC}?documentId=D1")).await.is(200);
    assert_eq!(status, json!({"synced": false}));
    app.push("D1").await.is(200);
    app.push("D3").await.is(200);
    let several = app
        .get(&format!("{SYNC}?documentIds=D1,D2,D3"))
        .await
        .is(200);
    let mappings = several["mappings"].as_array().unwrap();
    assert_eq!(mappings.len(), 2);
    assert_eq!(mappings[0]["documentId"], "D1");
    let refused = app.get(SYNC).await.refuses(400, "invalid_request");
    assert_eq!(refused["error"], "No document ID provided");
    let unknown = app.get(&format!("{SYNC}?documentId=D9")).await;
    assert_eq!(
        unknown.refuses(404, "not_found")["error"],
        "Document not found"
    );
}

async fn what_cannot_be_synced_is_refused(test: TestDatabase) {
    let app = App::bare(test);
    app.make("D1").await;
    let unknown = app.push("D9").await.refuses(404, "not_found");
    assert_eq!(unknown["error"], "Document not found");
    app.push("D1").await.refuses(409, "not_configured");
    let status = app.get(&format!("{SYNC}?documentId=D1")).await.is(200);
    assert_eq!(status, json!({"synced": false}));
    app.post(SYNC, json!({}))
        .await
        .refuses(409, "not_configured");
}

async fn what_metakocka_refuses_is_told_in_its_words_and_waits_for_a_change(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    let words = "Profit center 'X' doesn't exist.";
    app.company
        .next("create", Fault::Fails(refused("6", words)));
    let answer = app.push("D1").await.refuses(502, "upstream_failed");
    assert_eq!(answer["syncStatus"], "failed");
    assert_eq!(answer["remoteCode"], "6");
    assert_eq!(answer["syncError"], format!("Metakocka refuses: {words}"));
    let mapping = app.mapping("D1").await;
    assert_eq!(mapping["nextAttemptAt"], Value::Null);
    app.later(100_000);
    app.company.forget_calls();
    app.work().await;
    assert!(app.company.calls().is_empty());
    // It changes, and that is when it is tried again.
    app.edit("D1", json!({"notes": "Better"})).await;
    app.work().await;
    assert_eq!(app.status("D1").await, "synced");
    assert_eq!(app.company.documents().len(), 1);
}

async fn what_metakocka_would_get_wrong_is_not_sent(test: TestDatabase) {
    let app = App::on(test).await;
    let mut empty = order("D1");
    empty["lines"] = json!([]);
    let mut untaxed = order("D2");
    untaxed["lines"] = json!([{"code": "ART-1", "quantity": 1, "unitPrice": 1}]);
    let mut stored = order("D3");
    stored["warehouse"] = json!("third");
    let mut long = order("D4");
    long["customer"]["name"] = json!("x".repeat(101));
    for (document, said) in [
        (empty, "The document has no lines"),
        (
            untaxed,
            "Line 1 has no tax: give it a taxCode or a taxPercent",
        ),
        (stored, "Metakocka knows no warehouse 'third'"),
        (
            long,
            "customer.name has more than the 100 characters that Metakocka keeps",
        ),
    ] {
        let id = document["id"].as_str().unwrap().to_owned();
        app.post("/api/sales-documents", document).await.is(201);
        let answer = app.push(&id).await.refuses(400, "invalid_request");
        assert_eq!(
            (&answer["error"], &answer["syncStatus"]),
            (&json!(said), &json!("failed"))
        );
    }
    assert!(app.company.documents().is_empty());
    let mut good = order("D5");
    good["warehouse"] = json!("second");
    app.post("/api/sales-documents", good).await.is(201);
    app.push("D5").await.is(200);
}

async fn a_silent_fallback_is_an_error_with_both_values(test: TestDatabase) {
    let app = App::on(test).await;
    let mut numbered = order("D1");
    numbered["documentNumber"] = json!("PP-1");
    app.post("/api/sales-documents", numbered.clone())
        .await
        .is(201);
    app.push("D1").await.is(200);
    numbered["id"] = json!("D2");
    app.post("/api/sales-documents", numbered).await.is(201);
    let answer = app.push("D2").await.refuses(502, "upstream_failed");
    let saved = app.company.documents()[1].number.clone().unwrap();
    assert_eq!(answer["syncStatus"], "failed");
    assert_eq!(
        answer["differences"],
        json!([{"field": "documentNumber", "crm": "PP-1", "metakocka": saved}])
    );
    let mut posted = order("D3");
    posted["deliveryType"] = json!("pigeon");
    app.post("/api/sales-documents", posted).await.is(201);
    let answer = app.push("D3").await.refuses(502, "upstream_failed");
    assert_eq!(answer["differences"][0]["field"], "deliveryType");
    // What was made is known, so that a retry makes no second one.
    app.edit("D3", json!({"deliveryType": "post"})).await;
    app.push("D3").await.is(200);
    assert_eq!(app.company.documents().len(), 3);
}

async fn a_changed_document_is_pending_and_replaces_the_other(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    let first = app.push("D1").await.is(200);
    app.later(60);
    let changed = app.edit("D1", json!({"notes": "Ring twice"})).await;
    assert_eq!(changed["syncStatus"], "pending");
    assert_eq!(app.mapping("D1").await["nextAttemptAt"], Value::Null);
    app.company.forget_calls();
    let second = app.push("D1").await.is(200);
    assert_eq!(app.company.calls(), ["get", "replace", "get"]);
    assert_eq!(first["metakockaId"], second["metakockaId"]);
    assert_eq!(first["metakockaNumber"], second["metakockaNumber"]);
    let there = app.company.documents();
    assert_eq!(
        (there.len(), there[0].notes.as_deref()),
        (1, Some("Ring twice"))
    );
    // A document that is there keeps its type.
    let path = "/api/sales-documents/D1";
    app.put(path, json!({"documentType": "offer"}))
        .await
        .refuses(409, "conflict");
}

async fn a_rate_goes_out_as_the_code_of_the_company(test: TestDatabase) {
    let app = App::on(test).await;
    let credentials = json!({"companyId": "16", "secretKey": crate::support::KEY, "taxCodes": {"0": "000", "22.0": "EX4"}});
    app.put("/api/integrations/metakocka/credentials", credentials)
        .await
        .is(200);
    let mut document = order("D1");
    let line = |tax: i64| json!({"code": "A", "quantity": 1, "unitPrice": 1, "taxPercent": tax});
    document["lines"] = json!([line(0), line(22)]);
    app.post("/api/sales-documents", document).await.is(201);
    app.push("D1").await.is(200);
    let lines = &app.company.documents()[0].lines;
    let codes: Vec<_> = lines
        .iter()
        .map(|line| line.tax_code.clone().unwrap())
        .collect();
    assert_eq!(codes, ["000", "EX4"]);
}

async fn other_types_are_looked_for_by_a_search(test: TestDatabase) {
    let app = App::on(test).await;
    for (n, document_type) in ["offer", "invoice_domestic", "credit_note"]
        .into_iter()
        .enumerate()
    {
        let mut document = order(&format!("D{n}"));
        document["documentType"] = json!(document_type);
        app.post("/api/sales-documents", document).await.is(201);
        app.company.forget_calls();
        app.push(&format!("D{n}")).await.is(200);
        assert_eq!(app.company.calls(), ["search", "create", "get"]);
    }
    // Where the filter is not known, all that is new enough is read.
    let mut document = order("D9");
    document["documentType"] = json!("offer");
    app.post("/api/sales-documents", document).await.is(201);
    let words = "cannot get beQueryParam";
    app.company
        .next("search", Fault::Fails(refused("6", words)));
    app.company.forget_calls();
    app.push("D9").await.is(200);
    assert_eq!(app.company.calls(), ["search", "search", "create", "get"]);
}

async fn several_documents_of_one_key_are_left_to_a_person(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.company.next(
        "create",
        Fault::DoneButSays(crate::support::company::unclear()),
    );
    app.push("D1").await.refuses(502, "upstream_failed");
    let ours = app.company.documents()[0].buyer_order.clone();
    let second = app.company.make(metakocka::DocumentType::Order, "Copy");
    app.company
        .edit(&second, |document| document.buyer_order = ours);
    app.later(1_000);
    let answer = app.push("D1").await.refuses(409, "conflict");
    assert_eq!(answer["syncStatus"], "failed");
    assert!(
        answer["error"].as_str().unwrap().contains(&second),
        "{answer}"
    );
    app.later(100_000);
    app.work().await;
    assert_eq!(app.company.documents().len(), 2);
    // A person deletes one of them.
    app.company.remove(&second);
    app.push("D1").await.is(200);
    assert_eq!(app.company.documents().len(), 1);
}

async fn an_inconclusive_look_up_makes_nothing(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    let timed_out = metakocka::ErpError::TimedOut;
    for (error, status, code) in [
        (crate::support::company::unclear(), 502, "upstream_failed"),
        (unreachable(), 502, "upstream_failed"),
        (timed_out, 504, "upstream_timeout"),
        (
            refused("2", "Paramether 'x' is required paramether"),
            502,
            "upstream_failed",
        ),
    ] {
        app.company.next("find_order", Fault::Fails(error));
        let answer = app.push("D1").await.refuses(status, code);
        assert_eq!(answer["syncStatus"], "failed");
    }
    assert!(app.company.documents().is_empty());
    assert!(!app.company.calls().contains(&"create"));
}

async fn deleting_here_leaves_metakocka_alone(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.push("D1").await.is(200);
    app.delete("/api/sales-documents/D1").await.is(200);
    assert_eq!(app.company.documents().len(), 1);
    let path = "/api/integrations/metakocka/history?documentId=D1";
    assert_eq!(app.get(path).await.is(200)["total"], 1);
    // Made anew under the same id it is another document.
    app.later(1);
    app.make("D1").await;
    let status = app.get(&format!("{SYNC}?documentId=D1")).await.is(200);
    assert_eq!(status, json!({"synced": false}));
    app.push("D1").await.is(200);
    assert_eq!(app.company.documents().len(), 2);
}
