use metakocka::ErpError;
use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{
    App, Fault,
    company::{refused, unclear, unreachable},
};

on_both!(
    a_document_whose_answer_was_lost_is_found_and_taken_over,
    what_may_still_arrive_is_waited_for,
    what_never_arrived_is_sent_again_after_a_while,
    a_timeout_is_told_as_one_and_settled_later,
    a_lost_read_back_makes_no_second_document,
    a_node_that_dies_at_any_call_leaves_one_document,
    two_nodes_that_sync_at_once_make_one_document,
    a_lost_replacement_is_no_conflict,
    an_edit_there_after_a_lost_answer_is_a_conflict,
    metakocka_may_name_the_document_itself,
);

async fn a_document_whose_answer_was_lost_is_found_and_taken_over(test: TestDatabase) {
    let app = App::on(test).await;
    for (n, error) in [
        unclear(),
        ErpError::Unclear {
            code: Some("1".into()),
            reason: "Internal server error.".into(),
        },
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("D{n}");
        app.make(&id).await;
        app.company.next("create", Fault::DoneButSays(error));
        let answer = app.push(&id).await.refuses(502, "upstream_failed");
        assert_eq!(answer["syncStatus"], "pending");
        let made = app.company.documents()[n].id.clone();
        let done = app.push(&id).await.is(200);
        assert_eq!(done["metakockaId"], made);
        assert_eq!(app.company.documents().len(), n + 1);
    }
    let path = "/api/integrations/metakocka/history?documentId=D0";
    let history = app.get(path).await.is(200);
    let outcomes: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["outcome"])
        .collect();
    assert_eq!(outcomes, ["adopted", "unknown"]);
}

async fn what_may_still_arrive_is_waited_for(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.company.next("create", Fault::Fails(unclear()));
    app.push("D1").await.refuses(502, "upstream_failed");
    // Nothing is there, but something may be on its way.
    let answer = app.push("D1").await.refuses(502, "upstream_failed");
    assert_eq!(answer["syncStatus"], "pending");
    app.later(59);
    app.push("D1").await.refuses(502, "upstream_failed");
    assert_eq!(
        app.company
            .calls()
            .iter()
            .filter(|call| **call == "create")
            .count(),
        1
    );
    app.later(2);
    app.push("D1").await.is(200);
    assert_eq!(app.company.documents().len(), 1);
}

async fn what_never_arrived_is_sent_again_after_a_while(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.company.next("create", Fault::Fails(unclear()));
    app.push("D1").await.refuses(502, "upstream_failed");
    for _ in 0..20 {
        app.later(10);
        app.work().await;
    }
    assert_eq!(app.status("D1").await, "synced");
    assert_eq!(app.company.documents().len(), 1);
}

async fn a_timeout_is_told_as_one_and_settled_later(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.company
        .next("create", Fault::DoneButSays(ErpError::TimedOut));
    let answer = app.push("D1").await.refuses(504, "upstream_timeout");
    assert_eq!(answer["syncStatus"], "pending");
    app.later(10);
    app.work().await;
    assert_eq!(app.status("D1").await, "synced");
    assert_eq!(app.company.documents().len(), 1);
}

async fn a_lost_read_back_makes_no_second_document(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.company.next("get", Fault::Fails(unreachable()));
    app.push("D1").await.refuses(502, "upstream_failed");
    let mapping = app.mapping("D1").await;
    assert_eq!(mapping["metakockaId"], app.company.documents()[0].id);
    app.later(10);
    app.work().await;
    assert_eq!(app.status("D1").await, "synced");
    assert_eq!(app.company.documents().len(), 1);
}

/// Whatever call is under way when the process dies, and whether or not it had its effect.
async fn a_node_that_dies_at_any_call_leaves_one_document(test: TestDatabase) {
    let app = App::on(test).await;
    let deaths = [
        ("find_order", Fault::Hangs),
        ("create", Fault::Hangs),
        ("create", Fault::DoneAndHangs),
        ("get", Fault::Hangs),
    ];
    for (n, (call, fault)) in deaths.into_iter().enumerate() {
        let id = format!("D{n}");
        app.make(&id).await;
        app.company.next(call, fault);
        let node = app.another_node().await;
        let key = App::key(&id);
        // The process ends in the middle: whatever it held is dropped, nothing is written any more.
        app.company
            .cut_at_a_hanging_call(node.service.push(&key))
            .await;
        // Nobody touches the document while the lease lasts.
        app.work().await;
        assert_ne!(app.status(&id).await, "synced");
        for _ in 0..10 {
            app.later(123);
            app.work().await;
        }
        assert_eq!(app.status(&id).await, "synced", "{call} {n}");
        assert_eq!(app.company.documents().len(), n + 1, "{call} {n}");
    }
}

async fn two_nodes_that_sync_at_once_make_one_document(test: TestDatabase) {
    let app = App::on(test).await;
    let other = app.another_node().await;
    app.company
        .slowness
        .store(20, std::sync::atomic::Ordering::SeqCst);
    for n in 0..3 {
        let id = format!("D{n}");
        app.make(&id).await;
        let (key, same) = (App::key(&id), App::key(&id));
        let (one, two) = tokio::join!(app.node.service.push(&key), other.service.push(&same));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert!(one.outcome.is_ok() && two.outcome.is_ok());
        assert_eq!(one.mapping.metakocka_id, two.mapping.metakocka_id);
        assert_eq!(app.company.documents().len(), n + 1);
    }
}

async fn a_lost_replacement_is_no_conflict(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.push("D1").await.is(200);
    app.edit("D1", json!({"notes": "One"})).await;
    app.company.next("replace", Fault::DoneButSays(unclear()));
    let answer = app.push("D1").await.refuses(502, "upstream_failed");
    assert_eq!(answer["syncStatus"], "pending");
    // Our own write, and newer work here.
    app.edit("D1", json!({"notes": "Two"})).await;
    app.push("D1").await.is(200);
    let there = app.company.documents();
    assert_eq!((there.len(), there[0].notes.as_deref()), (1, Some("Two")));
    // One that never arrived.
    app.edit("D1", json!({"notes": "Three"})).await;
    app.company.next("replace", Fault::Fails(unclear()));
    app.push("D1").await.refuses(502, "upstream_failed");
    app.later(100);
    app.work().await;
    assert_eq!(app.company.documents()[0].notes.as_deref(), Some("Three"));
    assert_eq!(app.status("D1").await, "synced");
}

async fn an_edit_there_after_a_lost_answer_is_a_conflict(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.company.next("create", Fault::DoneButSays(unclear()));
    app.push("D1").await.refuses(502, "upstream_failed");
    let id = app.company.documents()[0].id.clone();
    app.company
        .edit(&id, |document| document.notes = Some("By hand".into()));
    let answer = app.push("D1").await.refuses(409, "conflict");
    assert_eq!(answer["syncStatus"], "conflict");
    assert_eq!(app.company.documents()[0].notes.as_deref(), Some("By hand"));
}

async fn metakocka_may_name_the_document_itself(test: TestDatabase) {
    let app = App::on(test).await;
    app.make("D1").await;
    app.company.next("create", Fault::DoneButSays(unclear()));
    app.push("D1").await.refuses(502, "upstream_failed");
    let there = app.company.documents()[0].clone();
    // Its look-up does not show the document yet, and its own check for duplicates does.
    let ErpError::Refused { code, words, .. } =
        refused("6", "Documents with some buyer order already exist")
    else {
        unreachable!("it is one");
    };
    let duplicates = vec![metakocka::RemoteRef {
        id: there.id.clone(),
        number: there.number.clone(),
    }];
    let hidden = there.buyer_order.clone();
    app.company
        .edit(&there.id, |document| document.buyer_order = None);
    app.later(1_000);
    app.company.next(
        "create",
        Fault::Fails(ErpError::Refused {
            code,
            words,
            duplicates,
        }),
    );
    // Named, but not ours by its key: nobody knows, and nothing is made.
    app.push("D1").await.refuses(502, "upstream_failed");
    app.company
        .edit(&there.id, |document| document.buyer_order = hidden);
    app.push("D1").await.is(200);
    assert_eq!(app.company.documents().len(), 1);
}
