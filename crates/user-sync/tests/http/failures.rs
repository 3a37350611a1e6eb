//! Servers that fail: the words that admins read, in time, and nothing changed.

use std::time::Duration;

use outbound::Reach;
use serde_json::json;
use simulators::{
    Damage,
    users::{Call, Fault, UserServer, people},
};
use test_support::{TestDatabase, on_both};

use crate::support::{App, Settings};

on_both!(
    every_failure_has_its_words_and_changes_nothing,
    a_server_that_is_down_refuses_connections,
    a_redirect_does_not_carry_the_password,
    addresses_that_may_not_be_called_are_not,
    without_credentials_nobody_is_called,
    a_preview_that_its_admin_left_reads_no_further,
);

const LOGIN: &str = "Failed to login to external API: ";
const FETCH: &str = "Failed to fetch users from external API: ";

#[expect(
    clippy::too_many_lines,
    reason = "a table, and what is done with each of its rows"
)]
async fn every_failure_has_its_words_and_changes_nothing(database: TestDatabase) {
    let settings = Settings {
        timeout: Duration::from_secs(2),
        ..Settings::default()
    };
    let app = App::set(database, settings);
    let server = UserServer::start(people(250)).await.unwrap();
    app.locate(8, &server).await;
    app.sync().await;
    let before = app.users(8).await;
    let words = [
        (Damage::Hang, 504, "Connection timeout"),
        (Damage::Stall, 504, "Connection timeout"),
        (Damage::Drop, 502, "Connection failed"),
        (Damage::Half, 502, "Connection failed"),
        (
            Damage::Status(500),
            502,
            "the server answered 500 Internal Server Error",
        ),
        (
            Damage::Page(503),
            502,
            "the server answered 503 Service Unavailable",
        ),
        (
            Damage::Status(403),
            502,
            "the server answered 403 Forbidden",
        ),
        (
            Damage::Html,
            502,
            "Invalid response format: the answer is not JSON",
        ),
        (
            Damage::Empty,
            502,
            "Invalid response format: the answer is not JSON",
        ),
        (
            Damage::Cut,
            502,
            "Invalid response format: the answer is not JSON",
        ),
        (
            Damage::Rubbish(10 << 20),
            502,
            "Invalid response format: the answer is larger than 4 MiB",
        ),
    ];
    for (damage, status, sentence) in words {
        for (call, beginning) in [(Call::SignIn, LOGIN), (Call::Users, FETCH)] {
            server.heal();
            server.expire_tokens();
            server.fail(Fault::new(call, damage.clone()).page_if(call));
            let refused = app
                .post("/api/user-sync/locations/8/preview", json!({}))
                .await;
            refused.refuses(status, &format!("{beginning}{sentence}"));
        }
    }
    server.heal();
    assert_eq!(app.users(8).await, before);
    app.preview().await;
}

/// Where a fault strikes.
trait Struck {
    fn page_if(self, call: Call) -> Self;
}

impl Struck for Fault {
    /// The last page: all before it went well.
    fn page_if(self, call: Call) -> Self {
        match call {
            Call::Users => self.page(3),
            _ => self,
        }
    }
}

async fn a_server_that_is_down_refuses_connections(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(2)).await.unwrap();
    app.locate(8, &server).await;
    server.refuse().await;
    let refused = app
        .post("/api/user-sync/locations/8/preview", json!({}))
        .await;
    refused.refuses(502, "Failed to login to external API: Connection refused");
    server.listen().await;
    assert_eq!(app.preview().await["summary"]["new"], 2);
}

async fn a_redirect_does_not_carry_the_password(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(2)).await.unwrap();
    let thief = UserServer::start(people(2)).await.unwrap();
    app.locate(8, &server).await;
    server.fail(Fault::new(Call::SignIn, Damage::Redirect(thief.url())));
    let refused = app
        .post("/api/user-sync/locations/8/preview", json!({}))
        .await;
    let sentence =
        "the server redirects (302), which is not followed; correct the location's onlineUrl";
    refused.refuses(502, &format!("{LOGIN}{sentence}"));
    assert!(thief.seen().is_empty());
}

async fn addresses_that_may_not_be_called_are_not(database: TestDatabase) {
    let settings = Settings {
        reach: Reach::PublicOnly,
        ..Settings::default()
    };
    let app = App::set(database, settings);
    let body =
        |url: &str| json!({"id": 8, "locationCode": "L", "locationName": "L", "onlineUrl": url});
    for url in [
        "http://127.0.0.1:1",
        "http://169.254.169.254",
        "ftp://a.example",
        "http://u:p@a.example",
    ] {
        let refused = app.post("/api/directory/locations", body(url)).await;
        refused.refuses_field("onlineUrl");
    }
    // A name tells only when it is looked up.
    app.post("/api/directory/locations", body("http://localhost:1"))
        .await
        .is(201);
    let refused = app
        .post("/api/user-sync/locations/8/preview", json!({}))
        .await;
    refused.refuses(
        502,
        &format!("{LOGIN}the address of this server may not be called"),
    );
}

async fn without_credentials_nobody_is_called(database: TestDatabase) {
    let settings = Settings {
        common: None,
        ..Settings::default()
    };
    let app = App::set(database, settings);
    let server = UserServer::start(people(2)).await.unwrap();
    app.locate(8, &server).await;
    let refused = app
        .post("/api/user-sync/locations/8/preview", json!({}))
        .await;
    let sentence =
        "This location has no credentials, and there are no common ones (EXTERNAL_API_EMAIL)";
    refused.refuses_with(409, "conflict", sentence);
    assert!(server.seen().is_empty());
}

async fn a_preview_that_its_admin_left_reads_no_further(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(2_000)).await.unwrap();
    app.locate(8, &server).await;
    server.behave(|behavior| behavior.page_ms = 100);
    let preview = app.post("/api/user-sync/locations/8/preview", json!({}));
    let left = tokio::time::timeout(Duration::from_millis(350), preview).await;
    assert!(left.is_err());
    let calls = server.calls().users;
    assert!((1..20).contains(&calls), "{calls}");
    // A look at the server takes longer than the rest of the preview would, and reads 21 pages itself.
    let check = app.post("/api/user-sync/locations/8/check", json!({}));
    check.await.is(200);
    let later = server.calls().users;
    assert!(later <= calls + 21 + 4, "{later} after {calls}");
}
