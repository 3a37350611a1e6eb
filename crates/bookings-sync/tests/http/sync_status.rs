use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::{
    support::{App, NOW_TEXT},
    sync::DAMAGE,
};

on_both!(
    in_step_says_so,
    each_kind_of_trouble_has_its_flags,
    nothing_at_all_has_an_answer_too,
    differences_name_the_field_and_both_values,
    no_damage_breaks_the_answer,
    people_see_how_their_own_booking_stands,
);

async fn status(app: &App, id: &str, customer: &str) -> Value {
    let path = format!("/bookings/{id}/manual-sync-status?customerId={customer}");
    app.get("service:bookings:read", &path).await.is(200)
}

async fn in_step_says_so(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    let mut expected = json!({
        "bookingId": "B1", "customerId": "u1", "userId": "u1", "mainExists": true, "userExists": true,
        "mirrorExists": true, "inSync": true, "statusMatch": true, "mainStatus": "unassigned",
        "userStatus": "unassigned", "differences": [], "lastSync": NOW_TEXT, "lastManualSyncAt": null,
        "syncedBy": "booking-update",
    });
    assert_eq!(status(&app, "B1", "u1").await, expected);
    app.clock.advance(chrono::TimeDelta::seconds(5));
    let body = json!({"customerId": "u1"});
    app.post("admin", "/bookings/B1/manual-sync", body)
        .await
        .is(200);
    for changed in ["lastSync", "lastManualSyncAt"] {
        expected[changed] = "2027-01-15T08:00:05.000Z".into();
    }
    expected["syncedBy"] = "manual-sync".into();
    assert_eq!(status(&app, "B1", "u1").await, expected);
    let own = app
        .get("admin", "/bookings/B1/manual-sync-status")
        .await
        .is(200);
    assert_eq!(own, expected);
}

/// `mainExists`, `userExists`, `mirrorExists`, `inSync` and `statusMatch`.
fn flags(status: &Value) -> [bool; 5] {
    [
        "mainExists",
        "userExists",
        "mirrorExists",
        "inSync",
        "statusMatch",
    ]
    .map(|flag| status[flag].as_bool().unwrap())
}

async fn each_kind_of_trouble_has_its_flags(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    let flags = async |customer| flags(&status(&app, "B1", customer).await);
    assert_eq!(flags("nobody").await, [true, false, false, false, false]);
    assert_eq!(flags("u2").await, [true, true, false, false, false]);
    let tamper = async |set| {
        app.tamper(&format!("UPDATE booking_mirrors SET {set}"))
            .await;
    };
    tamper("service = 'Gardening'").await;
    assert_eq!(flags("u1").await, [true, true, true, false, true]);
    tamper("assigned_status = 'completed'").await;
    assert_eq!(flags("u1").await, [true, true, true, false, false]);
    let stale = status(&app, "B1", "u1").await;
    let sides = [&stale["mainStatus"], &stale["userStatus"]];
    assert_eq!(sides, ["unassigned", "completed"]);
    tamper("service = 'House Cleaning', assigned_status = 'unassigned', user_id = 'u2'").await;
    assert_eq!(flags("u1").await, [true, true, false, false, false]);
    assert_eq!(flags("u2").await, [true, true, true, false, true]);
    app.tamper("DELETE FROM bookings").await;
    assert_eq!(flags("u2").await, [false, true, true, false, false]);
}

async fn nothing_at_all_has_an_answer_too(database: TestDatabase) {
    let app = App::on(database);
    let nothing = status(&app, "X", "nobody").await;
    assert_eq!(flags(&nothing), [false; 5]);
    for field in ["mainStatus", "userStatus", "lastSync", "syncedBy"] {
        assert_eq!(nothing[field], Value::Null);
    }
    let path = "/bookings/X/manual-sync-status";
    let nameless = app.get("admin", path).await.is(200);
    assert_eq!(flags(&nameless), [false; 5]);
    assert_eq!(nameless["customerId"], Value::Null);
    let invalid = app.get("admin", &format!("{path}?customerId=a%20b")).await;
    invalid.refuses_field("customerId");
}

async fn differences_name_the_field_and_both_values(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    app.tamper(
        "UPDATE booking_mirrors SET customer_id = 'u2', partner_id = 'p1', amount_minor = 100, status = NULL, \
         scheduled_at = 0",
    )
    .await;
    let expected = json!([
        {"field": "customerId", "main": "u1", "mirror": "u2"},
        {"field": "partnerId", "main": null, "mirror": "p1"},
        {"field": "scheduledAt", "main": "2027-02-01T09:30:00.000Z", "mirror": "1970-01-01T00:00:00.000Z"},
        {"field": "amount", "main": 24.8, "mirror": 1},
        {"field": "status", "main": "PENDING", "mirror": null},
    ]);
    let status = status(&app, "B1", "u1").await;
    assert_eq!(status["differences"], expected);
    assert_eq!(
        (&status["statusMatch"], &status["userStatus"]),
        (&json!(false), &json!("unassigned"))
    );
}

async fn no_damage_breaks_the_answer(database: TestDatabase) {
    let app = App::staffed(database).await;
    for (n, damage) in DAMAGE.iter().enumerate() {
        let id = format!("B{n}");
        app.book_in(&id, "COMPLETED").await;
        app.tamper(damage).await;
        for user in ["u1", "u2", "u3", "nobody"] {
            assert_eq!(status(&app, &id, user).await["mainExists"], true);
            app.get("admin", &format!("/users/u1/bookings/{id}")).await;
        }
        app.get("admin", "/bookings/sync-drift").await.is(200);
        app.tamper("DELETE FROM booking_mirrors").await;
    }
}

async fn people_see_how_their_own_booking_stands(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({"partnerId": "p1"})).await;
    for token in ["customer:u1", "partner:p1"] {
        for query in ["?customerId=u1", ""] {
            let path = format!("/bookings/B1/manual-sync-status{query}");
            assert_eq!(app.get(token, &path).await.is(200)["inSync"], true);
        }
        let path = "/bookings/X/manual-sync-status?customerId=u1";
        app.get(token, path)
            .await
            .refuses(404, "Booking X not found");
    }
}
