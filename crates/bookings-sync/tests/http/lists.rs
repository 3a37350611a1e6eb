use chrono::TimeDelta;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, STATUSES};

on_both!(
    each_filter_alone,
    all_filters_together,
    a_text_is_found_wherever_it_stands_and_in_any_case,
    what_looks_like_a_pattern_is_text,
    pages_are_newest_first_and_bounded,
    people_list_their_own,
    unusable_filters_are_refused,
);

/// The ids that a list gives, in order.
async fn list(app: &App, token: &str, query: &[(&str, &str)]) -> Vec<String> {
    let query = query
        .iter()
        .map(|(key, value)| format!("{key}={}", escaped(value)));
    let query: Vec<_> = query.collect();
    let listing = app
        .get(token, &format!("/bookings?{}", query.join("&")))
        .await
        .is(200);
    let items = listing["items"].as_array().unwrap();
    assert_eq!(listing["total"], items.len());
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

fn escaped(text: &str) -> String {
    let bytes: Vec<_> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    bytes.concat()
}

/// A booking in each state, `B0` to `B5`: of three customers, every other one of `p1`, one a day.
async fn six_bookings(database: TestDatabase) -> App {
    let app = App::staffed(database).await;
    for (n, (status, _)) in STATUSES.into_iter().enumerate() {
        let partner = if n % 2 == 0 { Value::Null } else { json!("p1") };
        let more = json!({
            "status": status, "partnerId": partner, "customerId": format!("u{}", n % 3),
            "scheduledAt": format!("2027-02-0{}T00:00:00Z", n + 1), "service": format!("Service {n}"),
        });
        app.book(&format!("B{n}"), more).await;
    }
    app
}

async fn each_filter_alone(database: TestDatabase) {
    let app = six_bookings(database).await;
    let staff = async |query: &[(&str, &str)]| list(&app, "service:bookings:read", query).await;
    assert_eq!(staff(&[]).await, ["B5", "B4", "B3", "B2", "B1", "B0"]);
    assert_eq!(staff(&[("customerId", "u1")]).await, ["B4", "B1"]);
    assert_eq!(staff(&[("partnerId", "p1")]).await, ["B5", "B3", "B1"]);
    assert_eq!(staff(&[("assignedStatus", "confirm")]).await, ["B3", "B2"]);
    assert_eq!(staff(&[("status", "IN_PROGRESS")]).await, ["B3"]);
    assert_eq!(
        staff(&[("from", "2027-02-05T00:00:00Z")]).await,
        ["B5", "B4"]
    );
    assert_eq!(
        staff(&[("from", "2027-02-05T01:00:00+01:00")]).await,
        ["B5", "B4"]
    );
    assert_eq!(staff(&[("to", "2027-02-02")]).await, ["B0"]);
    assert_eq!(staff(&[("q", "service 3")]).await, ["B3"]);
    for (status, _) in STATUSES {
        assert_eq!(staff(&[("status", status)]).await.len(), 1);
    }
}

async fn all_filters_together(database: TestDatabase) {
    let app = six_bookings(database).await;
    let staff = async |query: &[(&str, &str)]| list(&app, "admin", query).await;
    let mut all = [
        ("customerId", "u0"),
        ("partnerId", "p1"),
        ("assignedStatus", "confirm"),
        ("status", "IN_PROGRESS"),
        ("from", "2027-02-04"),
        ("to", "2027-02-05"),
        ("q", "3"),
    ];
    assert_eq!(staff(&all).await, ["B3"]);
    let others = [
        "u1",
        "p2",
        "completed",
        "PENDING",
        "2027-02-05",
        "2027-02-04",
        "nothing",
    ];
    for (n, other) in others.into_iter().enumerate() {
        let own = std::mem::replace(&mut all[n].1, other);
        assert!(staff(&all).await.is_empty(), "{all:?}");
        all[n].1 = own;
    }
}

async fn a_text_is_found_wherever_it_stands_and_in_any_case(database: TestDatabase) {
    let app = App::on(database);
    let booking = app
        .book(
            "XYZ-id",
            json!({"service": "Straße ÄÖÜ", "address": "Žižkova 5", "notes": "Приве́т 🧹"}),
        )
        .await;
    app.book("other", json!({"notes": null, "service": "plain"}))
        .await;
    let number = booking["bookingNumber"].as_str().unwrap();
    let texts = [
        "xyz-ID",
        number,
        "STRASSE",
        "Straße",
        "straße",
        "äöü",
        "ÄÖÜ",
        "Äöü",
        "žižkova",
        "ŽIŽKOVA",
        "приве",
        "ПРИВЕ",
        "🧹",
        " Žižkova ",
    ];
    for text in texts {
        // The one letter ß and two letters SS are not the same text.
        let found: &[&str] = if text == "STRASSE" { &[] } else { &["XYZ-id"] };
        assert_eq!(list(&app, "admin", &[("q", text)]).await, found, "{text}");
    }
    assert_eq!(list(&app, "admin", &[("q", " ")]).await.len(), 2);
}

/// What `LIKE`, `GLOB`, regular expressions, SQL and JSON take for something else, apart from each other by spaces.
const MARKS: &str = r#"% _ \ ' " * ? [ ] ^ $ ( ) { } | + . - -- [a a] \d [^a] *** (?i) %% a{2} \\ # & ~ ` ! : ;--
    [:alpha:] [.a.] ');DROP"#;

async fn what_looks_like_a_pattern_is_text(database: TestDatabase) {
    let app = App::on(database);
    app.book(
        "plain",
        json!({"notes": "aa", "service": "plain", "address": "plain"}),
    )
    .await;
    app.tamper("UPDATE bookings SET booking_number = 'plain'")
        .await;
    for mark in MARKS.split_whitespace() {
        let found = list(&app, "admin", &[("q", mark)]).await;
        assert!(found.is_empty(), "{mark} is not in the plain booking");
        app.book("marked", json!({"notes": format!("before{mark}after")}))
            .await;
        assert_eq!(
            list(&app, "admin", &[("q", mark)]).await,
            ["marked"],
            "{mark}"
        );
        app.delete("admin", "/bookings/marked").await.is(200);
    }
}

async fn pages_are_newest_first_and_bounded(database: TestDatabase) {
    let app = App::on(database);
    for id in ["C", "A", "B"] {
        app.book(id, json!({})).await;
        app.clock.advance(TimeDelta::seconds(1));
    }
    app.book("A2", json!({})).await;
    app.book("B2", json!({})).await;
    let mut seen = Vec::new();
    for page in 1..=3 {
        let window = app
            .get("admin", &format!("/bookings?page={page}&perPage=2"))
            .await
            .is(200);
        assert_eq!(
            ["page", "perPage", "total"].map(|k| window[k].as_u64().unwrap()),
            [page, 2, 5]
        );
        seen.extend(
            window["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["id"].clone()),
        );
    }
    assert_eq!(seen, ["B2", "A2", "B", "A", "C"]);
    for size in [
        "perPage=201",
        "perPage=0",
        "perPage=-1",
        "perPage=x",
        "perPage=99999999999",
    ] {
        app.get("admin", &format!("/bookings?{size}"))
            .await
            .refuses_field("perPage");
    }
    for page in ["page=0", "page=1.5", "page=1000001", "page="] {
        app.get("admin", &format!("/bookings?{page}"))
            .await
            .refuses_field("page");
    }
    app.get("admin", "/bookings?page=1000000&perPage=200")
        .await
        .is(200);
}

async fn people_list_their_own(database: TestDatabase) {
    let app = App::staffed(database).await;
    app.book("B1", json!({"partnerId": "p1"})).await;
    app.book("B2", json!({"customerId": "u2", "partnerId": "p1"}))
        .await;
    app.book("B3", json!({"customerId": "u2"})).await;
    assert_eq!(list(&app, "customer:u1", &[]).await, ["B1"]);
    assert_eq!(
        list(&app, "customer:u2", &[("partnerId", "p1")]).await,
        ["B2"]
    );
    assert!(
        list(&app, "customer:u1", &[("customerId", "u2")])
            .await
            .is_empty()
    );
    assert_eq!(list(&app, "partner:p1", &[]).await, ["B2", "B1"]);
    assert_eq!(
        list(&app, "partner:p1", &[("customerId", "u2")]).await,
        ["B2"]
    );
    assert!(list(&app, "partner:p2", &[]).await.is_empty());
    assert!(
        list(&app, "partner:p2", &[("partnerId", "p1")])
            .await
            .is_empty()
    );
}

async fn unusable_filters_are_refused(database: TestDatabase) {
    let app = App::on(database);
    let long = "x".repeat(201);
    let filters = [
        ("status", "pending"),
        ("status", ""),
        ("assignedStatus", "PENDING"),
        ("customerId", "a b"),
        ("partnerId", ""),
        ("from", "yesterday"),
        ("to", "2027-13-01"),
        ("q", "a\0b"),
        ("q", &long),
    ];
    for (field, value) in filters {
        let path = format!("/bookings?{field}={}", escaped(value));
        app.get("admin", &path).await.refuses_field(field);
    }
    app.get("admin", "/bookings?q=%FF")
        .await
        .refuses_field("query");
    app.get("admin", "/bookings?unknown=field").await.is(200);
}
