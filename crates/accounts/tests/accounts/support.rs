use std::sync::{Arc, Mutex};

use accounts::{
    AccessTokens, Account, Accounts, AccountsAuthenticator, AccountsParts, LoginThrottle, Name,
    NewcomerError, Newcomers, Password, PasswordCost, PasswordHasher, Registration,
    SeaAccountRepository, SeaOrganizationRepository, SeaServiceTokenRepository,
    SeaSessionRepository, ThrottleLimits,
};
use async_trait::async_trait;
use auth::{ClientAddress, ClientScheme};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use chrono::{DateTime, TimeDelta};
use clock::FixedClock;
use database::Database;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use test_support::TestDatabase;
use tower::ServiceExt;
use validation::Email;

pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Somebody who writes down what they are told.
#[derive(Debug, Default)]
pub(crate) struct Told(pub(crate) Mutex<Vec<String>>);

#[async_trait]
impl Newcomers for Told {
    async fn account_opened(&self, account: &Account) -> Result<(), NewcomerError> {
        self.0
            .lock()
            .unwrap()
            .push(format!("{} {} opened", account.role, account.name));
        Ok(())
    }

    async fn account_changed(&self, account: &Account) -> Result<(), NewcomerError> {
        self.0
            .lock()
            .unwrap()
            .push(format!("{} {} changed", account.role, account.name));
        Ok(())
    }
}

/// One node with a database of its own.
pub(crate) struct App {
    pub(crate) accounts: Accounts,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) told: Arc<Told>,
    pub(crate) test_database: TestDatabase,
    router: Router,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// A request in the making.
pub(crate) struct Call<'a> {
    app: &'a App,
    request: axum::http::request::Builder,
    body: Body,
}

pub(crate) fn service(database: &Database, clock: &Arc<FixedClock>, told: &Arc<Told>) -> Accounts {
    let shared = || Arc::<FixedClock>::clone(clock);
    Accounts::new(AccountsParts {
        accounts: Arc::new(SeaAccountRepository::new(database.clone())),
        sessions: Arc::new(SeaSessionRepository::new(database.clone())),
        service_tokens: Arc::new(SeaServiceTokenRepository::new(database.clone())),
        organizations: Arc::new(SeaOrganizationRepository::new(database.clone())),
        newcomers: Arc::<Told>::clone(told),
        passwords: PasswordHasher::new(PasswordCost::LEAST),
        access_tokens: AccessTokens::new(&SECRET.into(), TimeDelta::seconds(900), shared()),
        throttle: LoginThrottle::new(ThrottleLimits::default(), shared()),
        refresh_token_ttl: TimeDelta::days(30),
        clock: shared(),
    })
}

impl App {
    pub(crate) fn on(test_database: TestDatabase) -> Self {
        let clock = Arc::new(FixedClock::at(
            DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        ));
        let told = Arc::new(Told::default());
        let accounts = service(test_database.database(), &clock, &told);
        let router = router(&accounts, test_database.database(), &clock);
        Self {
            accounts,
            clock,
            told,
            test_database,
            router,
        }
    }

    /// Another node on the same database, with the same clock.
    pub(crate) async fn another_node(&self) -> (Accounts, Router) {
        let database = self.test_database.another_node().await;
        let accounts = service(&database, &self.clock, &self.told);
        let router = router(&accounts, &database, &self.clock);
        (accounts, router)
    }

    pub(crate) fn call(&self, method: &str, path: &str) -> Call<'_> {
        Call {
            app: self,
            request: Request::builder().method(method).uri(path),
            body: Body::empty(),
        }
    }

    /// The access token of a new admin, `root@example.com`.
    pub(crate) async fn admin(&self) -> String {
        self.accounts
            .create_admin(registration("root@example.com", "Root"))
            .await
            .unwrap();
        self.token_of("root@example.com").await
    }

    /// The answer to a good login.
    pub(crate) async fn login(&self, email: &str) -> Value {
        let reply = self
            .call("POST", "/api/auth/login")
            .json(&credentials(email, PASSWORD))
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{:?}", reply.body);
        reply.body
    }

    pub(crate) async fn token_of(&self, email: &str) -> String {
        self.login(email).await["accessToken"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The answer to a good registration as a customer.
    pub(crate) async fn register(&self, email: &str) -> Value {
        let body = json!({"email": email, "password": PASSWORD, "name": "Ann"});
        let reply = self.call("POST", "/api/auth/register").json(&body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{:?}", reply.body);
        reply.body
    }
}

fn router(accounts: &Accounts, database: &Database, clock: &Arc<FixedClock>) -> Router {
    let authenticator = AccountsAuthenticator::new(accounts.clone(), database);
    let (router, _) = accounts::router(accounts.clone()).split_for_parts();
    api_error::envelope(
        auth::authenticate(router, Arc::new(authenticator)),
        Arc::<FixedClock>::clone(clock),
    )
}

impl Call<'_> {
    pub(crate) fn token(mut self, token: &str) -> Self {
        self.request = self
            .request
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self
    }

    pub(crate) fn cookie(mut self, cookie: &str) -> Self {
        self.request = self.request.header(header::COOKIE, cookie);
        self
    }

    pub(crate) fn from(mut self, address: [u8; 4]) -> Self {
        self.request = self.request.extension(ClientAddress(address.into()));
        self
    }

    pub(crate) fn over_https(mut self) -> Self {
        self.request = self.request.extension(ClientScheme::Https);
        self
    }

    pub(crate) async fn json(mut self, body: &Value) -> Reply {
        self.request = self
            .request
            .header(header::CONTENT_TYPE, "application/json");
        self.body = Body::from(body.to_string());
        self.send().await
    }

    pub(crate) async fn send(self) -> Reply {
        let request = self.request.body(self.body).unwrap();
        send(&self.app.router, request).await
    }
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Reply {
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Reply {
        status: parts.status,
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap(),
    }
}

impl Reply {
    /// The answer is an error of this status, with this sentence, in the one shape.
    pub(crate) fn refuses(&self, status: u16, sentence: &str) {
        assert_eq!(
            (self.status.as_u16(), self.body["error"].as_str().unwrap()),
            (status, sentence)
        );
        let code = match status {
            400 => "invalid_request",
            401 => "unauthenticated",
            403 => "forbidden",
            404 => "not_found",
            409 => "conflict",
            415 => "unsupported_media_type",
            429 => "rate_limited",
            other => panic!("no code for {other}"),
        };
        assert_eq!(
            (&self.body["success"], &self.body["code"]),
            (&json!(false), &json!(code))
        );
        assert!(self.body["requestId"].is_string() && self.body["timestamp"].is_string());
    }

    /// The answer is a 400 about `field`.
    pub(crate) fn refuses_field(&self, field: &str) {
        assert_eq!(self.status, StatusCode::BAD_REQUEST, "{:?}", self.body);
        assert_eq!(self.body["code"], "invalid_request");
        assert_eq!(self.body["fields"][0]["field"], field, "{:?}", self.body);
    }

    /// The answer succeeds with this status; its body.
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:?}", self.body);
        self.body
    }
}

pub(crate) fn credentials(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password})
}

pub(crate) fn registration(email: &str, name: &str) -> Registration {
    Registration {
        email: Email::parse(email).unwrap(),
        password: Password::parse(PASSWORD.into()).unwrap(),
        name: Name::parse(name).unwrap(),
        phone: None,
    }
}

/// The text at `key`.
pub(crate) fn text<'a>(body: &'a Value, key: &str) -> &'a str {
    body[key].as_str().unwrap()
}
