use std::sync::atomic::Ordering;

use metakocka::ErpError;
use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, Fault, SYNC, order};

on_both!(
    two_calls_and_one_search_at_a_time_over_all_nodes,
    a_place_of_a_dead_node_is_free_again,
    a_node_that_dies_in_a_call_holds_others_up_for_seconds,
    a_quota_answer_slows_the_queue_down,
);

async fn two_calls_and_one_search_at_a_time_over_all_nodes(test: TestDatabase) {
    let app = App::on(test).await;
    let other = app.another_node().await;
    app.company.slowness.store(5, Ordering::SeqCst);
    let mut ids = [Vec::new(), Vec::new()];
    for n in 0..24 {
        let id = format!("D{n:02}");
        let mut document = order(&id);
        document["documentType"] = json!("offer");
        app.post("/api/sales-documents", document).await.is(201);
        ids[n % 2].push(id);
    }
    let [ours, theirs] = ids;
    let (one, two) = tokio::join!(
        app.post(SYNC, json!({"documentIds": ours})),
        other.post(SYNC, json!({"documentIds": theirs})),
    );
    assert_eq!(
        (one.is(200)["synced"].clone(), two.is(200)["synced"].clone()),
        (json!(12), json!(12))
    );
    assert_eq!(app.company.most.load(Ordering::SeqCst), 2);
    assert_eq!(app.company.most_searches.load(Ordering::SeqCst), 1);
    assert_eq!(app.company.documents().len(), 24);
}

async fn a_place_of_a_dead_node_is_free_again(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    for place in 0..2 {
        let held = 1_000 * crate::support::NOW + 5_000;
        app.test_database
            .tamper(&format!(
                "INSERT INTO metakocka_slots VALUES ('O1', 'live', {place}, 'dead', {held})"
            ))
            .await;
    }
    let clock = async {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert!(app.company.calls().is_empty());
        app.later(6);
    };
    let (answer, ()) = tokio::join!(app.push("D1"), clock);
    answer.is(200);
}

async fn a_node_that_dies_in_a_call_holds_others_up_for_seconds(test: TestDatabase) {
    let app = App::on(test).await;
    let other = app.another_node().await;
    app.make("D1").await;
    app.make("D2").await;
    let long = 1_000 * crate::support::NOW + 500_000;
    app.test_database
        .tamper(&format!(
            "INSERT INTO metakocka_slots VALUES ('O1', 'live', 0, 'busy', {long})"
        ))
        .await;
    app.company.next("find_order", Fault::Hangs);
    app.company.cut_at_a_hanging_call(app.push("D1")).await;
    app.company.forget_calls();
    let clock = async {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert!(app.company.calls().is_empty());
        app.later(16);
    };
    let one = json!({"documentId": "D2"});
    let (answer, ()) = tokio::join!(other.post(SYNC, one), clock);
    answer.is(200);
}

async fn a_quota_answer_slows_the_queue_down(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.make("D2").await;
    let quota = ErpError::Quota {
        words: "Quote exceeds".into(),
    };
    app.company.next("create", Fault::Fails(quota.clone()));
    let answer = app.push("D1").await.refuses(502, "upstream_failed");
    assert_eq!(
        (&answer["remoteCode"], &answer["syncStatus"]),
        (&json!("5"), &json!("failed"))
    );
    app.company.forget_calls();
    app.push("D2").await.refuses(502, "upstream_failed");
    app.work().await;
    assert!(app.company.calls().is_empty());
    app.later(15);
    app.company.next("find_order", Fault::Fails(quota));
    app.work().await;
    assert_eq!(app.company.calls(), ["find_order"]);
    // It rests twice as long.
    app.later(16);
    app.work().await;
    assert_eq!(app.company.calls().len(), 1);
    app.later(15);
    app.work().await;
    assert_eq!(app.status("D1").await, "synced");
}
