use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, Fault, company::unreachable};

on_both!(
    a_failed_sync_retries_by_itself_with_longer_and_longer_waits,
    after_the_last_attempt_a_person_has_to_ask,
    errors_are_retried_one_by_one_and_all_at_once,
    every_attempt_is_in_the_history,
);

async fn a_failed_sync_retries_by_itself_with_longer_and_longer_waits(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    let mut longest = 5_000;
    for attempts in 1..=4 {
        app.company.next("find_order", Fault::Fails(unreachable()));
        if attempts == 1 {
            app.push("D1").await.refuses(502, "upstream_failed");
        } else {
            app.work().await;
        }
        let mapping = app.mapping("D1").await;
        assert_eq!(
            (&mapping["attempts"], &mapping["syncStatus"]),
            (&json!(attempts), &json!("failed"))
        );
        let next: chrono::DateTime<chrono::Utc> =
            mapping["nextAttemptAt"].as_str().unwrap().parse().unwrap();
        let wait = (next - clock::Clock::now(&*app.clock)).num_milliseconds();
        assert!(
            (longest / 2..=longest).contains(&wait),
            "{attempts}: {wait}"
        );
        app.clock.advance(chrono::TimeDelta::milliseconds(wait));
        longest *= 2;
    }
    app.work().await;
    assert_eq!(app.status("D1").await, "synced");
    assert_eq!(app.mapping("D1").await["attempts"], 0);
}

async fn after_the_last_attempt_a_person_has_to_ask(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    for _ in 0..8 {
        app.company.next("find_order", Fault::Fails(unreachable()));
    }
    app.push("D1").await.refuses(502, "upstream_failed");
    for _ in 0..20 {
        app.later(3_600);
        app.work().await;
    }
    let mapping = app.mapping("D1").await;
    assert_eq!(
        (&mapping["attempts"], &mapping["nextAttemptAt"]),
        (&json!(8), &Value::Null)
    );
    assert_eq!(app.company.calls().len(), 8);
    app.push("D1").await.is(200);
}

async fn errors_are_retried_one_by_one_and_all_at_once(test: TestDatabase) {
    let app = App::on(test).await;
    for id in ["D1", "D2", "D3"] {
        app.make(id).await;
        let bad = json!([{"code": "BAD", "quantity": 1, "unitPrice": 1, "taxPercent": 22}]);
        app.edit(id, json!({"lines": bad})).await;
    }
    app.company.refuse_article("BAD");
    for id in ["D1", "D2", "D3"] {
        app.push(id).await.refuses(502, "upstream_failed");
    }
    let path = "/api/integrations/metakocka/errors";
    let errors = app.get(path).await.is(200);
    assert_eq!(
        (&errors["total"], &errors["items"][0]["remoteCode"]),
        (&json!(3), &json!("8"))
    );
    app.post(&format!("{path}/D1/retry"), json!({}))
        .await
        .refuses(502, "upstream_failed");
    app.post(&format!("{path}/D9/retry"), json!({}))
        .await
        .refuses(404, "not_found");
    app.company.refuse_article("NONE");
    app.post(&format!("{path}/D1/retry"), json!({}))
        .await
        .is(200);
    let some = app
        .post(&format!("{path}/retry"), json!({"documentIds": ["D2"]}))
        .await
        .is(200);
    assert_eq!(some, json!({"success": true, "retried": 1}));
    app.work().await;
    assert_eq!(
        (
            app.status("D2").await.as_str(),
            app.status("D3").await.as_str()
        ),
        ("synced", "failed")
    );
    assert_eq!(
        app.post(&format!("{path}/retry"), json!({})).await.is(200)["retried"],
        1
    );
    app.work().await;
    assert_eq!(app.get(path).await.is(200)["total"], 0);
}

async fn every_attempt_is_in_the_history(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.company.next("find_order", Fault::Fails(unreachable()));
    app.push("D1").await.refuses(502, "upstream_failed");
    app.later(1);
    app.push("D1").await.is(200);
    let path = "/api/integrations/metakocka/history";
    let history = app.get(&format!("{path}?documentId=D1")).await.is(200);
    let (second, first) = (&history["items"][0], &history["items"][1]);
    assert_eq!(
        (&first["outcome"], &first["category"]),
        (&json!("failed"), &json!("API"))
    );
    assert_eq!(
        first["error"],
        "Metakocka cannot be reached: connection refused"
    );
    assert_eq!(
        (&second["outcome"], &second["error"]),
        (&json!("created"), &Value::Null)
    );
    assert_eq!(second["metakockaId"], app.company.documents()[0].id);
    assert!(second["durationMs"].is_i64());
    assert_eq!(
        app.get(&format!("{path}?documentId=D2")).await.is(200)["total"],
        0
    );
    assert_eq!(
        app.get(&format!("{path}?perPage=1&page=2")).await.is(200)["items"][0]["outcome"],
        "failed"
    );
}
