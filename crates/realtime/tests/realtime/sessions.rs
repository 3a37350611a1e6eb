use realtime::BookingMove;
use serde_json::json;
use test_support::TestDatabase;

use crate::support::{App, Client, NOW, account, of};

async fn a_session_ends_with_its_token(database: TestDatabase) {
    let app = App::on(database).await;
    let mut client = app.join(&format!("c1@{}", NOW + 60)).await;
    let mut other = app.join("c2").await;
    app.later(59_000);
    app.node.realtime.sweep_once().await.unwrap();
    client.has_heard_nothing().await;
    app.later(1_000);
    app.node.realtime.sweep_once().await.unwrap();
    assert_eq!(client.hears("error").await["message"], "Token expired");
    client.is_expelled().await;
    app.node.record(of("c1"), "message:read", json!({})).await;
    app.node.hear().await;
    other.has_heard_nothing().await;
}

async fn a_refreshed_session_goes_on(database: TestDatabase) {
    let app = App::on(database).await;
    let mut client = app.join(&format!("c1@{}", NOW + 60)).await;
    for token in ["x", "c2", &format!("c1@{NOW}"), "lk_service"] {
        let ack = client.ask("auth:refresh", json!({"token": token})).await;
        assert_eq!(
            (&ack["ok"], &ack["code"]),
            (&json!(false), &json!("unauthenticated")),
            "{token}"
        );
    }
    assert_eq!(
        client.ask("auth:refresh", json!({})).await["code"],
        "invalid_request"
    );
    let token = format!("c1@{}", NOW + 120);
    let ack = client.ask("auth:refresh", json!({"token": token})).await;
    assert_eq!(
        ack,
        json!({"ok": true, "expiresAt": "2027-01-15T08:02:00.000Z"})
    );
    app.later(100_000);
    app.node.realtime.sweep_once().await.unwrap();
    client.has_heard_nothing().await;
    app.later(20_000);
    app.node.realtime.sweep_once().await.unwrap();
    client.hears("error").await;
    client.is_expelled().await;
}

async fn a_disabled_account_is_sent_away(database: TestDatabase) {
    let app = App::on(database).await;
    let (mut client, mut other) = (app.join("c1").await, app.join("c2").await);
    app.node.realtime.sweep_once().await.unwrap();
    app.town.disabled.lock().unwrap().insert(account("c1"));
    // As the trigger of the accounts' table does.
    let moved = "UPDATE change_marks SET value = value + 1 WHERE name = 'accounts'";
    app.test_database.tamper(moved).await;
    app.node.realtime.sweep_once().await.unwrap();
    assert_eq!(client.hears("error").await["code"], "unauthenticated");
    client.is_expelled().await;
    other.has_heard_nothing().await;
}

async fn one_who_was_disabled_while_they_came_is_found_too(database: TestDatabase) {
    let app = App::on(database).await;
    app.town.disabled.lock().unwrap().insert(account("c1"));
    app.node.realtime.sweep_once().await.unwrap();
    let mut client = app.join("c1").await;
    app.node.realtime.sweep_once().await.unwrap();
    client.hears("error").await;
    client.is_expelled().await;
}

async fn too_many_events_are_refused_and_then_the_sender(database: TestDatabase) {
    let app = App::on(database).await;
    let mut client = app.join("c1").await;
    for _ in 0..100 {
        assert_eq!(client.ask("booking:untrack", json!("B1")).await["ok"], true);
    }
    let ack = client.ask("booking:untrack", json!("B1")).await;
    assert_eq!(
        (&ack["ok"], &ack["code"]),
        (&json!(false), &json!("rate_limited"))
    );
    client.say("booking:untrack", json!("B1")).await;
    let error = client.hears("error").await;
    assert_eq!(
        (&error["code"], &error["event"]),
        (&json!("rate_limited"), &json!("booking:untrack"))
    );
    app.later(1_000);
    for _ in 0..50 {
        assert_eq!(client.ask("booking:untrack", json!("B1")).await["ok"], true);
    }
    for _ in 0..100 {
        client.say("booking:untrack", json!("B1")).await;
        assert_eq!(client.hears("error").await["code"], "rate_limited");
    }
    client.say("booking:untrack", json!("B1")).await;
    client.is_expelled_after_error().await;
}

async fn bookings_move_as_their_people_say(database: TestDatabase) {
    let app = App::on(database).await;
    let (mut customer, mut partner) = (app.join("c1").await, app.join("p1").await);
    let cancel = json!({"bookingId": "B1", "reason": "Changed my mind"});
    assert_eq!(customer.ask("booking:cancel", cancel).await["ok"], true);
    assert_eq!(partner.ask("booking:accept", json!("B1")).await["ok"], true);
    let reject = json!({"bookingId": "B1", "reason": "Not available"});
    assert_eq!(partner.ask("booking:reject", reject).await["ok"], true);
    let status = json!({"bookingId": "B1", "status": "IN_PROGRESS"});
    assert_eq!(
        partner.ask("booking:status_update", status).await["ok"],
        true
    );
    let reason = |text: &str| Some(text.to_owned());
    let expected = [
        (BookingMove::Cancel, reason("Changed my mind")),
        (BookingMove::Accept, None),
        (BookingMove::Reject, reason("Not available")),
        (BookingMove::To("IN_PROGRESS".to_owned()), None),
    ];
    let expected = expected.map(|(to, why)| ("B1".to_owned(), to, why));
    assert_eq!(*app.town.moves.lock().unwrap(), expected);
}

async fn other_peoples_bookings_and_events_are_refused(database: TestDatabase) {
    let app = App::on(database).await;
    let cancel = json!({"bookingId": "B1", "reason": "Changed my mind"});
    let mut stranger = app.join("c2").await;
    for (event, payload) in [("booking:track", json!("B1")), ("booking:cancel", cancel)] {
        let ack = stranger.ask(event, payload).await;
        assert_eq!(
            (&ack["code"], &ack["error"]),
            (&json!("not_found"), &json!("Booking B1 not found"))
        );
    }
    for event in [
        "booking:accept",
        "location:update",
        "request:stats",
        "stock:subscribe",
    ] {
        assert_eq!(
            stranger.ask(event, json!("B1")).await["code"],
            "forbidden",
            "{event}"
        );
    }
    assert_eq!(
        stranger.ask("booking:explode", json!("B1")).await["code"],
        "invalid_request"
    );
    for wrong in [json!(null), json!(7), json!({}), json!("a b"), json!("")] {
        assert_eq!(
            stranger.ask("booking:track", wrong).await["code"],
            "invalid_request"
        );
    }
}

async fn binary_data_is_refused_and_nonsense_ends_the_connection(database: TestDatabase) {
    let app = App::on(database).await;
    let mut client = app.join("c1").await;
    client
        .send("51-/customer,[\"booking:track\",{\"_placeholder\":true,\"num\":0}]")
        .await;
    let error = client.hears("error").await;
    assert_eq!(
        (&error["code"], &error["event"]),
        (&json!("invalid_request"), &json!("booking:track"))
    );
    client.send("nonsense").await;
    let mut next = Client::knock(&app.node.router, "/customer", r#"{"token":"c1"}"#).await;
    assert!(next.packet().await.starts_with("0/customer,"));
}

test_support::on_both!(
    a_session_ends_with_its_token,
    a_refreshed_session_goes_on,
    a_disabled_account_is_sent_away,
    one_who_was_disabled_while_they_came_is_found_too,
    too_many_events_are_refused_and_then_the_sender,
    bookings_move_as_their_people_say,
    other_peoples_bookings_and_events_are_refused,
    binary_data_is_refused_and_nonsense_ends_the_connection,
);
