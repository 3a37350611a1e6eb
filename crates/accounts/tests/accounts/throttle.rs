use axum::http::header;
use chrono::TimeDelta;
use serde_json::json;
use test_support::{TestDatabase, on_both};

use crate::support::{App, PASSWORD, Reply, credentials};

on_both!(
    after_five_failures_even_the_right_password_has_to_wait,
    an_address_waits_after_fifty_failures,
    the_twenty_first_registration_of_a_minute_has_to_wait,
);

const LIMITED: &str = "Too many requests, try again later";

async fn login(app: &App, email: &str, password: &str) -> Reply {
    app.call("POST", "/api/auth/login")
        .from([10, 0, 0, 1])
        .json(&credentials(email, password))
        .await
}

fn has_to_wait(reply: &Reply, seconds: &str) {
    reply.refuses(429, LIMITED);
    assert_eq!(reply.headers[header::RETRY_AFTER], seconds);
}

async fn after_five_failures_even_the_right_password_has_to_wait(database: TestDatabase) {
    let app = App::on(database);
    app.register("ann@example.com").await;
    for email in ["ann@example.com", "nobody@example.com"] {
        for _ in 0..5 {
            login(&app, email, "wrong horse")
                .await
                .refuses(401, "Wrong e-mail or password");
        }
        has_to_wait(&login(&app, email, PASSWORD).await, "30");
    }
    app.clock.advance(TimeDelta::seconds(29));
    has_to_wait(&login(&app, "ann@example.com", PASSWORD).await, "1");
    app.clock.advance(TimeDelta::seconds(1));
    login(&app, "ann@example.com", "wrong horse")
        .await
        .refuses(401, "Wrong e-mail or password");
    has_to_wait(&login(&app, "ann@example.com", PASSWORD).await, "60");
    app.clock.advance(TimeDelta::seconds(60));
    login(&app, "ann@example.com", PASSWORD).await.is(200);
    login(&app, "ann@example.com", "wrong horse")
        .await
        .refuses(401, "Wrong e-mail or password");
    login(&app, "ann@example.com", PASSWORD).await.is(200);
}

async fn an_address_waits_after_fifty_failures(database: TestDatabase) {
    let app = App::on(database);
    app.register("ann@example.com").await;
    for i in 0..50 {
        login(&app, &format!("{i}@example.com"), PASSWORD)
            .await
            .refuses(401, "Wrong e-mail or password");
    }
    has_to_wait(&login(&app, "ann@example.com", PASSWORD).await, "30");
    let elsewhere = app.call("POST", "/api/auth/login").from([10, 0, 0, 2]);
    elsewhere
        .json(&credentials("ann@example.com", PASSWORD))
        .await
        .is(200);
}

async fn the_twenty_first_registration_of_a_minute_has_to_wait(database: TestDatabase) {
    let app = App::on(database);
    let register = async |i: i32, address| {
        let body =
            json!({"email": format!("{i}@example.com"), "password": PASSWORD, "name": "Ann"});
        app.call("POST", "/api/auth/register")
            .from(address)
            .json(&body)
            .await
    };
    for i in 0..20 {
        register(i, [10, 0, 0, 1]).await.is(201);
    }
    has_to_wait(&register(20, [10, 0, 0, 1]).await, "60");
    register(21, [10, 0, 0, 2]).await.is(201);
    app.clock.advance(TimeDelta::seconds(60));
    register(22, [10, 0, 0, 1]).await.is(201);
}
