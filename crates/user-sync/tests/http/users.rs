use chrono::TimeDelta;
use serde_json::{Value, json};
use simulators::users::{UserServer, people};
use test_support::{TestDatabase, on_both};

use crate::support::{App, texts};

on_both!(
    a_user_is_added_changed_and_deleted_by_hand,
    an_email_is_unique_in_its_location_without_case,
    users_are_found_by_every_filter,
    users_are_put_in_order,
    nonsense_is_refused,
);

const PATH: &str = "/api/directory/users";

async fn with_locations(database: TestDatabase) -> (App, UserServer) {
    let app = App::on(database);
    let server = UserServer::start(people(3)).await.unwrap();
    app.locate(7, &server).await;
    app.locate(8, &server).await;
    (app, server)
}

fn by_hand(email: &str) -> Value {
    json!({"email": email, "name": "Ann", "phone": "1", "role": "admin", "company": "ACME", "locationId": 8})
}

async fn a_user_is_added_changed_and_deleted_by_hand(database: TestDatabase) {
    let (app, _server) = with_locations(database).await;
    let made = app.post(PATH, by_hand("ann@dkm")).await.is(201);
    let id = made["id"].as_str().unwrap();
    let expected = json!({"id": id, "email": "ann@dkm", "name": "Ann", "phone": "1", "role": "admin", "company": "ACME",
        "locationId": 8, "locationCode": "L8", "status": "active", "source": "manual",
        "createdAt": "2027-01-15T08:00:00.000Z", "updatedAt": "2027-01-15T08:00:00.000Z"});
    assert_eq!(made, expected);
    let path = format!("{PATH}/{id}");
    assert_eq!(app.get(&path).await.is(200), made);
    app.delete(&path)
        .await
        .refuses(409, "Only inactive users can be deleted");
    app.clock.advance(TimeDelta::minutes(1));
    let edit = json!({"status": "inactive", "phone": null, "name": "Anna"});
    let changed = app.patch(&path, edit).await.is(200);
    assert_eq!(
        (&changed["status"], &changed["phone"], &changed["name"]),
        (&json!("inactive"), &json!(null), &json!("Anna"))
    );
    assert_eq!(
        (&changed["role"], &changed["updatedAt"]),
        (&json!("admin"), &json!("2027-01-15T08:01:00.000Z"))
    );
    assert_eq!(app.delete(&path).await.is(200), json!({"success": true}));
    app.get(&path)
        .await
        .refuses(404, &format!("There is no user {id}"));
    app.delete(&path)
        .await
        .refuses(404, &format!("There is no user {id}"));
}

async fn an_email_is_unique_in_its_location_without_case(database: TestDatabase) {
    let (app, _server) = with_locations(database).await;
    app.post(PATH, by_hand("Ann@dkm")).await.is(201);
    let taken = "This location has a user with this e-mail already";
    app.post(PATH, by_hand("aNN@DKM")).await.refuses(409, taken);
    let other = crate::support::merged(by_hand("ann@dkm"), json!({"locationId": 7, "id": "U1"}));
    app.post(PATH, other.clone()).await.is(201);
    let same_id = crate::support::merged(other, json!({"email": "b@dkm"}));
    app.post(PATH, same_id)
        .await
        .refuses(409, "The user U1 exists already");
    let bob = app.post(PATH, by_hand("bob@dkm")).await.is(201);
    let path = format!("{PATH}/{}", bob["id"].as_str().unwrap());
    app.patch(&path, json!({"email": "ANN@dkm"}))
        .await
        .refuses(409, taken);
}

async fn users_are_found_by_every_filter(database: TestDatabase) {
    let (app, _server) = with_locations(database).await;
    app.sync().await;
    app.clock.advance(TimeDelta::days(1));
    let odd =
        json!({"email": "odd@dkm", "name": "ÄNNE 100%_!", "locationId": 7, "status": "inactive"});
    app.post(PATH, odd).await.is(201);
    let total = async |query: &str| {
        app.get(&format!("{PATH}?{query}")).await.is(200)["total"]
            .as_u64()
            .unwrap()
    };
    for (query, expected) in [
        ("", 4),
        ("locationId=8", 3),
        ("locationId=9", 0),
        ("status=inactive", 1),
        ("createdFrom=2027-01-16", 1),
        ("createdTo=2027-01-15", 3),
        ("createdTo=2027-01-15T08:00:00Z", 3),
        ("createdTo=2027-01-15T07:59:59Z", 0),
        ("createdFrom=2027-01-15&createdTo=2027-01-16", 4),
        ("q=%C3%A4nne", 1),
        ("q=0%25_!", 1),
        ("q=0%25x", 0),
        ("q=USER00002", 1),
        ("q=kharisma&locationId=8", 2),
    ] {
        let expected_kharisma = query.starts_with("q=kharisma");
        let found = total(query).await;
        if expected_kharisma {
            assert!((1..3).contains(&found), "{query}: {found}");
        } else {
            assert_eq!(found, expected, "{query}");
        }
    }
}

async fn users_are_put_in_order(database: TestDatabase) {
    let (app, _server) = with_locations(database).await;
    for (email, name) in [("c@x", Some("Zoe")), ("A@x", None), ("b@x", Some("Ann"))] {
        app.clock.advance(TimeDelta::seconds(1));
        app.post(PATH, json!({"email": email, "name": name, "locationId": 8}))
            .await
            .is(201);
    }
    for (sort, expected) in [
        ("email", ["A@x", "b@x", "c@x"]),
        ("-email", ["c@x", "b@x", "A@x"]),
        ("name", ["A@x", "b@x", "c@x"]),
        ("-createdAt", ["b@x", "A@x", "c@x"]),
        ("createdAt", ["c@x", "A@x", "b@x"]),
    ] {
        let listed = app.get(&format!("{PATH}?sort={sort}")).await.is(200);
        assert_eq!(texts(&listed["items"], "email"), expected, "{sort}");
    }
    let listed = app.get(PATH).await.is(200);
    assert_eq!(listed["items"][0]["email"], "b@x", "the newest first");
    let window = app
        .get(&format!("{PATH}?sort=email&perPage=1&page=2"))
        .await
        .is(200);
    assert_eq!(
        (texts(&window["items"], "email"), &window["total"]),
        (vec!["b@x"], &json!(3))
    );
}

async fn nonsense_is_refused(database: TestDatabase) {
    let (app, _server) = with_locations(database).await;
    for (field, value) in [
        ("email", json!("nobody")),
        ("email", json!(null)),
        ("name", json!("x".repeat(201))),
        ("phone", json!("a\0b")),
        ("status", json!("gone")),
        ("locationId", json!(99)),
        ("locationId", json!("8x")),
    ] {
        let body = crate::support::merged(by_hand("a@b"), json!({field: value}));
        app.post(PATH, body).await.refuses_field(field);
    }
    for (query, field) in [
        ("status=gone", "status"),
        ("sort=password", "sort"),
        ("createdFrom=soon", "createdFrom"),
        ("createdTo=9999-99-99", "createdTo"),
        ("locationId=-1", "locationId"),
        ("perPage=0", "perPage"),
    ] {
        app.get(&format!("{PATH}?{query}"))
            .await
            .refuses_field(field);
    }
    assert_eq!(app.get(PATH).await.is(200)["total"], 0);
}
