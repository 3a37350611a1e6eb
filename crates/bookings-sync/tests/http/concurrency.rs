use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};
use tokio::task::JoinSet;

use crate::support::{App, Reply, request, send};

on_both!(
    changes_of_different_fields_are_all_kept,
    a_crowd_gets_through_one_after_the_other,
    of_two_changes_of_one_version_one_is_refused,
    bookings_that_are_completed_at_once_add_up,
    a_booking_that_is_completed_twice_at_once_earns_once,
    bookings_made_while_their_customer_is_synced_stay_whole,
    a_reconciliation_beside_live_traffic_breaks_nothing,
);

async fn changes_of_different_fields_are_all_kept(database: TestDatabase) {
    let app = App::staffed(database).await;
    let other = app.another_node().await;
    app.book("B1", json!({})).await;
    for round in 0..5 {
        let put = |body| app.put("admin", "/bookings/B1", body);
        let elsewhere = |body| send(&other, request("admin", "PUT", "/bookings/B1", Some(body)));
        let text = format!("round {round}");
        let replies: [Reply; 5] = tokio::join!(
            put(json!({"service": text})),
            elsewhere(json!({"address": text})),
            put(json!({"amount": round})),
            elsewhere(json!({"notes": text})),
            app.post(
                "admin",
                "/bookings/B1/assign",
                json!({"partnerId": (["p1", "p2"][round % 2])})
            ),
        )
        .into();
        for reply in replies {
            reply.is(200);
        }
        let after = app.booking("B1").await;
        for field in ["service", "address", "notes"] {
            assert_eq!(after[field], json!(text));
        }
        assert_eq!(
            (&after["amount"], &after["partnerId"]),
            (&json!(round), &json!(["p1", "p2"][round % 2]))
        );
        app.assert_in_step().await;
    }
}

async fn a_crowd_gets_through_one_after_the_other(database: TestDatabase) {
    let app = App::on(database);
    let other = app.another_node().await;
    app.book("B1", json!({})).await;
    let mut crowd = JoinSet::new();
    for n in 0..30 {
        let (router, notes) = (other.clone(), json!({"notes": format!("note {n}")}));
        let put = request("admin", "PUT", "/bookings/B1", Some(notes));
        crowd.spawn(async move { send(&router, put).await });
    }
    for reply in crowd.join_all().await {
        reply.is(200);
    }
    assert_eq!(app.booking("B1").await["version"], 31);
    assert_eq!(app.history("B1").await.len(), 31);
    app.assert_in_step().await;
}

async fn of_two_changes_of_one_version_one_is_refused(database: TestDatabase) {
    let app = App::on(database);
    let other = app.another_node().await;
    app.book("B1", json!({})).await;
    for version in 1..6 {
        let (one, two) = (
            json!({"notes": format!("one {version}"), "version": version}),
            json!({"notes": format!("two {version}"), "version": version}),
        );
        let two = send(&other, request("admin", "PUT", "/bookings/B1", Some(two)));
        let (one, two) = tokio::join!(app.put("admin", "/bookings/B1", one), two);
        let (winner, loser) = if one.status == 200 {
            (one, two)
        } else {
            (two, one)
        };
        assert_eq!(loser.body["code"], "conflict");
        assert_eq!(app.booking("B1").await, winner.is(200));
        app.assert_in_step().await;
    }
}

/// What the partners were told they have in all, in order.
async fn totals(app: &App) -> Vec<Value> {
    let told = app.told().await.into_iter();
    let earned = told.filter(|(_, event, _)| event == "earnings:updated");
    earned.map(|(_, _, data)| data["total"].clone()).collect()
}

async fn bookings_that_are_completed_at_once_add_up(database: TestDatabase) {
    let app = App::staffed(database).await;
    let other = app.another_node().await;
    for n in 0..4 {
        let customer = if n == 3 { "u2" } else { "u1" };
        let more = json!({"customerId": customer, "partnerId": "p1", "status": "IN_PROGRESS", "amount": 10});
        app.book(&format!("B{n}"), more).await;
    }
    let done = json!({"status": "COMPLETED"});
    let all = json!({"customerId": "u2", "assignedStatus": "completed"});
    let replies: [Reply; 4] = tokio::join!(
        app.patch("partner:p1", "/bookings/B0", done.clone()),
        send(
            &other,
            request("partner:p1", "PATCH", "/bookings/B1", Some(done.clone()))
        ),
        app.put("admin", "/bookings/B2", done),
        send(
            &other,
            request("admin", "POST", "/bookings/sync-customer", Some(all))
        ),
    )
    .into();
    for reply in replies {
        reply.is(200);
    }
    assert_eq!(
        totals(&app).await,
        [json!(10), json!(20), json!(30), json!(40)]
    );
    app.assert_in_step().await;
}

async fn a_booking_that_is_completed_twice_at_once_earns_once(database: TestDatabase) {
    let app = App::staffed(database).await;
    let other = app.another_node().await;
    app.book_in("B1", "IN_PROGRESS").await;
    let done = json!({"status": "COMPLETED"});
    let sync = json!({"customerId": "u1", "assignedStatus": "completed"});
    let partner = send(
        &other,
        request("partner:p1", "PATCH", "/bookings/B1", Some(done.clone())),
    );
    let (_, admin, sync, all) = tokio::join!(
        partner,
        app.put("admin", "/bookings/B1", done),
        send(
            &other,
            request(
                "admin",
                "POST",
                "/bookings/B1/manual-sync",
                Some(sync.clone())
            )
        ),
        app.post("admin", "/bookings/sync-customer", sync.clone()),
    );
    for reply in [admin, sync, all] {
        reply.is(200);
    }
    assert_eq!(totals(&app).await, [json!(24.8)]);
    assert_eq!(app.booking("B1").await["version"], 2);
    app.assert_in_step().await;
}

async fn bookings_made_while_their_customer_is_synced_stay_whole(database: TestDatabase) {
    let app = App::staffed(database).await;
    for round in 0..5 {
        let target = ["confirm", "assigned"][round % 2];
        let body = json!({"customerId": "u1", "assignedStatus": target});
        let (first, second) = (format!("A{round}"), format!("B{round}"));
        tokio::join!(
            app.book(&first, json!({"partnerId": "p1"})),
            async {
                app.post("admin", "/bookings/sync-customer", body)
                    .await
                    .is(200)
            },
            app.book(&second, json!({"partnerId": "p2"})),
        );
        app.assert_in_step().await;
    }
    for row in app.rows("id, version", "bookings").await {
        let lines = app.history(row[0].as_ref().unwrap()).await;
        let changes = lines
            .iter()
            .filter(|line| line["changes"] != json!([]))
            .count();
        assert_eq!(
            Some(changes.to_string()),
            row[1],
            "every version has its line of history"
        );
    }
}

async fn a_reconciliation_beside_live_traffic_breaks_nothing(database: TestDatabase) {
    let app = App::staffed(database).await;
    let other = app.another_node().await;
    for id in ["B1", "B2", "B3"] {
        app.book(id, json!({})).await;
    }
    for round in 0..5 {
        app.tamper("UPDATE booking_mirrors SET service = NULL")
            .await;
        let customer = json!({"customerId": (["u1", "u2"][round % 2])});
        let reconcile = || {
            send(
                &other,
                request("admin", "POST", "/bookings/reconcile", Some(json!({}))),
            )
        };
        let replies: [Reply; 4] = tokio::join!(
            reconcile(),
            app.put("admin", "/bookings/B1", customer),
            app.put(
                "admin",
                "/bookings/B2",
                json!({"notes": format!("round {round}")})
            ),
            reconcile(),
        )
        .into();
        for reply in replies {
            reply.is(200);
        }
        app.assert_in_step().await;
    }
}
