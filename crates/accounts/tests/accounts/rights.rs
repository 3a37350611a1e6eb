use axum::http::StatusCode;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, text};

on_both!(what_is_for_admins_is_for_nobody_else);

const FOR_ADMINS: [(&str, &str); 10] = [
    ("GET", "/api/accounts"),
    ("POST", "/api/accounts"),
    ("PATCH", "/api/accounts/x"),
    ("GET", "/api/service-tokens"),
    ("POST", "/api/service-tokens"),
    ("DELETE", "/api/service-tokens/x"),
    ("GET", "/api/organizations"),
    ("POST", "/api/organizations"),
    ("GET", "/api/organizations/x/members"),
    ("POST", "/api/organizations/x/members"),
];

async fn what_is_for_admins_is_for_nobody_else(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let partner =
        json!({"email": "p@b.c", "password": "correct horse", "name": "P", "role": "partner"});
    app.call("POST", "/api/accounts")
        .token(&admin)
        .json(&partner)
        .await
        .is(201);
    let scopes = json!({"name": "all", "scopes": ["stock:write", "bookings:read", "bookings:write", "metrics:read"]});
    let program = app
        .call("POST", "/api/service-tokens")
        .token(&admin)
        .json(&scopes)
        .await
        .is(201);
    let customer = app.register("c@b.c").await;
    let tokens = [
        text(&customer, "accessToken"),
        &app.token_of("p@b.c").await,
        text(&program, "token"),
    ];

    let routes = FOR_ADMINS
        .into_iter()
        .chain([("DELETE", "/api/organizations/x/members/y")]);
    for (method, path) in routes {
        app.call(method, path)
            .send()
            .await
            .refuses(401, "Authentication required");
        app.call(method, path)
            .token("nonsense")
            .send()
            .await
            .refuses(401, "Invalid token");
        for token in tokens {
            app.call(method, path)
                .token(token)
                .send()
                .await
                .refuses(403, "This needs an admin");
        }
        let status = app.call(method, path).token(&admin).send().await.status;
        assert!(
            ![StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status),
            "{method} {path}"
        );
    }
}

/// The description of every route, as the document has it.
async fn operations() -> Vec<(String, Value)> {
    let app = App::on(TestDatabase::sqlite().await);
    let document =
        serde_json::to_value(accounts::router(app.accounts.clone()).into_openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().clone();
    let of_path = |(path, methods): (String, Value)| {
        let methods = methods.as_object().unwrap().clone();
        methods
            .into_iter()
            .map(move |(method, operation)| (format!("{method} {path}"), operation))
    };
    paths.into_iter().flat_map(of_path).collect()
}

#[tokio::test]
async fn every_route_is_described_with_its_errors_and_rights() {
    let operations = operations().await;
    assert_eq!(operations.len(), 16);
    let public = ["login", "refresh", "logout", "register"];
    for (route, operation) in operations {
        assert!(
            operation["summary"].is_string() && operation["tags"].is_array(),
            "{route}"
        );
        let is_public = public
            .iter()
            .any(|name| route == format!("post /api/auth/{name}"));
        assert_eq!(operation.get("security").is_none(), is_public, "{route}");
        let responses = operation["responses"].as_object().unwrap();
        for (status, response) in responses {
            let schema = &response["content"]["application/json"]["schema"];
            let is_error = schema["$ref"] == "#/components/schemas/ErrorBody";
            assert_eq!(
                is_error,
                !status.starts_with('2'),
                "{route} {status}: {schema}"
            );
        }
        assert_eq!(responses.contains_key("403"), !is_public, "{route}");
    }
}

#[tokio::test]
async fn parameters_and_bodies_are_described() {
    let operations = operations().await;
    let find = |route: &str| &operations.iter().find(|(name, _)| name == route).unwrap().1;
    let names = |route: &str| -> Vec<String> {
        let parameters = find(route)["parameters"].as_array().unwrap();
        parameters
            .iter()
            .map(|p| format!("{} in {}", text(p, "name"), text(p, "in")))
            .collect()
    };
    assert_eq!(
        names("get /api/accounts"),
        [
            "role in query",
            "q in query",
            "page in query",
            "perPage in query"
        ]
    );
    assert_eq!(names("patch /api/accounts/{id}"), ["id in path"]);
    assert_eq!(
        names("delete /api/organizations/{id}/members/{accountId}"),
        ["id in path", "accountId in path"]
    );
    let body =
        &find("post /api/auth/login")["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["$ref"], "#/components/schemas/LoginRequest");
}
