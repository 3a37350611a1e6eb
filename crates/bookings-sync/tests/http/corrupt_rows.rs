use bookings_sync::{BookingFilter, BookingRepository};
use database::StorageError;
use serde_json::json;
use test_support::{TestDatabase, on_both};
use validation::{Id, Page};

use crate::support::App;

on_both!(
    a_booking_that_makes_no_sense_is_a_defect_that_shows_nothing,
    a_sync_of_a_customer_bears_a_currency_that_nobody_knows,
);

async fn a_booking_that_makes_no_sense_is_a_defect_that_shows_nothing(database: TestDatabase) {
    let app = App::on(database);
    let damage = [
        "status = 'NONSENSE'",
        "currency = '???'",
        "service = ''",
        "address = ' '",
        "customer_id = 'a b'",
        "partner_id = ''",
        "scheduled_at = 9223372036854775807",
        "created_at = -9223372036854775807",
    ];
    for (n, damage) in damage.into_iter().enumerate() {
        let id = format!("B{n}");
        app.book(&id, json!({})).await;
        app.tamper(&format!("UPDATE bookings SET {damage} WHERE id = '{id}'"))
            .await;
        let found = app.bookings.find(&Id::parse(&id).unwrap()).await;
        let column = damage.split(' ').next().unwrap();
        let named = format!("{column} in bookings of {id}");
        assert!(
            matches!(&found, Err(StorageError::Corrupt(place)) if *place == named),
            "{found:?}"
        );
        let listed = app
            .bookings
            .list(&BookingFilter::default(), Page::default())
            .await;
        assert!(matches!(listed, Err(StorageError::Corrupt(_))));
        let reply = app.get("admin", &format!("/bookings/{id}")).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.body["code"]),
            (500, &json!("internal"))
        );
        assert_eq!(reply.body["error"], "Something went wrong on our side");
        app.tamper("DELETE FROM bookings").await;
    }
}

async fn a_sync_of_a_customer_bears_a_currency_that_nobody_knows(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book_in("B1", "IN_PROGRESS").await;
    app.tamper("UPDATE bookings SET currency = '???'").await;
    for target in ["completed", "assigned"] {
        let body = json!({"customerId": "u1", "assignedStatus": target});
        app.post("admin", "/bookings/sync-customer", body)
            .await
            .is(200);
    }
    let told = app.told().await;
    let (_, _, earned) = told
        .iter()
        .find(|(_, event, _)| event == "earnings:updated")
        .unwrap();
    assert!(earned["amount"].is_null() && earned["total"].is_null());
}
