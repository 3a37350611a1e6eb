use axum::http::{StatusCode, header};
use chrono::TimeDelta;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, PASSWORD, Reply, credentials, text};

on_both!(
    a_login_answers_with_tokens_and_the_user,
    whoever_cannot_sign_in_gets_one_answer,
    a_request_that_is_not_valid_says_why,
    a_request_of_another_shape_is_refused,
    the_refresh_token_is_a_cookie_too,
    a_refresh_token_is_good_once,
    a_refresh_token_used_twice_ends_its_session_and_no_other,
    a_refresh_token_expires,
    refreshing_with_nothing_good_is_refused,
    a_logout_ends_the_session,
    a_logout_of_nobody_succeeds,
    registering_opens_the_account_of_a_customer,
    an_address_registers_once_whatever_its_case,
    me_is_whoever_asks,
);

async fn refresh(app: &App, token: &str) -> Reply {
    app.call("POST", "/api/auth/refresh")
        .json(&json!({"refreshToken": token}))
        .await
}

fn cookie_of(reply: &Reply) -> String {
    let cookies: Vec<_> = reply.headers.get_all(header::SET_COOKIE).iter().collect();
    assert_eq!(cookies.len(), 1);
    cookies[0].to_str().unwrap().to_owned()
}

async fn a_login_answers_with_tokens_and_the_user(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let user = app.register("Ann@Example.com").await["user"].clone();
    let organization = app
        .call("POST", "/api/organizations")
        .token(&admin)
        .json(&json!({"name": "Acme"}))
        .await
        .is(201);
    let members = format!("/api/organizations/{}/members", text(&organization, "id"));
    let member = json!({"accountId": user["id"], "role": "member"});
    app.call("POST", &members)
        .token(&admin)
        .json(&member)
        .await
        .is(201);

    let reply = app
        .call("POST", "/api/auth/login")
        .json(&credentials("ann@EXAMPLE.com", PASSWORD))
        .await;
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    let body = reply.is(200);
    assert_eq!(
        (&body["tokenType"], &body["expiresIn"]),
        (&json!("Bearer"), &json!(900))
    );
    let expected = json!({
        "id": user["id"], "email": "Ann@Example.com", "name": "Ann", "phone": null, "role": "customer",
        "organizations": [{"id": organization["id"], "name": "Acme"}],
    });
    assert_eq!(body["user"], expected);
    assert_eq!(text(&body, "refreshToken").len(), 43);
    app.call("GET", "/api/auth/me")
        .token(text(&body, "accessToken"))
        .send()
        .await
        .is(200);
}

async fn whoever_cannot_sign_in_gets_one_answer(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    app.register("ann@example.com").await;
    let bob = app.register("bob@example.com").await;
    let path = format!("/api/accounts/{}", text(&bob["user"], "id"));
    app.call("PATCH", &path)
        .token(&admin)
        .json(&json!({"disabled": true}))
        .await
        .is(200);

    let long = "x".repeat(5000);
    let attempts = [
        ("nobody@example.com", PASSWORD),
        ("ann@example.com", "wrong horse"),
        ("ann@example.com", ""),
        ("ann@example.com", &long),
        ("bob@example.com", PASSWORD),
    ];
    for (email, password) in attempts {
        let reply = app
            .call("POST", "/api/auth/login")
            .json(&credentials(email, password))
            .await;
        reply.refuses(401, "Wrong e-mail or password");
        assert!(reply.headers.get(header::SET_COOKIE).is_none());
    }
}

async fn a_request_that_is_not_valid_says_why(database: TestDatabase) {
    let app = App::on(database);
    let good = json!({"email": "ann@example.com", "password": PASSWORD, "name": "Ann"});
    let cases = [
        (
            "email",
            json!("nobody"),
            "must be an e-mail address of at most 254 characters",
        ),
        (
            "password",
            json!("ninechars"),
            "must have 10 to 128 characters",
        ),
        (
            "password",
            json!("x".repeat(129)),
            "must have 10 to 128 characters",
        ),
        ("password", json!("0123456789\0"), "must not contain NUL"),
        ("name", json!(" "), "must not be empty"),
        (
            "name",
            json!("x".repeat(201)),
            "must have at most 200 characters",
        ),
        (
            "phone",
            json!("1".repeat(51)),
            "must have at most 50 characters",
        ),
    ];
    for (field, value, error) in cases {
        let mut bad = good.clone();
        bad[field] = value;
        let reply = app.call("POST", "/api/auth/register").json(&bad).await;
        reply.refuses_field(field);
        assert_eq!(reply.body["fields"][0]["error"], error);
    }
}

async fn a_request_of_another_shape_is_refused(database: TestDatabase) {
    let app = App::on(database);
    let good = json!({"email": "ann@example.com", "password": PASSWORD, "name": "Ann"});
    for field in ["email", "password", "name"] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(field);
        let reply = app.call("POST", "/api/auth/register").json(&bad).await;
        reply.refuses(400, &format!("{field} is required"));
    }
    app.call("POST", "/api/auth/login")
        .json(&json!({"email": 7, "password": "x"}))
        .await
        .refuses_field("email");
    app.call("POST", "/api/auth/login")
        .json(&json!({"email": "a@b.c"}))
        .await
        .refuses_field("password");
    app.call("POST", "/api/auth/refresh")
        .json(&json!({"refreshToken": 7}))
        .await
        .refuses_field("refreshToken");
    app.call("POST", "/api/auth/login")
        .json(&json!([]))
        .await
        .refuses_field("request");
}

async fn the_refresh_token_is_a_cookie_too(database: TestDatabase) {
    let app = App::on(database);
    app.register("ann@example.com").await;
    let login = || app.call("POST", "/api/auth/login");
    let reply = login()
        .json(&credentials("ann@example.com", PASSWORD))
        .await;
    let token = text(&reply.body, "refreshToken");
    let attributes = "HttpOnly; SameSite=Strict; Path=/api/auth; Max-Age=2592000";
    assert_eq!(
        cookie_of(&reply),
        format!("lockstep_refresh={token}; {attributes}")
    );
    let secure = login()
        .over_https()
        .json(&credentials("ann@example.com", PASSWORD))
        .await;
    assert!(cookie_of(&secure).ends_with("; Max-Age=2592000; Secure"));

    let cookie = format!("lockstep_refresh={token}");
    let renewed = app
        .call("POST", "/api/auth/refresh")
        .cookie(&cookie)
        .send()
        .await;
    assert_eq!(renewed.status, StatusCode::OK);
    assert!(!cookie_of(&renewed).contains(token));
    app.call("POST", "/api/auth/refresh")
        .cookie(&cookie)
        .send()
        .await
        .refuses(401, ENDED);
}

const ENDED: &str = "The session has ended, sign in again";

async fn a_refresh_token_is_good_once(database: TestDatabase) {
    let app = App::on(database);
    let mut session = app.register("ann@example.com").await;
    for _ in 0..3 {
        let renewed = refresh(&app, text(&session, "refreshToken")).await.is(200);
        assert_ne!(renewed["refreshToken"], session["refreshToken"]);
        assert_eq!(renewed["user"], session["user"]);
        app.call("GET", "/api/auth/me")
            .token(text(&renewed, "accessToken"))
            .send()
            .await
            .is(200);
        session = renewed;
    }
}

async fn a_refresh_token_used_twice_ends_its_session_and_no_other(database: TestDatabase) {
    let app = App::on(database);
    let first = app.register("ann@example.com").await;
    let other = app.login("ann@example.com").await;
    let second = refresh(&app, text(&first, "refreshToken")).await.is(200);
    refresh(&app, text(&first, "refreshToken"))
        .await
        .refuses(401, ENDED);
    refresh(&app, text(&second, "refreshToken"))
        .await
        .refuses(401, ENDED);
    refresh(&app, text(&other, "refreshToken")).await.is(200);
}

async fn a_refresh_token_expires(database: TestDatabase) {
    let app = App::on(database);
    let session = app.register("ann@example.com").await;
    app.clock
        .advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    let session = refresh(&app, text(&session, "refreshToken")).await.is(200);
    app.clock.advance(TimeDelta::days(30));
    refresh(&app, text(&session, "refreshToken"))
        .await
        .refuses(401, ENDED);
}

async fn refreshing_with_nothing_good_is_refused(database: TestDatabase) {
    let app = App::on(database);
    app.call("POST", "/api/auth/refresh")
        .send()
        .await
        .refuses(401, ENDED);
    app.call("POST", "/api/auth/refresh")
        .cookie("lockstep_refresh=x; a=b")
        .send()
        .await
        .refuses(401, ENDED);
    for token in ["", "x", &"A".repeat(43), &"ä".repeat(1000)] {
        refresh(&app, token).await.refuses(401, ENDED);
    }
}

async fn a_logout_ends_the_session(database: TestDatabase) {
    let app = App::on(database);
    let session = app.register("ann@example.com").await;
    let session = refresh(&app, text(&session, "refreshToken")).await.is(200);
    let body = json!({"refreshToken": session["refreshToken"]});
    let reply = app.call("POST", "/api/auth/logout").json(&body).await;
    assert_eq!(
        cookie_of(&reply),
        "lockstep_refresh=; HttpOnly; SameSite=Strict; Path=/api/auth; Max-Age=0"
    );
    assert_eq!(reply.is(200), json!({"success": true}));
    refresh(&app, text(&session, "refreshToken"))
        .await
        .refuses(401, ENDED);

    let session = app.login("ann@example.com").await;
    let cookie = format!("lockstep_refresh={}", text(&session, "refreshToken"));
    app.call("POST", "/api/auth/logout")
        .cookie(&cookie)
        .send()
        .await
        .is(200);
    refresh(&app, text(&session, "refreshToken"))
        .await
        .refuses(401, ENDED);
}

async fn a_logout_of_nobody_succeeds(database: TestDatabase) {
    let app = App::on(database);
    let done = json!({"success": true});
    assert_eq!(
        app.call("POST", "/api/auth/logout").send().await.is(200),
        done
    );
    let unknown = json!({"refreshToken": "A".repeat(43)});
    assert_eq!(
        app.call("POST", "/api/auth/logout")
            .json(&unknown)
            .await
            .is(200),
        done
    );
}

async fn registering_opens_the_account_of_a_customer(database: TestDatabase) {
    let app = App::on(database);
    let body = json!({"email": "ann@example.com", "password": PASSWORD, "name": " Ann ", "phone": "+62 812", "role": "admin"});
    let session = app
        .call("POST", "/api/auth/register")
        .json(&body)
        .await
        .is(201);
    assert_eq!(session["user"]["role"], "customer");
    assert_eq!(
        (&session["user"]["name"], &session["user"]["phone"]),
        (&json!("Ann"), &json!("+62 812"))
    );
    assert_eq!(session["user"]["organizations"], json!([]));
    assert_eq!(*app.told.0.lock().unwrap(), ["customer Ann opened"]);
    refresh(&app, text(&session, "refreshToken")).await.is(200);
    app.login("ann@example.com").await;
}

async fn an_address_registers_once_whatever_its_case(database: TestDatabase) {
    let app = App::on(database);
    app.register("ann@example.com").await;
    let again = json!({"email": "ANN@example.com", "password": "another horse", "name": "Eve"});
    let reply = app.call("POST", "/api/auth/register").json(&again).await;
    reply.refuses(409, "This e-mail address has an account already");
    app.login("ann@example.com").await;
}

async fn me_is_whoever_asks(database: TestDatabase) {
    let app = App::on(database);
    let session = app.register("ann@example.com").await;
    let me: Value = app
        .call("GET", "/api/auth/me")
        .token(text(&session, "accessToken"))
        .send()
        .await
        .is(200);
    assert_eq!(me, session["user"]);
    app.call("GET", "/api/auth/me")
        .send()
        .await
        .refuses(401, "Authentication required");
}
