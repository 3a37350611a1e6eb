//! What has emptied directories elsewhere is blocked, and is done only when an admin says so.

use serde_json::{Value, json};
use simulators::users::{Paging, Total, UserServer, people};
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(
    an_empty_answer_is_blocked,
    a_large_drop_is_blocked_and_what_is_excluded_does_not_count,
    a_small_drop_is_not_blocked,
    repeated_pages_are_blocked,
    fewer_rows_than_total_says_are_blocked,
    a_total_that_changes_is_blocked,
);

async fn synced(database: TestDatabase, count: u32) -> (App, UserServer) {
    let app = App::on(database);
    let server = UserServer::start(people(count)).await.unwrap();
    app.locate(8, &server).await;
    app.sync().await;
    (app, server)
}

/// The preview is blocked because of `code`, and so is carrying it out, unless that is allowed.
async fn is_blocked(app: &App, code: &str) -> Value {
    let active = app.emails(8, "active").await;
    let preview = app.preview().await;
    assert_eq!(preview["guard"]["blocked"], true, "{}", preview["guard"]);
    let reasons = preview["guard"]["reasons"].as_array().unwrap();
    assert!(
        reasons.iter().any(|reason| reason["code"] == code),
        "{reasons:?}"
    );
    let refused = app.execute(&preview, json!({})).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["code"]),
        (409, &json!("large_deletion"))
    );
    assert_eq!(refused.body["guard"]["blocked"], true);
    assert_eq!(app.emails(8, "active").await, active, "nothing changed");
    preview
}

async fn an_empty_answer_is_blocked(database: TestDatabase) {
    let (app, server) = synced(database, 3).await;
    server.set_users(Vec::new());
    let preview = is_blocked(&app, "empty_answer").await;
    assert_eq!(preview["guard"]["deletedShare"], 1.0);
    assert_eq!(preview["guard"]["limit"], 0.2);
    let done = app
        .execute(&preview, json!({"allowLargeDeletion": true}))
        .await
        .is(200);
    assert_eq!(done["deactivated"], 3);
    let path = format!("/api/user-sync/runs/{}", done["runId"].as_str().unwrap());
    let run = app.get(&path).await.is(200);
    assert_eq!(run["allowLargeDeletion"], true);
    assert_eq!(
        run["guardReasons"][0]["code"], "empty_answer",
        "kept in the run"
    );
}

async fn a_large_drop_is_blocked_and_what_is_excluded_does_not_count(database: TestDatabase) {
    let (app, server) = synced(database, 29).await;
    server.set_users(people(23));
    let preview = is_blocked(&app, "large_deletion").await;
    let refused = app
        .execute(&preview, json!({"exclude": ["nobody@dkm"]}))
        .await;
    refused.refuses_field("exclude[0]");
    let done = app
        .execute(&preview, json!({"exclude": [" USER00029@dkm"]}))
        .await
        .is(200);
    assert_eq!(done["deactivated"], 5);
    assert_eq!(app.user("user00029@dkm").await["status"], "active");
}

async fn a_small_drop_is_not_blocked(database: TestDatabase) {
    let (app, server) = synced(database, 30).await;
    server.set_users(people(24));
    let preview = app.preview().await;
    assert_eq!(
        preview["guard"]["blocked"], false,
        "a fifth is not more than a fifth"
    );
    assert_eq!(
        app.execute(&preview, json!({})).await.is(200)["deactivated"],
        6
    );
}

async fn repeated_pages_are_blocked(database: TestDatabase) {
    let (app, server) = synced(database, 150).await;
    server.behave(|behavior| behavior.paging = Paging::AlwaysFirst);
    is_blocked(&app, "repeated_pages").await;
    server.behave(|behavior| behavior.total = Total::Missing);
    is_blocked(&app, "repeated_pages").await;
}

async fn fewer_rows_than_total_says_are_blocked(database: TestDatabase) {
    let (app, server) = synced(database, 250).await;
    server.behave(|behavior| behavior.paging = Paging::EndsAfter(2));
    is_blocked(&app, "wrong_total").await;
    server.behave(|behavior| {
        behavior.paging = Paging::Right;
        behavior.total = Total::Off(3);
    });
    server.forget_calls();
    is_blocked(&app, "wrong_total").await;
    assert_eq!(
        server.calls().users,
        6,
        "it was read again before it was reported"
    );
}

async fn a_total_that_changes_is_blocked(database: TestDatabase) {
    let (app, server) = synced(database, 250).await;
    server.behave(|behavior| behavior.total = Total::Growing);
    is_blocked(&app, "wrong_total").await;
}
