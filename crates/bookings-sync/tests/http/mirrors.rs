use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::{support::App, sync::DAMAGE};

on_both!(
    a_customers_app_reads_the_mirrors,
    a_page_is_never_out_of_date,
    mirrors_with_garbage_are_shown_as_they_are,
);

fn ids(listing: &Value) -> Vec<&str> {
    let items = listing["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

async fn a_customers_app_reads_the_mirrors(database: TestDatabase) {
    let app = App::on(database);
    for (id, day) in [
        ("B1", "2027-02-02"),
        ("B2", "2027-02-03"),
        ("B3", "2027-02-01"),
        ("B4", "2027-02-02"),
    ] {
        app.book(id, json!({"scheduledAt": day})).await;
    }
    app.book("B5", json!({"customerId": "u2"})).await;
    for token in ["admin", "customer:u1", "service:bookings:read"] {
        let listing = app.get(token, "/users/u1/bookings").await.is(200);
        assert_eq!(ids(&listing), ["B2", "B4", "B1", "B3"]);
        assert_eq!(
            ["page", "perPage", "total"].map(|k| listing[k].as_u64().unwrap()),
            [1, 50, 4]
        );
        assert_eq!(listing["items"][0].get("notes"), None);
        let own = app.get(token, "/users/u1/bookings/B2").await.is(200);
        assert_eq!(own, listing["items"][0]);
        app.get(token, "/users/u1/bookings/B5")
            .await
            .refuses(404, "Booking B5 not found");
    }
    let page = app
        .get("customer:u1", "/users/u1/bookings?page=2&perPage=3")
        .await
        .is(200);
    assert_eq!(ids(&page), ["B3"]);
    let none = app.get("admin", "/users/u3/bookings").await.is(200);
    assert_eq!((&none["items"], &none["total"]), (&json!([]), &json!(0)));
    app.get("admin", "/users/nobody/bookings")
        .await
        .refuses(404, "User nobody not found");
    app.get("admin", "/users/u1/bookings?perPage=201")
        .await
        .refuses_field("perPage");
    app.assert_in_step().await;
}

async fn a_page_is_never_out_of_date(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    let first =
        async || app.get("customer:u1", "/users/u1/bookings").await.is(200)["items"][0].clone();
    assert_eq!(first().await["assignedStatus"], "unassigned");
    app.put(
        "admin",
        "/bookings/B1",
        json!({"assignedStatus": "assigned"}),
    )
    .await
    .is(200);
    assert_eq!(first().await["assignedStatus"], "assigned");
    app.tamper("UPDATE booking_mirrors SET assigned_status = 'by another program'")
        .await;
    assert_eq!(first().await["assignedStatus"], "by another program");
    app.delete("admin", "/bookings/B1").await.is(200);
    assert_eq!(first().await, Value::Null);
}

async fn mirrors_with_garbage_are_shown_as_they_are(database: TestDatabase) {
    let app = App::staffed(database).await;
    for damage in DAMAGE {
        app.book_in("B1", "PARTNER_ACCEPTED").await;
        app.book_in("B2", "PARTNER_ACCEPTED").await;
        app.tamper(damage).await;
        app.tamper("UPDATE booking_mirrors SET scheduled_at = NULL WHERE booking_id = 'B2'")
            .await;
        let listing = app.get("customer:u1", "/users/u1/bookings").await.is(200);
        if ids(&listing).len() == 2 && !damage.contains("scheduled_at") {
            assert_eq!(
                ids(&listing),
                ["B1", "B2"],
                "those without a time come last: {damage}"
            );
        }
        for item in listing["items"].as_array().unwrap() {
            let path = format!("/users/u1/bookings/{}", item["id"].as_str().unwrap());
            assert_eq!(app.get("customer:u1", &path).await.is(200), *item);
        }
        app.tamper("DELETE FROM booking_mirrors; DELETE FROM bookings")
            .await;
    }
    app.book("B1", json!({})).await;
    app.tamper("UPDATE booking_mirrors SET currency = 'nothing', status = '', scheduled_at = NULL")
        .await;
    let mirror = app.mirror("u1", "B1").await.is(200);
    let told = ["amount", "currency", "status", "scheduledAt"].map(|key| mirror[key].clone());
    assert_eq!(
        told,
        [Value::Null, json!("nothing"), json!(""), Value::Null]
    );
}
