use chrono::TimeDelta;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, text};

on_both!(
    organizations_are_made_and_listed_the_oldest_first,
    an_organization_that_is_not_valid_is_refused,
    members_come_by_id_or_by_address,
    a_member_is_told_so_and_comes_once,
    a_member_that_is_not_valid_is_refused,
    who_is_unknown_is_told,
    a_member_is_taken_out_again,
);

async fn organization(app: &App, admin: &str, id: &str) -> Value {
    let body = json!({"id": id, "name": format!("The {id}")});
    app.call("POST", "/api/organizations")
        .token(admin)
        .json(&body)
        .await
        .is(201)
}

async fn organizations_are_made_and_listed_the_oldest_first(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let first = organization(&app, &admin, "o2").await;
    assert_eq!(
        first,
        json!({"id": "o2", "name": "The o2", "createdAt": "2027-01-15T08:00:00.000Z"})
    );
    app.clock.advance(TimeDelta::seconds(1));
    let second = app
        .call("POST", "/api/organizations")
        .token(&admin)
        .json(&json!({"name": "Acme"}))
        .await
        .is(201);
    let list = app
        .call("GET", "/api/organizations")
        .token(&admin)
        .send()
        .await
        .is(200);
    assert_eq!(
        list,
        json!({"items": [first, second], "page": 1, "perPage": 50, "total": 2})
    );
}

async fn an_organization_that_is_not_valid_is_refused(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let make = async |body: Value| {
        app.call("POST", "/api/organizations")
            .token(&admin)
            .json(&body)
            .await
    };
    make(json!({})).await.refuses_field("name");
    make(json!({"name": "  "})).await.refuses_field("name");
    make(json!({"name": "x", "id": ""}))
        .await
        .refuses_field("id");
    organization(&app, &admin, "o1").await;
    make(json!({"name": "x", "id": "o1"}))
        .await
        .refuses(409, "The id o1 is taken");
    app.call("GET", "/api/organizations?perPage=0")
        .token(&admin)
        .send()
        .await
        .refuses_field("perPage");
}

async fn members_come_by_id_or_by_address(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    organization(&app, &admin, "o1").await;
    organization(&app, &admin, "o2").await;
    let ann = app.register("ann@example.com").await["user"].clone();
    app.register("bob@example.com").await;
    let add = async |body: Value| {
        app.call("POST", "/api/organizations/o1/members")
            .token(&admin)
            .json(&body)
            .await
    };

    let added = add(json!({"accountId": ann["id"], "role": "admin"}))
        .await
        .is(201);
    let expected = json!({
        "accountId": ann["id"], "email": "ann@example.com", "name": "Ann", "role": "admin",
        "createdAt": "2027-01-15T08:00:00.000Z",
    });
    assert_eq!(added, expected);
    app.clock.advance(TimeDelta::seconds(1));
    let bob = add(json!({"email": "BOB@example.com", "role": "member"}))
        .await
        .is(201);
    let list = app
        .call("GET", "/api/organizations/o1/members")
        .token(&admin)
        .send()
        .await
        .is(200);
    assert_eq!(
        list,
        json!({"items": [added, bob], "page": 1, "perPage": 50, "total": 2})
    );
    let list = app
        .call("GET", "/api/organizations/o2/members")
        .token(&admin)
        .send()
        .await
        .is(200);
    assert_eq!(list["total"], 0);
}

async fn a_member_is_told_so_and_comes_once(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    organization(&app, &admin, "o1").await;
    app.register("ann@example.com").await;
    let member = json!({"email": "ann@example.com", "role": "member"});
    let add = || {
        app.call("POST", "/api/organizations/o1/members")
            .token(&admin)
    };
    add().json(&member).await.is(201);
    let again = add().json(&member).await;
    again.refuses(409, "Account ann@example.com is a member already");
    let me = app
        .call("GET", "/api/auth/me")
        .token(&app.token_of("ann@example.com").await)
        .send()
        .await
        .is(200);
    assert_eq!(me["organizations"], json!([{"id": "o1", "name": "The o1"}]));
}

async fn a_member_that_is_not_valid_is_refused(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    organization(&app, &admin, "o1").await;
    let cases = [
        (json!({"role": "member"}), "accountId"),
        (
            json!({"accountId": "a", "email": "a@b.c", "role": "member"}),
            "accountId",
        ),
        (json!({"accountId": "a"}), "role"),
        (json!({"accountId": "a", "role": "owner"}), "role"),
        (json!({"email": "a", "role": "member"}), "email"),
    ];
    for (body, field) in cases {
        let reply = app
            .call("POST", "/api/organizations/o1/members")
            .token(&admin)
            .json(&body)
            .await;
        reply.refuses_field(field);
    }
}

async fn who_is_unknown_is_told(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    organization(&app, &admin, "o1").await;
    let call = |method, path| app.call(method, path).token(&admin);
    let nobody = json!({"accountId": "nobody", "role": "member"});
    let unknown = "Organization o9 not found";
    call("GET", "/api/organizations/o9/members")
        .send()
        .await
        .refuses(404, unknown);
    call("POST", "/api/organizations/o9/members")
        .json(&nobody)
        .await
        .refuses(404, unknown);
    call("DELETE", "/api/organizations/o9/members/nobody")
        .send()
        .await
        .refuses(404, unknown);
    let members = "/api/organizations/o1/members";
    call("POST", members)
        .json(&nobody)
        .await
        .refuses(404, "Account nobody not found");
    let nobody = json!({"email": "no@b.c", "role": "member"});
    call("POST", members)
        .json(&nobody)
        .await
        .refuses(404, "Account no@b.c not found");
    call("DELETE", "/api/organizations/o1/members/nobody")
        .send()
        .await
        .refuses(404, "Member nobody not found");
}

async fn a_member_is_taken_out_again(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    organization(&app, &admin, "o1").await;
    let ann = app.register("ann@example.com").await;
    let body = json!({"email": "ann@example.com", "role": "member"});
    app.call("POST", "/api/organizations/o1/members")
        .token(&admin)
        .json(&body)
        .await
        .is(201);
    let path = format!("/api/organizations/o1/members/{}", text(&ann["user"], "id"));
    assert_eq!(
        app.call("DELETE", &path).token(&admin).send().await.is(200),
        json!({"success": true})
    );
    let me = app
        .call("GET", "/api/auth/me")
        .token(text(&ann, "accessToken"))
        .send()
        .await
        .is(200);
    assert_eq!(me["organizations"], json!([]));
    assert_eq!(
        app.call("DELETE", &path).token(&admin).send().await.status,
        404
    );
}
