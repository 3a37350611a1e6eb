use accounts::Name;
use auth::AccountId;
use chrono::TimeDelta;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, PASSWORD, registration, text};

on_both!(
    an_admin_opens_accounts_of_every_role,
    what_is_taken_is_told,
    an_account_that_is_not_valid_is_refused,
    accounts_are_listed_the_latest_first,
    accounts_are_found_by_role_and_text,
    a_query_that_is_not_valid_is_refused,
    the_first_admin_is_made_once,
    partners_are_handed_over_in_turn,
);

fn new(email: &str, role: &str) -> Value {
    json!({"email": email, "password": PASSWORD, "name": "Ann Lee", "role": role})
}

async fn open(app: &App, admin: &str, body: &Value) -> Value {
    app.call("POST", "/api/accounts")
        .token(admin)
        .json(body)
        .await
        .is(201)
}

async fn emails(app: &App, admin: &str, query: &str) -> Vec<String> {
    let list = app
        .call("GET", &format!("/api/accounts{query}"))
        .token(admin)
        .send()
        .await
        .is(200);
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| text(account, "email").to_owned())
        .collect()
}

async fn an_admin_opens_accounts_of_every_role(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    for role in ["admin", "partner", "customer"] {
        let mut body = new(&format!("{role}@example.com"), role);
        body["phone"] = json!("");
        let account = open(&app, &admin, &body).await;
        let expected = json!({
            "id": account["id"], "email": format!("{role}@example.com"), "name": "Ann Lee", "phone": null,
            "role": role, "disabled": false,
            "createdAt": "2027-01-15T08:00:00.000Z", "updatedAt": "2027-01-15T08:00:00.000Z",
        });
        assert_eq!(account, expected);
        assert_eq!(
            app.login(text(&account, "email")).await["user"]["role"],
            role
        );
    }
    let given = json!({"id": "P-1", "email": "p@example.com", "password": PASSWORD, "name": "P", "role": "partner", "phone": "1"});
    let account = open(&app, &admin, &given).await;
    assert_eq!(
        (&account["id"], &account["phone"]),
        (&json!("P-1"), &json!("1"))
    );
    assert_eq!(
        app.told.0.lock().unwrap().last().unwrap(),
        "partner P opened"
    );
}

async fn what_is_taken_is_told(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let mut body = new("ann@example.com", "partner");
    body["id"] = json!("P-1");
    open(&app, &admin, &body).await;
    body["email"] = json!("bob@example.com");
    let call = || app.call("POST", "/api/accounts").token(&admin);
    call().json(&body).await.refuses(409, "The id P-1 is taken");
    let taken = "This e-mail address has an account already";
    call()
        .json(&new("ANN@example.com", "admin"))
        .await
        .refuses(409, taken);
    assert_eq!(emails(&app, &admin, "").await.len(), 2);
}

async fn an_account_that_is_not_valid_is_refused(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let cases = [
        ("role", json!("root")),
        ("role", json!(null)),
        ("id", json!("a b")),
        ("email", json!("@")),
        ("password", json!("short")),
        ("name", json!("a\0b")),
        ("phone", json!(7)),
    ];
    for (field, value) in cases {
        let mut body = new("ann@example.com", "partner");
        body[field] = value;
        app.call("POST", "/api/accounts")
            .token(&admin)
            .json(&body)
            .await
            .refuses_field(field);
    }
    assert_eq!(emails(&app, &admin, "").await, ["root@example.com"]);
}

async fn accounts_are_listed_the_latest_first(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    for name in ["a", "b", "c"] {
        app.clock.advance(TimeDelta::seconds(1));
        open(&app, &admin, &new(&format!("{name}@x.com"), "customer")).await;
    }
    assert_eq!(
        emails(&app, &admin, "").await,
        ["c@x.com", "b@x.com", "a@x.com", "root@example.com"]
    );
    let list = app
        .call("GET", "/api/accounts?page=2&perPage=3")
        .token(&admin)
        .send()
        .await
        .is(200);
    assert_eq!(
        (&list["page"], &list["perPage"], &list["total"]),
        (&json!(2), &json!(3), &json!(4))
    );
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["email"], "root@example.com");
    assert!(list["items"][0].get("passwordHash").is_none());
}

async fn accounts_are_found_by_role_and_text(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    open(&app, &admin, &new("Ann_1@example.com", "partner")).await;
    open(&app, &admin, &new("annx1@example.com", "customer")).await;
    let mut bob = new("bob@example.com", "partner");
    (bob["id"], bob["name"]) = (json!("P-77"), json!("100% Ölaf"));
    open(&app, &admin, &bob).await;

    assert_eq!(
        emails(&app, &admin, "?role=admin").await,
        ["root@example.com"]
    );
    assert_eq!(
        emails(&app, &admin, "?role=partner&q=ANN").await,
        ["Ann_1@example.com"]
    );
    assert_eq!(emails(&app, &admin, "?q=nn_1").await, ["Ann_1@example.com"]);
    assert_eq!(emails(&app, &admin, "?q=lee").await.len(), 2);
    for query in ["?q=p-77", "?q=0%25", "?q=%C3%96laf", "?q=%20bob%20"] {
        assert_eq!(
            emails(&app, &admin, query).await,
            ["bob@example.com"],
            "{query}"
        );
    }
    assert_eq!(emails(&app, &admin, "?q=%25").await, ["bob@example.com"]);
    assert_eq!(emails(&app, &admin, "?q=nowhere").await.len(), 0);
    assert_eq!(emails(&app, &admin, "?q=").await.len(), 4);
}

async fn a_query_that_is_not_valid_is_refused(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    let long = format!("q={}", "x".repeat(201));
    let cases = [
        ("role=root", "role"),
        ("page=0", "page"),
        ("perPage=201", "perPage"),
        ("page=x", "page"),
        ("q=%00", "q"),
        (&long, "q"),
    ];
    for (query, field) in cases {
        let reply = app
            .call("GET", &format!("/api/accounts?{query}"))
            .token(&admin)
            .send()
            .await;
        reply.refuses_field(field);
    }
}

async fn the_first_admin_is_made_once(database: TestDatabase) {
    let app = App::on(database);
    app.register("ann@example.com").await;
    let taken = app
        .accounts
        .ensure_first_admin(registration("ann@example.com", "Ann"))
        .await;
    assert!(matches!(taken, Err(accounts::AccountsError::EmailTaken)));
    let first = app
        .accounts
        .ensure_first_admin(registration("root@example.com", "Root"))
        .await
        .unwrap();
    assert!(first.is_some());
    let second = app
        .accounts
        .ensure_first_admin(registration("other@example.com", "Other"))
        .await
        .unwrap();
    assert_eq!(second, None);
    app.login("root@example.com").await;
}

async fn partners_are_handed_over_in_turn(database: TestDatabase) {
    let app = App::on(database);
    let admin = app.admin().await;
    for id in ["p3", "p1", "p2"] {
        let mut body = new(&format!("{id}@example.com"), "partner");
        body["id"] = json!(id);
        open(&app, &admin, &body).await;
    }
    let ids = async |after: Option<&AccountId>| {
        let partners = app.accounts.list_partner_accounts(after).await.unwrap();
        partners
            .into_iter()
            .map(|partner| partner.id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(None).await, ["p1", "p2", "p3"]);
    let after = |id: &str| AccountId::parse(id).unwrap();
    assert_eq!(ids(Some(&after("p1"))).await, ["p2", "p3"]);
    assert!(ids(Some(&after("p3"))).await.is_empty());
    let found = app
        .accounts
        .find_account(&after("p2"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.name, Name::parse("Ann Lee").unwrap());
    assert_eq!(app.accounts.find_account(&after("p9")).await.unwrap(), None);
}
