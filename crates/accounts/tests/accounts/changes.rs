use chrono::TimeDelta;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, PASSWORD, credentials, text};

on_both!(
    a_change_changes_what_it_names,
    a_new_password_ends_the_sessions,
    a_disabled_account_is_refused_at_once_and_let_in_again,
    an_unknown_account_cannot_be_changed,
    admins_cannot_disable_themselves,
);

async fn open_partner(app: &App, admin: &str) -> Value {
    let body = json!({"email": "ann@example.com", "password": PASSWORD, "name": "Ann Lee", "role": "partner"});
    app.call("POST", "/api/accounts")
        .token(admin)
        .json(&body)
        .await
        .is(201)
}

async fn a_change_changes_what_it_names(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let account = open_partner(&app, &admin).await;
    let path = format!("/api/accounts/{}", text(&account, "id"));
    let change = async |body: Value| app.call("PATCH", &path).token(&admin).json(&body).await;

    app.clock.advance(TimeDelta::seconds(5));
    assert_eq!(change(json!({})).await.is(200), account);
    assert_eq!(
        change(json!({"name": null, "email": "x@y.z"}))
            .await
            .is(200),
        account
    );
    let mut expected = account.clone();
    (expected["name"], expected["updatedAt"]) = (json!("Anna"), json!("2027-01-15T08:00:05.000Z"));
    assert_eq!(change(json!({"name": "Anna"})).await.is(200), expected);
    assert_eq!(
        *app.told.0.lock().unwrap(),
        [
            "admin Root opened",
            "partner Ann Lee opened",
            "partner Anna changed"
        ]
    );
    change(json!({"name": ""})).await.refuses_field("name");
    change(json!({"disabled": "yes"}))
        .await
        .refuses_field("disabled");
    change(json!({"password": "short"}))
        .await
        .refuses_field("password");
}

async fn a_new_password_ends_the_sessions(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let session = app.register("ann@example.com").await;
    let path = format!("/api/accounts/{}", text(&session["user"], "id"));
    app.call("PATCH", &path)
        .token(&admin)
        .json(&json!({"name": "Anna"}))
        .await
        .is(200);
    let refresh = async |session: &Value| {
        let body = json!({"refreshToken": session["refreshToken"]});
        app.call("POST", "/api/auth/refresh").json(&body).await
    };
    let session = refresh(&session).await.is(200);
    app.call("PATCH", &path)
        .token(&admin)
        .json(&json!({"password": "another horse"}))
        .await
        .is(200);
    assert_eq!(refresh(&session).await.status, 401);
    let login = async |password| {
        app.call("POST", "/api/auth/login")
            .json(&credentials("ann@example.com", password))
            .await
    };
    assert_eq!(login(PASSWORD).await.status, 401);
    login("another horse").await.is(200);
}

async fn a_disabled_account_is_refused_at_once_and_let_in_again(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let session = app.register("ann@example.com").await;
    let path = format!("/api/accounts/{}", text(&session["user"], "id"));
    let me = async || {
        app.call("GET", "/api/auth/me")
            .token(text(&session, "accessToken"))
            .send()
            .await
    };
    me().await.is(200);

    let disabled = app
        .call("PATCH", &path)
        .token(&admin)
        .json(&json!({"disabled": true}))
        .await
        .is(200);
    assert_eq!(disabled["disabled"], true);
    me().await.refuses(401, "Invalid token");
    let body = json!({"refreshToken": session["refreshToken"]});
    assert_eq!(
        app.call("POST", "/api/auth/refresh")
            .json(&body)
            .await
            .status,
        401
    );

    app.call("PATCH", &path)
        .token(&admin)
        .json(&json!({"disabled": false}))
        .await
        .is(200);
    me().await.is(200);
    assert_eq!(
        app.call("POST", "/api/auth/refresh")
            .json(&body)
            .await
            .status,
        401,
        "the session has ended for good"
    );
    app.login("ann@example.com").await;
}

async fn an_unknown_account_cannot_be_changed(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    for body in [json!({}), json!({"name": "X"}), json!({"disabled": true})] {
        let reply = app
            .call("PATCH", "/api/accounts/nobody")
            .token(&admin)
            .json(&body)
            .await;
        reply.refuses(404, "Account nobody not found");
    }
    let reply = app
        .call("PATCH", "/api/accounts/a%20b")
        .token(&admin)
        .json(&json!({}))
        .await;
    reply.refuses_field("path");
}

async fn admins_cannot_disable_themselves(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let me = app
        .call("GET", "/api/auth/me")
        .token(&admin)
        .send()
        .await
        .is(200);
    let path = format!("/api/accounts/{}", text(&me, "id"));
    let reply = app
        .call("PATCH", &path)
        .token(&admin)
        .json(&json!({"disabled": true}))
        .await;
    reply.refuses(409, "You cannot disable your own account");
    app.call("PATCH", &path)
        .token(&admin)
        .json(&json!({"disabled": false, "name": "Boss"}))
        .await
        .is(200);
}
