use serde_json::json;
use simulators::users::{EMAIL, PASSWORD, UserServer, people};
use test_support::{TestDatabase, on_both};

use crate::support::{App, Settings};

on_both!(
    a_location_is_made_changed_and_deleted,
    credentials_come_in_pairs_and_are_shown_to_nobody,
    a_location_without_credentials_uses_the_common_ones,
    nonsense_is_refused,
);

const PATH: &str = "/api/directory/locations";

async fn a_location_is_made_changed_and_deleted(database: TestDatabase) {
    let app = App::on(database);
    let body = json!({"id": 8, "locationCode": "DEV", "locationName": "Dev", "onlineUrl": "http://dev.example/"});
    let made = app.post(PATH, body.clone()).await.is(201);
    let expected = json!({"id": 8, "locationCode": "DEV", "locationName": "Dev", "onlineUrl": "http://dev.example",
        "hasCredentials": false, "schedule": null, "nextRun": null, "lastSync": null,
        "createdAt": "2027-01-15T08:00:00.000Z", "updatedAt": "2027-01-15T08:00:00.000Z"});
    assert_eq!(made, expected);
    app.post(PATH, body)
        .await
        .refuses(409, "The location 8 exists already");
    let next = json!({"locationCode": "X", "locationName": "X", "onlineUrl": "https://x.example"});
    assert_eq!(app.post(PATH, next).await.is(201)["id"], 9);
    let changed = app
        .patch(
            "/api/directory/locations/8",
            json!({"locationName": "Development"}),
        )
        .await
        .is(200);
    assert_eq!(
        (&changed["locationName"], &changed["locationCode"]),
        (&json!("Development"), &json!("DEV"))
    );
    let list = app.get(PATH).await.is(200);
    assert_eq!((&list["total"], &list["items"][0]), (&json!(2), &changed));
    let user = json!({"email": "a@b", "locationId": 8});
    app.post("/api/directory/users", user).await.is(201);
    let refused = app.delete("/api/directory/locations/8").await;
    refused.refuses(
        409,
        "The location 8 still has users; nobody is deleted with it",
    );
    assert_eq!(
        app.delete("/api/directory/locations/9").await.is(200),
        json!({"success": true})
    );
    app.delete("/api/directory/locations/9")
        .await
        .refuses(404, "There is no location 9");
    app.get("/api/directory/locations/0")
        .await
        .refuses(404, "There is no location 0");
}

async fn credentials_come_in_pairs_and_are_shown_to_nobody(database: TestDatabase) {
    let settings = Settings {
        common: None,
        ..Settings::default()
    };
    let app = App::set(database, settings);
    let server = UserServer::start(people(2)).await.unwrap();
    let body = |email, password| {
        json!({"id": 8, "locationCode": "A", "locationName": "A", "onlineUrl": server.url(), "email": email,
            "password": password})
    };
    app.post(PATH, body(Some(EMAIL), None))
        .await
        .refuses_field("password");
    app.post(PATH, body(None, Some(PASSWORD)))
        .await
        .refuses_field("email");
    let made = app.post(PATH, body(Some(EMAIL), Some(PASSWORD))).await;
    assert!(!made.text.contains(PASSWORD) && !made.text.contains(EMAIL));
    assert_eq!(made.is(201)["hasCredentials"], true);
    assert_eq!(app.preview().await["summary"]["new"], 2);
    let one = "/api/directory/locations/8";
    app.patch(one, json!({"password": null}))
        .await
        .refuses_field("password");
    let none = app
        .patch(one, json!({"email": null, "password": null}))
        .await
        .is(200);
    assert_eq!(none["hasCredentials"], false);
    app.patch(one, json!({"email": EMAIL}))
        .await
        .refuses_field("password");
    app.patch(one, json!({"email": EMAIL, "password": PASSWORD}))
        .await
        .is(200);
    // Those of another row do not open.
    app.tamper("UPDATE directory_locations SET email_sealed = password_sealed")
        .await;
    let refused = app
        .post("/api/user-sync/locations/8/preview", json!({}))
        .await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["code"]),
        (409, &json!("conflict"))
    );
}

async fn a_location_without_credentials_uses_the_common_ones(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(2)).await.unwrap();
    app.locate(8, &server).await;
    app.preview().await;
    server.set_credentials("own@dkm", "own-password");
    server.expire_tokens();
    let refused = app
        .post("/api/user-sync/locations/8/preview", json!({}))
        .await;
    refused.refuses(502, "Failed to login to external API: Unauthorized");
    let own = json!({"email": "own@dkm", "password": "own-password"});
    app.patch("/api/directory/locations/8", own).await.is(200);
    app.preview().await;
}

async fn nonsense_is_refused(database: TestDatabase) {
    let app = App::on(database);
    let good = json!({"locationCode": "A", "locationName": "A", "onlineUrl": "http://a.example"});
    for (field, value) in [
        ("id", json!(0)),
        ("id", json!(4_000_000_000_u64)),
        ("locationCode", json!("")),
        ("locationName", json!("x".repeat(201))),
        ("locationName", json!("a\0b")),
        ("onlineUrl", json!("a.example")),
        ("onlineUrl", json!("http://169.254.169.254/")),
    ] {
        let body = crate::support::merged(good.clone(), json!({field: value}));
        app.post(PATH, body).await.refuses_field(field);
    }
    assert_eq!(app.get(PATH).await.is(200)["total"], 0);
}
