use outbox::Audience;
use serde_json::json;
use test_support::TestDatabase;

use crate::support::{App, of};

async fn whoever_comes_back_gets_what_they_missed_and_then_the_rest(database: TestDatabase) {
    let app = App::on(database).await;
    for n in 0..3 {
        app.node
            .record(of("c1"), "booking:status_updated", json!({"n": n}))
            .await;
        app.node
            .record(
                of("c2"),
                "booking:status_updated",
                json!({"n": "another's"}),
            )
            .await;
    }
    app.node.hear().await;
    let mut client = app.rejoin("c1", 0).await;
    let ids = client.ids(3).await;
    app.node.record(of("c1"), "message:read", json!({})).await;
    app.node.hear().await;
    let next = client.ids(1).await[0];
    assert!(ids.is_sorted() && next > ids[2], "{ids:?} {next}");
    client.has_heard_nothing().await;
    let mut client = app.rejoin("c1", ids[1]).await;
    assert_eq!(client.ids(2).await, [ids[2], next]);
    client.has_heard_nothing().await;
    let mut client = app.join("c1").await;
    client.has_heard_nothing().await;
}

async fn what_a_node_has_not_heard_yet_comes_once(database: TestDatabase) {
    let app = App::on(database).await;
    let other = app.another_node().await;
    app.node.record(of("c1"), "message:read", json!({})).await;
    other.hear().await;
    // The client was on the other node, which was faster.
    let last = outbox::last_id(app.test_database.database()).await.unwrap();
    let mut client = app.rejoin("c1", last).await;
    let mut behind = app.rejoin("c1", 0).await;
    app.node.hear().await;
    app.node.record(of("c1"), "message:read", json!({})).await;
    app.node.hear().await;
    assert_eq!(client.ids(1).await, [last + 1]);
    client.has_heard_nothing().await;
    assert_eq!(behind.ids(2).await, [last, last + 1]);
    behind.has_heard_nothing().await;
}

async fn a_cursor_of_another_database_does_not_make_deaf(database: TestDatabase) {
    let app = App::on(database).await;
    let mut client = app.rejoin("c1", 1_000_000_000).await;
    app.node.record(of("c1"), "message:read", json!({})).await;
    app.node.hear().await;
    client.hears("message:read").await;
}

async fn admins_get_missed_bookings_without_asking_and_others_only_when_they_ask(
    database: TestDatabase,
) {
    let app = App::on(database).await;
    app.node
        .record(Audience::Admins, "booking:created", json!({}))
        .await;
    app.node.hear().await;
    let mut back = app.rejoin("a1", 0).await;
    back.hears("booking:created").await;
    let mut admin = app.join("a1").await;
    app.node
        .record(Audience::Admins, "booking:updated", json!({}))
        .await;
    app.node
        .record(Audience::Admins, "kyc:submitted", json!({}))
        .await;
    app.node.hear().await;
    admin.hears("kyc:submitted").await;
    back.hears("kyc:submitted").await;
    assert_eq!(
        admin.ask("monitor:bookings", json!(null)).await,
        json!({"ok": true})
    );
    app.node
        .record(Audience::Admins, "booking:updated", json!({}))
        .await;
    app.node.hear().await;
    admin.hears("booking:updated").await;
    back.has_heard_nothing().await;
    let mut customer = app.rejoin("c1", 0).await;
    customer.has_heard_nothing().await;
}

/// 256 packets wait for a client. It takes none until 1,500 events have happened, live and before it came.
async fn a_client_without_room_misses_nothing(database: TestDatabase) {
    const EVENTS: usize = 1_500;
    let app = App::on(database).await;
    let mut client = app.join("c1").await;
    let facts: Vec<_> = (0..EVENTS)
        .map(|n| outbox::Fact::new(of("c1"), "message:read", json!({"n": n})))
        .collect();
    let (facts, now) = (&facts, chrono::DateTime::UNIX_EPOCH);
    let written = app
        .test_database
        .database()
        .write(|transaction| async move {
            outbox::append(&*transaction, facts, now).await?;
            Ok::<_, database::StorageError>(())
        });
    written.await.unwrap();
    app.node.hear().await;
    let ids = client.ids(EVENTS).await;
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    client.has_heard_nothing().await;
    let mut back = app.rejoin("c1", 0).await;
    assert_eq!(back.ids(EVENTS).await, ids);
}

test_support::on_both!(
    whoever_comes_back_gets_what_they_missed_and_then_the_rest,
    what_a_node_has_not_heard_yet_comes_once,
    a_cursor_of_another_database_does_not_make_deaf,
    admins_get_missed_bookings_without_asking_and_others_only_when_they_ask,
    a_client_without_room_misses_nothing,
);
