use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, PULL};

on_both!(
    both_sides_changed_is_a_conflict_with_both_versions,
    keeping_ours_overwrites_theirs,
    keeping_theirs_overwrites_ours,
    the_same_change_on_both_sides_is_no_conflict,
    a_document_deleted_there_is_a_conflict_too,
    only_a_conflict_is_resolved,
    pulling_finds_the_conflict_as_well,
);

async fn conflicted(app: &App) -> String {
    app.make("D1").await;
    let done = app.push("D1").await.is(200);
    let id = done["metakockaId"].as_str().unwrap().to_owned();
    app.later(1);
    app.edit("D1", json!({"notes": "Ours"})).await;
    app.company
        .edit(&id, |document| document.notes = Some("Theirs".into()));
    id
}

const CONFLICT: &str = "/api/integrations/metakocka/conflicts/D1";

async fn both_sides_changed_is_a_conflict_with_both_versions(test: TestDatabase) {
    let app = App::on(test).await;
    conflicted(&app).await;
    let answer = app.push("D1").await.refuses(409, "conflict");
    assert_eq!(answer["syncStatus"], "conflict");
    let shown = app.get(CONFLICT).await.is(200);
    assert_eq!(shown["deletedInMetakocka"], false);
    let fields = shown["fields"].as_array().unwrap();
    assert!(
        fields.contains(&json!({"field": "notes", "crm": "Ours", "metakocka": "Theirs"})),
        "{shown}"
    );
    // Nothing is overwritten, now or later.
    app.later(100_000);
    app.work().await;
    app.push("D1").await.refuses(409, "conflict");
    assert_eq!(app.company.documents()[0].notes.as_deref(), Some("Theirs"));
    assert_eq!(
        app.get("/api/sales-documents/D1").await.is(200)["notes"],
        "Ours"
    );
    let errors = app.get("/api/integrations/metakocka/errors").await.is(200);
    assert_eq!(errors["items"][0]["syncStatus"], "conflict");
}

async fn keeping_ours_overwrites_theirs(test: TestDatabase) {
    let app = App::on(test).await;
    conflicted(&app).await;
    app.push("D1").await.refuses(409, "conflict");
    let done = app.post(CONFLICT, json!({"keep": "crm"})).await.is(200);
    assert_eq!(done["syncStatus"], "synced");
    assert_eq!(app.company.documents()[0].notes.as_deref(), Some("Ours"));
    assert_eq!(app.company.documents().len(), 1);
}

async fn keeping_theirs_overwrites_ours(test: TestDatabase) {
    let app = App::on(test).await;
    conflicted(&app).await;
    app.push("D1").await.refuses(409, "conflict");
    let done = app
        .post(CONFLICT, json!({"keep": "metakocka"}))
        .await
        .is(200);
    assert_eq!(done["syncStatus"], "synced");
    let ours = app.get("/api/sales-documents/D1").await.is(200);
    assert_eq!(
        (&ours["notes"], &ours["syncStatus"]),
        (&json!("Theirs"), &json!("synced"))
    );
}

async fn the_same_change_on_both_sides_is_no_conflict(test: TestDatabase) {
    let app = App::on(test).await;
    let id = conflicted(&app).await;
    app.company
        .edit(&id, |document| document.notes = Some("Ours".into()));
    app.push("D1").await.is(200);
    assert_eq!(app.status("D1").await, "synced");
}

async fn a_document_deleted_there_is_a_conflict_too(test: TestDatabase) {
    let app = App::on(test).await;
    let id = conflicted(&app).await;
    app.company.remove(&id);
    app.push("D1").await.refuses(409, "conflict");
    assert_eq!(app.get(CONFLICT).await.is(200)["deletedInMetakocka"], true);
    let done = app.post(CONFLICT, json!({"keep": "crm"})).await.is(200);
    assert_ne!(done["metakockaId"], id);
    assert_eq!(app.company.documents().len(), 1);
    // And the other way.
    let id = done["metakockaId"].as_str().unwrap().to_owned();
    app.edit("D1", json!({"notes": "Again"})).await;
    app.company.remove(&id);
    app.push("D1").await.refuses(409, "conflict");
    app.post(CONFLICT, json!({"keep": "metakocka"}))
        .await
        .is(200);
    app.get("/api/sales-documents/D1")
        .await
        .refuses(404, "not_found");
}

async fn only_a_conflict_is_resolved(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.post(CONFLICT, json!({"keep": "crm"}))
        .await
        .refuses(409, "conflict");
    app.post(CONFLICT, json!({"keep": "both"}))
        .await
        .refuses_field("keep");
    let nowhere = "/api/integrations/metakocka/conflicts/D9";
    app.post(nowhere, json!({"keep": "crm"}))
        .await
        .refuses(404, "not_found");
}

async fn pulling_finds_the_conflict_as_well(test: TestDatabase) {
    let app = App::on(test).await;
    let id = conflicted(&app).await;
    app.post(PULL, json!({"metakockaId": id}))
        .await
        .refuses(409, "conflict");
    let ours = app.get("/api/sales-documents/D1").await.is(200);
    assert_eq!(
        (&ours["notes"], &ours["syncStatus"]),
        (&json!("Ours"), &json!("conflict"))
    );
    let mapping = app.mapping("D1").await;
    assert_eq!(mapping["nextAttemptAt"], Value::Null);
    app.post(CONFLICT, json!({"keep": "crm"})).await.is(200);
    assert_eq!(app.company.documents()[0].notes.as_deref(), Some("Ours"));
}
