use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, Fault, KEY, SYNC, company::unreachable};

on_both!(
    credentials_are_shown_without_the_key,
    credentials_that_cannot_be_meant_are_refused,
    credentials_are_tested,
    a_wrong_key_stops_the_queue_within_one_call,
    a_good_test_resumes_the_queue,
    a_tampered_key_says_so,
    a_key_of_another_organization_does_not_open,
    the_key_is_seen_nowhere,
);

const CREDENTIALS: &str = "/api/integrations/metakocka/credentials";
const TEST: &str = "/api/integrations/metakocka/credentials/test";

async fn credentials_are_shown_without_the_key(test: TestDatabase) {
    let app = App::bare(test);
    let none = app.get(CREDENTIALS).await.is(200);
    assert_eq!(
        (&none["configured"], &none["companyId"]),
        (&json!(false), &Value::Null)
    );
    let given = json!({"companyId": "16", "secretKey": KEY, "baseUrl": "https://own.test/", "taxCodes": {"9.5": "EX2"}});
    app.put(CREDENTIALS, given).await.is(200);
    let shown = app.get(CREDENTIALS).await.is(200);
    assert_eq!(
        shown,
        json!({"configured": true, "companyId": "16", "secretKeyLast4": "pany",
        "baseUrl": "https://own.test", "taxCodes": {"9.5": "EX2"}, "paused": false, "reason": null})
    );
    assert_eq!(
        app.delete(CREDENTIALS).await.is(200),
        json!({"success": true})
    );
    assert_eq!(app.get(CREDENTIALS).await.is(200)["configured"], false);
}

async fn credentials_that_cannot_be_meant_are_refused(test: TestDatabase) {
    let app = App::bare(test);
    let with = |field: &str, value: Value| {
        let mut given = json!({"companyId": "16", "secretKey": KEY});
        given[field] = value;
        given
    };
    for (field, value, named) in [
        ("companyId", json!(""), "companyId"),
        ("secretKey", Value::Null, "secretKey"),
        ("baseUrl", json!("ftp://a.test"), "baseUrl"),
        ("baseUrl", json!("http://169.254.169.254"), "baseUrl"),
        ("taxCodes", json!({"x": "000"}), "taxCodes.x"),
        ("taxCodes", json!({"22": ""}), "taxCodes.22"),
    ] {
        app.put(CREDENTIALS, with(field, value))
            .await
            .refuses_field(named);
    }
}

async fn credentials_are_tested(test: TestDatabase) {
    let app = App::on(test).await;
    assert_eq!(
        app.post(TEST, json!({})).await.is(200),
        json!({"success": true})
    );
    app.company
        .next("check_access", Fault::Fails(unreachable()));
    let failed = app.post(TEST, json!({})).await.is(200);
    assert_eq!(
        failed,
        json!({"success": false, "error": "Metakocka cannot be reached: connection refused"})
    );
    app.delete(CREDENTIALS).await.is(200);
    app.post(TEST, json!({}))
        .await
        .refuses(409, "not_configured");
}

async fn a_wrong_key_stops_the_queue_within_one_call(test: TestDatabase) {
    let app = App::on(test).await;
    for n in 0..10 {
        app.make(&format!("D{n}")).await;
    }
    app.put(
        CREDENTIALS,
        json!({"companyId": "16", "secretKey": "wr0ng-wr0ng-wr0ng"}),
    )
    .await
    .is(200);
    let all = app.post(SYNC, json!({})).await.is(200);
    assert_eq!(all["failed"], 10);
    assert_eq!(app.company.calls().len(), 1);
    let shown = app.get(CREDENTIALS).await.is(200);
    assert_eq!(shown["paused"], true);
    assert!(
        shown["reason"]
            .as_str()
            .unwrap()
            .contains("Invalid value for secret_key"),
        "{shown}"
    );
    app.push("D1").await.refuses(502, "upstream_credentials");
    app.later(100_000);
    app.work().await;
    assert_eq!(app.company.calls().len(), 1);
    // A good one lets all go on that was tried.
    app.put(CREDENTIALS, json!({"companyId": "16", "secretKey": KEY}))
        .await
        .is(200);
    assert_eq!(app.get(CREDENTIALS).await.is(200)["paused"], false);
    assert_eq!(app.post(SYNC, json!({})).await.is(200)["synced"], 10);
}

async fn a_good_test_resumes_the_queue(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    let words = "IP address is not allowed".to_owned();
    let error = metakocka::ErpError::Credentials {
        code: "4".into(),
        words,
    };
    app.company.next("find_order", Fault::Fails(error.clone()));
    let answer = app.push("D1").await.refuses(502, "upstream_credentials");
    assert_eq!(answer["remoteCode"], "4");
    app.company.next("check_access", Fault::Fails(error));
    assert_eq!(app.post(TEST, json!({})).await.is(200)["success"], false);
    assert_eq!(app.get(CREDENTIALS).await.is(200)["paused"], true);
    assert_eq!(app.post(TEST, json!({})).await.is(200)["success"], true);
    assert_eq!(app.get(CREDENTIALS).await.is(200)["paused"], false);
    app.work().await;
    assert_eq!(app.status("D1").await, "synced");
}

async fn a_tampered_key_says_so(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.test_database
        .tamper("UPDATE metakocka_credentials SET secret_sealed = '1:AAAA'")
        .await;
    let answer = app.push("D1").await.refuses(502, "upstream_credentials");
    assert_eq!(
        answer["error"],
        "the stored credentials do not open with CREDENTIALS_KEY: give them anew"
    );
    assert!(app.company.calls().is_empty());
}

async fn a_key_of_another_organization_does_not_open(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.test_database
        .tamper("UPDATE metakocka_credentials SET organization_id = 'O2'")
        .await;
    let make = crate::support::request(
        "eve",
        "POST",
        "/api/sales-documents",
        Some(crate::support::order("E1")),
    );
    app.node.send(make).await.is(201);
    let push = crate::support::request("eve", "POST", SYNC, Some(json!({"documentId": "E1"})));
    app.node
        .send(push)
        .await
        .refuses(502, "upstream_credentials");
    assert!(app.company.calls().is_empty());
}

/// Metakocka repeats the key in its words; nothing that we keep or answer does.
async fn the_key_is_seen_nowhere(test: TestDatabase) {
    let app = App::on(test).await;
    let wrong = "wr0ng-k3y-that-nobody-may-see";
    app.make("D1").await;
    app.put(CREDENTIALS, json!({"companyId": "16", "secretKey": wrong}))
        .await
        .is(200);
    let mut answers = vec![
        app.push("D1").await.text,
        app.post(TEST, json!({})).await.text,
    ];
    for path in ["credentials", "errors", "history"] {
        answers.push(
            app.get(&format!("/api/integrations/metakocka/{path}"))
                .await
                .text,
        );
    }
    answers.push(app.get("/api/sales-documents/D1").await.text);
    answers.push(app.mapping("D1").await.to_string());
    for answer in &answers {
        assert!(!answer.contains(wrong) && !answer.contains(KEY), "{answer}");
    }
    assert!(answers[0].contains("Invalid value"), "{}", answers[0]);
    for table in [
        "metakocka_mappings",
        "metakocka_history",
        "metakocka_queues",
        "metakocka_credentials",
    ] {
        let kept = app.dump(table).await;
        assert!(!kept.is_empty() && !kept.contains(wrong), "{table}: {kept}");
    }
}
