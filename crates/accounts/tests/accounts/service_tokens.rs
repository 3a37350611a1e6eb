use chrono::TimeDelta;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, text};

on_both!(
    a_service_token_is_shown_once,
    service_tokens_are_listed_the_latest_first,
    a_service_token_that_is_not_valid_is_refused,
    a_service_token_is_bound_to_a_known_organization,
    a_revoked_service_token_is_refused_at_once,
);

async fn make(app: &App, admin: &str, body: &Value) -> Value {
    app.call("POST", "/api/service-tokens")
        .token(admin)
        .json(body)
        .await
        .is(201)
}

async fn a_service_token_is_shown_once(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let me = app
        .call("GET", "/api/auth/me")
        .token(&admin)
        .send()
        .await
        .is(200);
    let body = json!({"name": "shop", "scopes": ["stock:write", "bookings:read", "stock:write"]});
    let made = make(&app, &admin, &body).await;
    let token = text(&made, "token");
    assert!(token.starts_with("lk_") && token.len() == 46);
    let mut expected = json!({
        "id": made["id"], "name": "shop", "scopes": ["stock:write", "bookings:read"], "organizationId": null,
        "createdBy": me["id"], "createdAt": "2027-01-15T08:00:00.000Z",
    });
    let list = app
        .call("GET", "/api/service-tokens")
        .token(&admin)
        .send()
        .await
        .is(200);
    assert_eq!(list["items"], json!([expected]));
    expected["token"] = json!(token);
    assert_eq!(made, expected);
    let reply = app.call("GET", "/api/auth/me").token(token).send().await;
    reply.refuses(403, "A service token has no account");
}

async fn service_tokens_are_listed_the_latest_first(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    for name in ["a", "b", "c"] {
        app.clock.advance(TimeDelta::seconds(1));
        make(
            &app,
            &admin,
            &json!({"id": name, "name": name, "scopes": ["metrics:read"]}),
        )
        .await;
    }
    let list = app
        .call("GET", "/api/service-tokens?perPage=2")
        .token(&admin)
        .send()
        .await
        .is(200);
    assert_eq!(
        (
            &list["items"][0]["id"],
            &list["items"][1]["id"],
            &list["total"]
        ),
        (&json!("c"), &json!("b"), &json!(3))
    );
    let again = json!({"id": "a", "name": "a", "scopes": ["metrics:read"]});
    let reply = app
        .call("POST", "/api/service-tokens")
        .token(&admin)
        .json(&again)
        .await;
    reply.refuses(409, "The id a is taken");
    app.call("GET", "/api/service-tokens?page=-1")
        .token(&admin)
        .send()
        .await
        .refuses_field("page");
}

async fn a_service_token_that_is_not_valid_is_refused(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let cases = [
        (json!({"scopes": ["stock:write"]}), "name"),
        (json!({"name": "x"}), "scopes"),
        (json!({"name": "x", "scopes": []}), "scopes"),
        (
            json!({"name": "x", "scopes": ["stock:write", "stock:all"]}),
            "scopes[1]",
        ),
        (json!({"name": "x", "scopes": "stock:write"}), "scopes"),
        (
            json!({"name": "x", "scopes": ["metakocka:sync"]}),
            "organizationId",
        ),
        (
            json!({"name": "x", "scopes": ["stock:write"], "organizationId": "a b"}),
            "organizationId",
        ),
    ];
    for (body, field) in cases {
        app.call("POST", "/api/service-tokens")
            .token(&admin)
            .json(&body)
            .await
            .refuses_field(field);
    }
    let list = app
        .call("GET", "/api/service-tokens")
        .token(&admin)
        .send()
        .await
        .is(200);
    assert_eq!(list["total"], 0);
}

async fn a_service_token_is_bound_to_a_known_organization(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let body = json!({"name": "erp", "scopes": ["metakocka:sync"], "organizationId": "o1"});
    let reply = app
        .call("POST", "/api/service-tokens")
        .token(&admin)
        .json(&body)
        .await;
    reply.refuses(404, "Organization o1 not found");
    app.call("POST", "/api/organizations")
        .token(&admin)
        .json(&json!({"id": "o1", "name": "Acme"}))
        .await
        .is(201);
    assert_eq!(make(&app, &admin, &body).await["organizationId"], "o1");
}

async fn a_revoked_service_token_is_refused_at_once(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let made = make(
        &app,
        &admin,
        &json!({"name": "shop", "scopes": ["stock:write"]}),
    )
    .await;
    let call = async || {
        app.call("GET", "/api/accounts")
            .token(text(&made, "token"))
            .send()
            .await
    };
    call().await.refuses(403, "This needs an admin");
    let path = format!("/api/service-tokens/{}", text(&made, "id"));
    let gone = app.call("DELETE", &path).token(&admin).send().await.is(200);
    assert_eq!(gone, json!({"success": true}));
    call().await.refuses(401, "Invalid token");
    let reply = app.call("DELETE", &path).token(&admin).send().await;
    reply.refuses(
        404,
        &format!("Service token {} not found", text(&made, "id")),
    );
}
