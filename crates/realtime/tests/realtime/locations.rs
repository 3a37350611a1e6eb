use std::time::Duration;

use outbox::Audience;
use serde_json::{Value, json};
use test_support::TestDatabase;

use crate::support::{App, Client};

fn updated(partner: &str, status: &str, version: i64) -> Value {
    json!({"bookingId": "B1", "customerId": "c1", "partnerId": partner, "status": status, "version": version})
}

async fn under_load_the_latest_place_wins(database: TestDatabase) {
    let app = App::on(database).await;
    let (mut customer, mut partner) = (app.join("c1").await, app.join("p1").await);
    let ack = customer.ask("booking:track", json!("B1")).await;
    assert_eq!(
        ack,
        json!({"ok": true, "booking": {"id": "B1"}, "location": null})
    );
    for n in 0..10 {
        let place = json!({"latitude": n, "longitude": 77.2});
        assert_eq!(partner.ask("location:update", place).await["ok"], true);
    }
    let first = customer.hears("partner:location_update").await;
    assert_eq!(first["bookingId"], "B1");
    assert_eq!(
        first["location"],
        json!({"latitude": 0.0, "longitude": 77.2})
    );
    assert_eq!(first["timestamp"], "2027-01-15T08:00:00.000Z");
    app.later(199);
    app.node.realtime.send_places_once(Duration::ZERO);
    customer.has_heard_nothing().await;
    app.later(1);
    app.node.realtime.send_places_once(Duration::ZERO);
    let last = customer.hears("partner:location_update").await;
    assert_eq!(last["location"]["latitude"], 9.0);
    app.node.realtime.send_places_once(Duration::ZERO);
    customer.has_heard_nothing().await;
}

/// A customer who follows a partner on their way.
struct Ride {
    app: App,
    customer: Client,
    partner: Client,
}

impl Ride {
    async fn begin(database: TestDatabase) -> Self {
        let app = App::on(database).await;
        let (mut customer, partner) = (app.join("c1").await, app.join("p1").await);
        customer.ask("booking:track", json!("B1")).await;
        Self {
            app,
            customer,
            partner,
        }
    }

    /// Later the partner says where they are.
    async fn moves(&mut self, later: i64, latitude: i32) {
        self.app.later(later);
        let place = json!({"latitude": latitude, "longitude": 77.2});
        self.partner.ask("location:update", place).await;
    }

    /// Later the node looks at what waits.
    fn looks(&self, later: i64) {
        self.app.later(later);
        self.app.node.realtime.send_places_once(Duration::ZERO);
    }

    /// The customer sees these places next.
    async fn shows(&mut self, latitudes: &[f64]) {
        for latitude in latitudes {
            let heard = self.customer.hears("partner:location_update").await;
            assert_eq!(heard["location"]["latitude"], *latitude);
        }
    }
}

async fn places_five_times_a_second_are_sent_as_they_come(database: TestDatabase) {
    let mut ride = Ride::begin(database).await;
    // The third is late, the others are on time.
    for (latitude, later) in [(0, 0), (1, 200), (2, 290), (3, 110), (4, 200)] {
        ride.moves(later, latitude).await;
        ride.shows(&[f64::from(latitude)]).await;
    }
    ride.looks(1_000);
    ride.customer.has_heard_nothing().await;
}

async fn a_place_that_waited_is_not_sent_twice(database: TestDatabase) {
    let mut ride = Ride::begin(database).await;
    for (latitude, later) in [(1, 0), (2, 50), (3, 150)] {
        ride.moves(later, latitude).await;
    }
    ride.shows(&[1.0, 3.0]).await;
    ride.looks(200);
    ride.customer.has_heard_nothing().await;
}

async fn a_place_that_waited_waits_for_a_newer_one_that_is_about_to_come(database: TestDatabase) {
    let mut ride = Ride::begin(database).await;
    // Fifteen times a second: the fourth place is on time, the seventh comes a little late.
    let times = [0, 67, 67, 66, 67, 67, 68];
    for (latitude, later) in (0..).zip(times) {
        ride.looks(later);
        ride.moves(0, latitude).await;
    }
    ride.shows(&[0.0, 3.0, 6.0]).await;
    // No newer one comes.
    ride.moves(50, 7).await;
    ride.moves(130, 8).await;
    ride.looks(69);
    ride.customer.has_heard_nothing().await;
    ride.looks(1);
    ride.shows(&[8.0]).await;
}

async fn where_the_node_does_not_keep_up_places_are_sent_less_often(database: TestDatabase) {
    let mut ride = Ride::begin(database).await;
    let late = Duration::from_millis(100);
    ride.app.node.realtime.send_places_once(late);
    // A place each 100 ms, and a turn each 250 ms.
    ride.moves(0, 0).await;
    for latitude in 1..7 {
        ride.moves(100, latitude).await;
    }
    ride.shows(&[0.0, 3.0, 6.0]).await;
    // The last one comes all the same.
    ride.moves(100, 7).await;
    ride.looks(319);
    ride.customer.has_heard_nothing().await;
    ride.looks(1);
    ride.shows(&[7.0]).await;
}

async fn a_clock_that_is_set_back_makes_nobody_wait(database: TestDatabase) {
    let mut ride = Ride::begin(database).await;
    ride.moves(0, 0).await;
    ride.moves(0, 1).await;
    ride.shows(&[0.0]).await;
    ride.looks(-3_600_000);
    ride.shows(&[1.0]).await;
    ride.moves(-3_600_000, 2).await;
    ride.shows(&[2.0]).await;
}

async fn only_a_partner_under_way_is_followed(database: TestDatabase) {
    let app = App::on(database).await;
    let (mut customer, mut partner) = (app.join("c1").await, app.join("p1").await);
    let mut other = app.join("p2").await;
    customer.ask("booking:track", json!("B1")).await;
    let place = json!({"latitude": 1, "longitude": 2});
    other.ask("location:update", place.clone()).await;
    customer.has_heard_nothing().await;

    let tell = async |event| {
        app.node
            .record(Audience::Admins, "booking:updated", event)
            .await;
        app.node.hear().await;
        app.later(1_000);
    };
    tell(updated("p2", "PARTNER_ASSIGNED", 4)).await;
    for client in [&mut partner, &mut other] {
        client.ask("location:update", place.clone()).await;
    }
    customer.has_heard_nothing().await;
    tell(updated("p2", "IN_PROGRESS", 5)).await;
    tell(updated("p1", "IN_PROGRESS", 4)).await;
    partner.ask("location:update", place.clone()).await;
    customer.has_heard_nothing().await;
    other.ask("location:update", place.clone()).await;
    customer.hears("partner:location_update").await;

    tell(json!({"bookingId": "B1", "customerId": "c2", "partnerId": "p2", "status": "IN_PROGRESS", "version": 6})).await;
    other.ask("location:update", place.clone()).await;
    customer.has_heard_nothing().await;
}

async fn whoever_tracks_no_more_hears_nothing(database: TestDatabase) {
    let app = App::on(database).await;
    let (mut customer, mut partner) = (app.join("c1").await, app.join("p1").await);
    customer.ask("booking:track", json!("B1")).await;
    assert_eq!(
        customer.ask("booking:untrack", json!("B1")).await,
        json!({"ok": true})
    );
    partner
        .ask("location:update", json!({"latitude": 1, "longitude": 2}))
        .await;
    customer.has_heard_nothing().await;
}

async fn the_last_place_is_remembered_by_all_nodes(database: TestDatabase) {
    let app = App::on(database).await;
    let mut partner = app.join("p1").await;
    partner
        .ask(
            "location:update",
            json!({"latitude": 28.6139, "longitude": 77.2090}),
        )
        .await;
    let mut customer = app.join("c1").await;
    let here = customer.ask("booking:track", json!("B1")).await["location"].clone();
    let expected =
        json!({"latitude": 28.6139, "longitude": 77.209, "timestamp": "2027-01-15T08:00:00.000Z"});
    assert_eq!(here, expected, "before it is saved");
    app.node.realtime.save_places_once().await;
    let other = app.another_node().await;
    let mut elsewhere =
        crate::support::Client::join(&other.router, "/customer", r#"{"token":"c1"}"#).await;
    assert_eq!(
        elsewhere.ask("booking:track", json!("B1")).await["location"],
        expected
    );
}

async fn admins_see_where_partners_were_last(database: TestDatabase) {
    let app = App::on(database).await;
    let (mut one, mut two) = (app.join("p1").await, app.join("p2").await);
    let place = json!({"latitude": 45.54, "longitude": 13.72});
    two.ask("location:update", place).await;
    app.later(1_000);
    let place = json!({"latitude": -6.2, "longitude": 106.8});
    one.ask("location:update", place).await;
    app.node.realtime.save_places_once().await;
    let shown = app.get("a1", "/api/partner-locations").await;
    let expected = json!({"items": [
        {"partnerId": "p1", "latitude": -6.2, "longitude": 106.8, "timestamp": "2027-01-15T08:00:01.000Z"},
        {"partnerId": "p2", "latitude": 45.54, "longitude": 13.72, "timestamp": "2027-01-15T08:00:00.000Z"},
    ], "page": 1, "perPage": 50, "total": 2});
    assert_eq!(shown, expected);
    let second = app
        .get("a1", "/api/partner-locations?page=2&perPage=1")
        .await;
    assert_eq!(
        (&second["items"][0]["partnerId"], &second["total"]),
        (&json!("p2"), &json!(2))
    );
    for token in ["c1", "p1", "lk_service"] {
        let refused = app.call(token, "GET", "/api/partner-locations").await;
        assert_eq!(refused.0, 403, "{token}");
    }
}

async fn what_is_no_place_is_refused(database: TestDatabase) {
    let app = App::on(database).await;
    let mut partner = app.join("p1").await;
    let wrong = [
        (json!({}), "latitude"),
        (json!({"latitude": 91, "longitude": 0}), "latitude"),
        (json!({"latitude": "1", "longitude": 0}), "latitude"),
        (json!({"latitude": 1}), "longitude"),
        (json!({"latitude": 1, "longitude": 180.1}), "longitude"),
    ];
    for (place, field) in wrong {
        let ack = partner.ask("location:update", place).await;
        assert_eq!(
            (&ack["code"], &ack["fields"][0]["field"]),
            (&json!("invalid_request"), &json!(field))
        );
    }
}

test_support::on_both!(
    under_load_the_latest_place_wins,
    places_five_times_a_second_are_sent_as_they_come,
    a_place_that_waited_is_not_sent_twice,
    a_place_that_waited_waits_for_a_newer_one_that_is_about_to_come,
    where_the_node_does_not_keep_up_places_are_sent_less_often,
    a_clock_that_is_set_back_makes_nobody_wait,
    only_a_partner_under_way_is_followed,
    whoever_tracks_no_more_hears_nothing,
    the_last_place_is_remembered_by_all_nodes,
    admins_see_where_partners_were_last,
    what_is_no_place_is_refused,
);
