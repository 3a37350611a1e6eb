use std::sync::Arc;

use accounts::{
    AccountsAuthenticator, Member, MemberRole, Name, NewOrganization, NewServiceToken, Who,
};
use auth::{Actor, AuthError, Authenticator, Identity, OrganizationId, Role, Scope};
use chrono::TimeDelta;
use serde_json::json;
use test_support::{TestDatabase, on_both};
use validation::Email;

use crate::support::{App, text};

on_both!(
    an_access_token_gives_its_account_with_its_organizations,
    a_service_token_gives_its_scopes_and_its_organization,
    a_token_expires_to_the_second,
    a_change_by_another_node_is_seen_at_once,
    a_change_by_another_program_is_seen_at_once,
    a_token_of_another_role_gives_nobody,
    without_a_database_nobody_is_told_to_be_invalid,
);

fn authenticator(app: &App) -> AccountsAuthenticator {
    AccountsAuthenticator::new(app.accounts.clone(), app.test_database.database())
}

async fn add_to_organization(app: &App, email: &str) -> Member {
    let id = Some(OrganizationId::parse("o1").unwrap());
    let made = app
        .accounts
        .create_organization(NewOrganization {
            id,
            name: Name::parse("Acme").unwrap(),
        })
        .await;
    let who = Who::Email(Email::parse(email).unwrap());
    app.accounts
        .add_member(&made.unwrap().id, who, MemberRole::Member)
        .await
        .unwrap()
}

async fn an_access_token_gives_its_account_with_its_organizations(database: TestDatabase) {
    let app = App::on(database);
    let session = app.register("ann@example.com").await;
    let authenticator = authenticator(&app);
    let token = text(&session, "accessToken");
    assert!(
        authenticator
            .authenticate(token)
            .await
            .unwrap()
            .organizations
            .is_empty()
    );
    add_to_organization(&app, "ann@example.com").await;
    let caller = authenticator.authenticate(token).await.unwrap();
    let Identity::Account { id, role } = &caller.identity else {
        panic!("{caller:?}")
    };
    assert_eq!(
        (id.as_str(), *role),
        (text(&session["user"], "id"), Role::Customer)
    );
    assert_eq!(
        *caller.organizations,
        [OrganizationId::parse("o1").unwrap()]
    );
    let again = authenticator.authenticate(token).await.unwrap();
    assert!(
        Arc::ptr_eq(&caller, &again),
        "nothing was written: nothing is read again"
    );
}

async fn a_service_token_gives_its_scopes_and_its_organization(database: TestDatabase) {
    let app = App::on(database);
    app.register("ann@example.com").await;
    let organization = Some(OrganizationId::parse("o1").unwrap());
    add_to_organization(&app, "ann@example.com").await;
    let scopes = [Scope::MetakockaSync, Scope::StockWrite];
    let new = NewServiceToken::new(
        None,
        Name::parse("erp").unwrap(),
        scopes,
        organization.clone(),
    )
    .unwrap();
    let (token, secret) = app
        .accounts
        .create_service_token(new, &Actor::system())
        .await
        .unwrap();
    let authenticator = authenticator(&app);
    let caller = authenticator.authenticate(secret.expose()).await.unwrap();
    let Identity::Service { id, scopes } = &caller.identity else {
        panic!("{caller:?}")
    };
    assert_eq!(
        (id, &**scopes),
        (&token.id, &[Scope::StockWrite, Scope::MetakockaSync][..])
    );
    assert_eq!(caller.organizations.first(), organization.as_ref());

    app.accounts.revoke_service_token(&token.id).await.unwrap();
    assert!(matches!(
        authenticator.authenticate(secret.expose()).await,
        Err(AuthError::Invalid)
    ));
    for text in ["lk_", "", "lk_x", &format!("lk_{}", "A".repeat(43))] {
        assert!(
            matches!(
                authenticator.authenticate(text).await,
                Err(AuthError::Invalid)
            ),
            "{text}"
        );
    }
}

async fn a_token_expires_to_the_second(database: TestDatabase) {
    let app = App::on(database);
    let session = app.register("ann@example.com").await;
    let authenticator = authenticator(&app);
    let token = text(&session, "accessToken");
    app.clock.advance(TimeDelta::seconds(899));
    authenticator.authenticate(token).await.unwrap();
    app.clock.advance(TimeDelta::seconds(1));
    assert!(matches!(
        authenticator.authenticate(token).await,
        Err(AuthError::Expired)
    ));
    let reply = app.call("GET", "/api/auth/me").token(token).send().await;
    reply.refuses(401, "Token expired");
}

async fn a_change_by_another_node_is_seen_at_once(database: TestDatabase) {
    let app = App::on(database);
    let session = app.register("ann@example.com").await;
    let authenticator = authenticator(&app);
    let token = text(&session, "accessToken");
    let (elsewhere, _) = app.another_node().await;
    let id = authenticator.authenticate(token).await.unwrap().actor().id;
    let change = |disabled| accounts::AccountChange {
        disabled: Some(disabled),
        ..Default::default()
    };
    let id = auth::AccountId::parse(&id).unwrap();
    for _ in 0..3 {
        elsewhere
            .change_account(&id, change(true), &Actor::system())
            .await
            .unwrap();
        assert!(matches!(
            authenticator.authenticate(token).await,
            Err(AuthError::Invalid)
        ));
        elsewhere
            .change_account(&id, change(false), &Actor::system())
            .await
            .unwrap();
        authenticator.authenticate(token).await.unwrap();
    }
}

async fn a_change_by_another_program_is_seen_at_once(database: TestDatabase) {
    let app = App::on(database);
    let session = app.register("ann@example.com").await;
    let authenticator = authenticator(&app);
    let token = text(&session, "accessToken");
    authenticator.authenticate(token).await.unwrap();
    app.test_database.tamper("DELETE FROM accounts").await;
    assert!(matches!(
        authenticator.authenticate(token).await,
        Err(AuthError::Invalid)
    ));
}

async fn a_token_of_another_role_gives_nobody(database: TestDatabase) {
    let app = App::on(database);
    let session = app.register("ann@example.com").await;
    app.test_database
        .tamper("UPDATE accounts SET role = 'partner'")
        .await;
    let outcome = authenticator(&app)
        .authenticate(text(&session, "accessToken"))
        .await;
    assert!(matches!(outcome, Err(AuthError::Invalid)));
    let body = json!({"refreshToken": session["refreshToken"]});
    let renewed = app
        .call("POST", "/api/auth/refresh")
        .json(&body)
        .await
        .is(200);
    assert_eq!(renewed["user"]["role"], "partner");
    authenticator(&app)
        .authenticate(text(&renewed, "accessToken"))
        .await
        .unwrap();
}

async fn without_a_database_nobody_is_told_to_be_invalid(database: TestDatabase) {
    let app = App::on(database);
    let session = app.register("ann@example.com").await;
    app.test_database.database().close().await;
    let outcome = authenticator(&app)
        .authenticate(text(&session, "accessToken"))
        .await;
    assert!(
        matches!(outcome, Err(AuthError::Unavailable(_))),
        "{outcome:?}"
    );
    let reply = app
        .call("GET", "/api/auth/me")
        .token(text(&session, "accessToken"))
        .send()
        .await;
    assert_eq!(
        (reply.status.as_u16(), text(&reply.body, "code")),
        (503, "unavailable")
    );
    assert!(reply.headers.contains_key("retry-after"));
}
