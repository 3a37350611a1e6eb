use metakocka::DocumentType;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, Fault, PULL, company::unclear, order};

on_both!(
    what_is_not_here_yet_is_listed,
    a_document_is_pulled_once,
    an_unknown_document_is_not_found,
    a_change_there_is_taken_over,
    newer_work_here_stays,
    our_own_write_is_no_change,
    a_document_on_its_way_there_is_not_pulled_as_another,
    what_was_deleted_here_stays_away_unless_it_is_asked_for,
    two_nodes_that_pull_at_once_make_one_document,
);

async fn what_is_not_here_yet_is_listed(test: TestDatabase) {
    let app = App::on(test).await;
    let one = app.company.make(DocumentType::Order, "Ana");
    let two = app.company.make(DocumentType::Offer, "Bor");
    app.make("D1").await;
    app.push("D1").await.is(200);
    let ids = async |query: &str| {
        let list = app.get(&format!("{PULL}{query}")).await.is(200);
        assert_eq!(list["success"], true);
        let documents = list["documents"].as_array().unwrap().iter();
        let mut ids: Vec<_> = documents
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids("").await, [one.clone(), two.clone()]);
    assert_eq!(ids("?documentType=offer").await, [two]);
    assert_eq!(
        ids("?documentType=order&changedSince=2027-01-01T00:00:00Z").await,
        std::slice::from_ref(&one)
    );
    let list = app.get(&format!("{PULL}?documentType=order")).await.is(200);
    assert_eq!(
        list["documents"][0],
        json!({"id": one, "number": "MK-1", "documentType": "order", "customer": "Ana",
        "date": "2027-01-12", "total": 24.4, "currency": "EUR", "status": "new_order"})
    );
    app.get(&format!("{PULL}?changedSince=yesterday"))
        .await
        .refuses_field("changedSince");
    app.get(&format!("{PULL}?documentType=x"))
        .await
        .refuses_field("documentType");
}

async fn a_document_is_pulled_once(test: TestDatabase) {
    let app = App::on(test).await;
    let id = app.company.make(DocumentType::InvoiceDomestic, "Ana");
    let done = app.post(PULL, json!({"metakockaId": id})).await.is(200);
    assert_eq!(
        (&done["success"], &done["metakockaId"]),
        (&json!(true), &json!(id))
    );
    let again = app.post(PULL, json!({"metakockaId": id})).await.is(200);
    assert_eq!(done, again);
    let path = format!(
        "/api/sales-documents/{}",
        done["documentId"].as_str().unwrap()
    );
    let ours = app.get(&path).await.is(200);
    assert_eq!(ours["documentType"], "invoice_domestic");
    assert_eq!(
        (&ours["documentNumber"], &ours["total"]),
        (&json!("MK-1"), &json!(24.4))
    );
    assert_eq!(
        (&ours["customer"]["name"], &ours["customer"]["country"]),
        (&json!("Ana"), &json!("SI"))
    );
    assert_eq!(
        (&ours["status"], &ours["syncStatus"]),
        (&json!("new_order"), &json!("synced"))
    );
    assert_eq!(app.get("/api/sales-documents").await.is(200)["total"], 1);
    // What was pulled can be changed and sent back.
    let document = done["documentId"].as_str().unwrap();
    app.edit(document, json!({"notes": "Checked"})).await;
    app.push(document).await.is(200);
    assert_eq!(app.company.documents()[0].notes.as_deref(), Some("Checked"));
    assert_eq!(app.company.documents().len(), 1);
}

async fn an_unknown_document_is_not_found(test: TestDatabase) {
    let app = App::on(test).await;
    app.post(PULL, json!({"metakockaId": "77"}))
        .await
        .refuses(404, "not_found");
    app.company.next("get", Fault::Fails(unclear()));
    app.post(PULL, json!({"metakockaId": "77"}))
        .await
        .refuses(502, "upstream_failed");
    app.post(PULL, json!({"metakockaId": "a b"}))
        .await
        .refuses_field("metakockaId");
}

async fn a_change_there_is_taken_over(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    let id = app.push("D1").await.is(200)["metakockaId"]
        .as_str()
        .unwrap()
        .to_owned();
    app.company.edit(&id, |document| {
        document.notes = Some("From there".into());
        document.customer.city = Some("Kranj".into());
        document.lines[0].quantity = 3.into();
    });
    let done = app.post(PULL, json!({"metakockaId": id})).await.is(200);
    assert_eq!(done["documentId"], "D1");
    let ours = app.get("/api/sales-documents/D1").await.is(200);
    assert_eq!(
        (&ours["notes"], &ours["customer"]["city"]),
        (&json!("From there"), &json!("Kranj"))
    );
    assert_eq!(
        (&ours["total"], &ours["syncStatus"]),
        (&json!(36.6), &json!("synced"))
    );
    // Both are the same: nothing is sent back.
    app.company.forget_calls();
    app.push("D1").await.is(200);
    assert!(app.company.calls().is_empty());
}

async fn newer_work_here_stays(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    let id = app.push("D1").await.is(200)["metakockaId"]
        .as_str()
        .unwrap()
        .to_owned();
    app.edit("D1", json!({"notes": "Newer"})).await;
    app.post(PULL, json!({"metakockaId": id})).await.is(200);
    let ours = app.get("/api/sales-documents/D1").await.is(200);
    assert_eq!(
        (&ours["notes"], &ours["syncStatus"]),
        (&json!("Newer"), &json!("pending"))
    );
}

async fn our_own_write_is_no_change(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.push("D1").await.is(200);
    let before = app.get("/api/sales-documents/D1").await.is(200);
    let all = app.post(PULL, json!({})).await.is(200);
    assert_eq!(
        (&all["total"], &all["skipped"], &all["synced"]),
        (&json!(1), &json!(1), &json!(0))
    );
    assert_eq!(app.get("/api/sales-documents/D1").await.is(200), before);
}

async fn a_document_on_its_way_there_is_not_pulled_as_another(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.company.next("create", Fault::DoneButSays(unclear()));
    app.push("D1").await.refuses(502, "upstream_failed");
    let id = app.company.documents()[0].id.clone();
    let pulled = app.post(PULL, json!({"metakockaId": id})).await.is(200);
    assert_eq!(pulled["documentId"], "D1");
    app.post(PULL, json!({})).await.is(200);
    assert_eq!(app.get("/api/sales-documents").await.is(200)["total"], 1);
    app.push("D1").await.is(200);
    assert_eq!(app.company.documents().len(), 1);
}

async fn what_was_deleted_here_stays_away_unless_it_is_asked_for(test: TestDatabase) {
    let app = App::on(test).await;
    app.post("/api/sales-documents", order("D1")).await.is(201);
    let id = app.push("D1").await.is(200)["metakockaId"]
        .as_str()
        .unwrap()
        .to_owned();
    app.delete("/api/sales-documents/D1").await.is(200);
    app.post(PULL, json!({})).await.is(200);
    app.get("/api/sales-documents/D1")
        .await
        .refuses(404, "not_found");
    let listed = app.get(PULL).await.is(200);
    assert_eq!(listed["documents"][0]["id"], id);
    let back = app.post(PULL, json!({"metakockaId": id})).await.is(200);
    assert_eq!(back["documentId"], "D1");
    assert_eq!(
        app.get("/api/sales-documents/D1").await.is(200)["notes"],
        Value::Null
    );
}

async fn two_nodes_that_pull_at_once_make_one_document(test: TestDatabase) {
    let app = App::on(test).await;
    let other = app.another_node().await;
    for n in 0..5 {
        let id = app.company.make(DocumentType::Order, "Ana");
        let body = json!({"metakockaId": id});
        let (one, two) = tokio::join!(app.post(PULL, body.clone()), other.post(PULL, body));
        assert_eq!(one.is(200)["documentId"], two.is(200)["documentId"]);
        assert_eq!(
            app.get("/api/sales-documents").await.is(200)["total"],
            n + 1
        );
    }
}
