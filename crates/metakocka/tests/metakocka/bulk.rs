use metakocka::DocumentType;
use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, PULL, SYNC, company::refused, order};

on_both!(
    all_that_is_unsynced_or_changed_is_sent,
    one_bad_document_among_many_fails_alone,
    several_documents_are_pulled,
    too_many_or_senseless_ids_are_refused,
);

async fn all_that_is_unsynced_or_changed_is_sent(test: TestDatabase) {
    let app = App::on(test).await;
    for n in 0..6 {
        app.make(&format!("D{n}")).await;
    }
    app.push("D0").await.is(200);
    app.push("D1").await.is(200);
    app.edit("D1", json!({"notes": "Changed"})).await;
    let all = app.post(SYNC, json!({})).await.is(200);
    assert_eq!(all["success"], true);
    let counts = ["total", "synced", "failed", "skipped"].map(|name| all[name].as_i64().unwrap());
    assert_eq!(counts, [5, 5, 0, 0]);
    assert_eq!(app.company.documents().len(), 6);
    let named = app
        .post(SYNC, json!({"documentIds": ["D0", "D1", "D9"]}))
        .await
        .is(200);
    let counts = ["total", "synced", "failed", "skipped"].map(|name| named[name].as_i64().unwrap());
    assert_eq!(counts, [3, 0, 1, 2]);
    assert_eq!(named["success"], false);
    let first = &named["details"][0];
    assert_eq!(
        (&first["documentId"], &first["success"]),
        (&json!("D0"), &json!(true))
    );
    assert_eq!(first["metakockaId"], app.mapping("D0").await["metakockaId"]);
    let last = json!({"documentId": "D9", "metakockaId": null, "success": false, "error": "Document not found"});
    assert_eq!(named["details"][2], last);
}

async fn one_bad_document_among_many_fails_alone(test: TestDatabase) {
    let app = App::on(test).await;
    for n in 0..60 {
        app.make(&format!("D{n:02}")).await;
    }
    let bad = json!([{"code": "BAD", "quantity": 1, "unitPrice": 1, "taxPercent": 22}]);
    app.edit("D30", json!({"lines": bad})).await;
    app.company.refuse_article("BAD");
    let all = app.post(SYNC, json!({})).await.is(200);
    let counts = ["total", "synced", "failed", "skipped"].map(|name| all[name].as_i64().unwrap());
    assert_eq!(counts, [60, 59, 1, 0]);
    let words = "Product with code X not found - unit must be set to add new product";
    let failed = all["details"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["success"] == false);
    let error = failed.unwrap()["error"].as_str().unwrap();
    assert_eq!(error, refused("8", words).to_string());
    assert_eq!(app.company.documents().len(), 59);
    assert!(app.company.most.load(std::sync::atomic::Ordering::SeqCst) <= 2);
}

async fn several_documents_are_pulled(test: TestDatabase) {
    let app = App::on(test).await;
    let ids: Vec<_> = DocumentType::ALL
        .map(|one| app.company.make(one, "Ana"))
        .into();
    let named = json!({"metakockaIds": [ids[0], ids[1], "77"]});
    let some = app.post(PULL, named).await.is(200);
    let counts = ["total", "synced", "failed", "skipped"].map(|name| some[name].as_i64().unwrap());
    assert_eq!(counts, [3, 2, 1, 0]);
    assert_eq!(some["details"][2]["metakockaId"], "77");
    let all = app.post(PULL, json!({})).await.is(200);
    let counts = ["total", "synced", "failed", "skipped"].map(|name| all[name].as_i64().unwrap());
    assert_eq!(counts, [7, 5, 0, 2]);
    assert_eq!(app.get("/api/sales-documents").await.is(200)["total"], 7);
    let again = app.post(PULL, json!({})).await.is(200);
    assert_eq!(
        (&again["synced"], &again["skipped"]),
        (&json!(0), &json!(7))
    );
}

async fn too_many_or_senseless_ids_are_refused(test: TestDatabase) {
    let app = App::on(test).await;
    app.post("/api/sales-documents", order("D1")).await.is(201);
    let many: Vec<_> = (0..501).map(|n| format!("D{n}")).collect();
    app.post(SYNC, json!({"documentIds": many}))
        .await
        .refuses_field("documentIds");
    app.post(SYNC, json!({"documentIds": ["a b"]}))
        .await
        .refuses_field("documentIds");
    app.post(SYNC, json!({"documentId": "D1", "documentIds": []}))
        .await
        .refuses_field("documentId");
    app.post(SYNC, json!({"documentId": 7}))
        .await
        .refuses_field("documentId");
    let ids = many[..201].join(",");
    app.get(&format!("{SYNC}?documentIds={ids}"))
        .await
        .refuses_field("documentIds");
    let none = app.post(SYNC, json!({"documentIds": []})).await.is(200);
    assert_eq!(none["total"], 0);
}
