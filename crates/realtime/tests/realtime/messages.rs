use serde_json::json;
use test_support::TestDatabase;

use crate::support::App;

async fn both_hear_of_a_message_and_of_its_reading(database: TestDatabase) {
    let app = App::on(database).await;
    let (mut customer, mut partner) = (app.join("c1").await, app.join("p1").await);
    let message = json!({"recipientId": "p1", "message": " Hello ", "bookingId": "B1"});
    let ack = customer.ask("message:send", message).await;
    assert_eq!(ack["ok"], true);
    assert_eq!(ack["createdAt"], "2027-01-15T08:00:00.000Z");
    app.node.hear().await;
    let received = partner.hears("message:received").await;
    assert_eq!(received["id"], ack["id"]);
    assert_eq!(received["senderId"], "c1");
    assert_eq!(received["message"], "Hello");
    assert_eq!(received["bookingId"], "B1");
    assert_eq!(received["createdAt"], ack["createdAt"]);
    assert_eq!(customer.hears("message:sent").await["id"], ack["id"]);

    app.later(1_000);
    let read = partner.ask("message:mark_read", ack["id"].clone()).await;
    assert_eq!(read["readAt"], "2027-01-15T08:00:01.000Z");
    app.node.hear().await;
    let told = customer.hears("message:read").await;
    assert_eq!(
        (&told["id"], &told["readAt"]),
        (&ack["id"], &read["readAt"])
    );

    app.later(1_000);
    let again = partner.ask("message:mark_read", ack["id"].clone()).await;
    assert_eq!(again["readAt"], read["readAt"], "when it was read first");
    app.node.hear().await;
    customer.has_heard_nothing().await;
}

async fn nobody_writes_to_whom_they_have_nothing_to_do_with(database: TestDatabase) {
    let app = App::on(database).await;
    // Who, to whom, about what; what is not found.
    let table = [
        ("c1", "p2", None, "User p2 not found"),
        ("c2", "p1", None, "User p1 not found"),
        ("p2", "c1", None, "User c1 not found"),
        ("c1", "c2", None, "User c2 not found"),
        ("c1", "c1", None, "User c1 not found"),
        ("p1", "p2", None, "User p2 not found"),
        ("c1", "nobody", None, "User nobody not found"),
        ("c1", "p1", Some("B2"), "Booking B2 not found"),
        ("c2", "a1", Some("B1"), "Booking B1 not found"),
        ("a1", "c2", Some("B1"), "Booking B1 not found"),
    ];
    for (who, to, booking, sentence) in table {
        let mut client = app.join(who).await;
        let message = json!({"recipientId": to, "message": "Hello", "bookingId": booking});
        let ack = client.ask("message:send", message).await;
        assert_eq!(ack["ok"], false, "{who} {to}");
        assert_eq!(
            (&ack["code"], &ack["error"]),
            (&json!("not_found"), &json!(sentence))
        );
        if booking.is_none() {
            let ack = client.ask("typing:start", json!(to)).await;
            assert_eq!(ack["code"], "not_found", "{who} {to}");
        }
    }
    assert_eq!(app.get("p1", "/api/messages").await["total"], 0);
    for (who, to) in [
        ("a1", "c2"),
        ("c2", "a1"),
        ("p2", "a1"),
        ("a1", "p2"),
        ("p1", "c1"),
    ] {
        let mut client = app.join(who).await;
        let message = json!({"recipientId": to, "message": "Hello"});
        assert_eq!(
            client.ask("message:send", message).await["ok"],
            true,
            "{who} {to}"
        );
    }
}

async fn messages_are_listed_to_those_two_only_newest_first(database: TestDatabase) {
    let app = App::on(database).await;
    let mut customer = app.join("c1").await;
    let mut ids = Vec::new();
    for (to, booking) in [("p1", Some("B1")), ("a1", None), ("p1", None)] {
        let message = json!({"recipientId": to, "message": "Hello", "bookingId": booking});
        ids.push(customer.ask("message:send", message).await["id"].clone());
        app.later(1_000);
    }
    let listed = async |token, query: &str| {
        let list = app.get(token, &format!("/api/messages{query}")).await;
        let items = list["items"].as_array().unwrap().clone();
        items
            .into_iter()
            .map(|item| item["id"].clone())
            .collect::<Vec<_>>()
    };
    let expected = |places: &[usize]| places.iter().map(|n| ids[*n].clone()).collect::<Vec<_>>();
    assert_eq!(listed("c1", "").await, expected(&[2, 1, 0]));
    assert_eq!(listed("c1", "?with=p1").await, expected(&[2, 0]));
    assert_eq!(listed("p1", "?with=c1&bookingId=B1").await, expected(&[0]));
    let before = format!("?with=p1&before={}", ids[2].as_str().unwrap());
    assert_eq!(listed("p1", &before).await, expected(&[0]));
    let before = "?before=2027-01-15T08:00:01.500Z";
    assert_eq!(listed("c1", before).await, expected(&[1, 0]));
    assert_eq!(listed("c2", "?with=c1").await, expected(&[]));
    let item = &app.get("p1", "/api/messages?bookingId=B1").await["items"][0];
    for field in [
        "id",
        "senderId",
        "recipientId",
        "message",
        "bookingId",
        "createdAt",
        "readAt",
    ] {
        assert!(item.get(field).is_some(), "{field}");
    }
    let mut stranger = app.join("c2").await;
    let ack = stranger.ask("message:mark_read", ids[0].clone()).await;
    assert_eq!(ack["code"], "not_found");
    let (status, _) = app.call("p1", "GET", "/api/messages?before=%00").await;
    assert_eq!(status, 400);
}

async fn typing_reaches_the_other_one_alone(database: TestDatabase) {
    let app = App::on(database).await;
    let (mut customer, mut partner) = (app.join("c1").await, app.join("p1").await);
    let mut stranger = app.join("c2").await;
    assert_eq!(
        partner.ask("typing:start", json!("c1")).await,
        json!({"ok": true})
    );
    let told = customer.hears("typing:indicator").await;
    assert_eq!(told, json!({"userId": "p1", "typing": true}));
    partner.say("typing:stop", json!("c1")).await;
    assert_eq!(customer.hears("typing:indicator").await["typing"], false);
    stranger.has_heard_nothing().await;
}

async fn wrong_payloads_are_refused_field_by_field(database: TestDatabase) {
    let app = App::on(database).await;
    let mut customer = app.join("c1").await;
    let wrong = [
        (json!(null), "recipientId"),
        (json!("p1"), "recipientId"),
        (json!({"recipientId": "p 1", "message": "x"}), "recipientId"),
        (json!({"recipientId": "p1"}), "message"),
        (json!({"recipientId": "p1", "message": 7}), "message"),
        (json!({"recipientId": "p1", "message": "  "}), "message"),
        (
            json!({"recipientId": "p1", "message": "a\u{0}b"}),
            "message",
        ),
        (
            json!({"recipientId": "p1", "message": "x".repeat(4_001)}),
            "message",
        ),
        (
            json!({"recipientId": "p1", "message": "x", "bookingId": 7}),
            "bookingId",
        ),
    ];
    for (payload, field) in wrong {
        let ack = customer.ask("message:send", payload.clone()).await;
        assert_eq!(
            (&ack["ok"], &ack["code"]),
            (&json!(false), &json!("invalid_request"))
        );
        assert_eq!(ack["fields"][0]["field"], field, "{payload}");
    }
    customer.say("message:send", json!({})).await;
    let error = customer.hears("error").await;
    assert_eq!(error["code"], "invalid_request");
    assert_eq!(error["event"], "message:send");
    assert_eq!(error["message"], "recipientId is required");
}

test_support::on_both!(
    both_hear_of_a_message_and_of_its_reading,
    nobody_writes_to_whom_they_have_nothing_to_do_with,
    messages_are_listed_to_those_two_only_newest_first,
    typing_reaches_the_other_one_alone,
    wrong_payloads_are_refused_field_by_field,
);
