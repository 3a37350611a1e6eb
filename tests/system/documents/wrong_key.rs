//! A key that is not good stops everything within one call, and no key is ever seen.

use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use super::{COMPANY, CREDENTIALS, Firm, KEY, SYNC, document, mapping};

on_both!(
    a_wrong_key_stops_within_one_call_and_is_seen_nowhere,
    a_tampered_key_is_an_error_that_says_so,
);

const WRONG: &str = "wr0ng-k3y-that-nobody-may-see";

async fn a_wrong_key_stops_within_one_call_and_is_seen_nowhere(database: TestDatabase) {
    let firm = Firm::open_with(database, &[("RUST_LOG", "trace")]).await;
    firm.write((0..20).map(|n| document(&format!("D{n}"), "order")))
        .await;
    firm.give_key(WRONG).await;
    let boss = firm.boss.client.clone();
    let mut said = Vec::new();
    let report = boss.post(SYNC, &json!({})).await.is(200);
    assert_eq!(
        (&report["synced"], &report["failed"]),
        (&json!(0), &json!(20))
    );
    said.push(report);
    let wish = json!({"documentId": "D1"});
    let refused = boss.post(SYNC, &wish).await;
    said.push(refused.refuses(502, "upstream_credentials"));
    assert_eq!(firm.metakocka.calls().total(), 1);
    let view = boss.get(CREDENTIALS).await.is(200);
    assert_eq!(view["paused"], true);
    assert!(view["reason"].as_str().unwrap().contains("Invalid value"));
    said.push(view);
    let test = format!("{CREDENTIALS}/test");
    let tested = boss.post(&test, &json!({})).await.is(200);
    assert_eq!(tested["success"], false);
    said.push(tested);
    for path in [
        "errors",
        "history",
        "reconciliation?from=2026-01-01&to=2026-02-01",
    ] {
        let path = format!("/api/integrations/metakocka/{path}");
        said.push(boss.get(&path).await.body);
    }
    said.push(mapping(&boss, "D1").await);
    let malformed = json!({"companyId": COMPANY, "secretKey": [WRONG], "baseUrl": WRONG});
    said.push(boss.put(CREDENTIALS, &malformed).await.in_envelope());
    // A good one lets all go on by itself.
    firm.give_key(KEY).await;
    assert_eq!(boss.post(SYNC, &json!({})).await.is(200)["failed"], 0);
    assert_eq!(firm.metakocka.documents(COMPANY).len(), 20);
    said.push(boss.get(CREDENTIALS).await.is(200));
    let metrics = firm.house.admin.get("/metrics").await;
    said.push(metrics.is(200));
    let tables = firm.house.sql.dump().await;
    assert!(!tables["metakocka_history"].is_empty());
    said.extend(tables.into_values().flatten().map(Value::String));
    said.push(Value::String(firm.house.node.stop().await));
    for text in said.iter().map(Value::to_string) {
        assert!(!text.contains(WRONG) && !text.contains(KEY), "{text}");
    }
}

async fn a_tampered_key_is_an_error_that_says_so(database: TestDatabase) {
    let firm = Firm::open(database).await;
    firm.write([document("D1", "order")].into_iter()).await;
    let sealed = "SELECT secret_sealed FROM metakocka_credentials";
    let row = firm.house.sql.rows(sealed).await.remove(0);
    let sealed = row["secret_sealed"].as_str().unwrap();
    // One character in the middle.
    let (head, tail) = sealed.split_at(sealed.len() / 2);
    let other = if tail.starts_with('A') { "B" } else { "A" };
    let forged = format!("{head}{other}{}", &tail[1..]);
    let tamper = format!("UPDATE metakocka_credentials SET secret_sealed = '{forged}'");
    firm.house.sql.execute(&tamper).await;
    let wish = json!({"documentId": "D1"});
    let refused = firm.boss.client.post(SYNC, &wish).await;
    let error = refused.refuses(502, "upstream_credentials");
    assert_eq!(
        error["error"],
        "the stored credentials do not open with CREDENTIALS_KEY: give them anew"
    );
    assert_eq!(firm.metakocka.calls().total(), 0);
    firm.give_key(KEY).await;
    firm.boss.client.post(SYNC, &wish).await.is(200);
}
