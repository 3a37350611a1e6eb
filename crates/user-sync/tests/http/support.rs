//! The router with real repositories, and servers to sync from.

mod reply;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use auth::{AccountId, AuthError, Authenticator, Caller, Role, Scope};
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use chrono::DateTime;
use clock::FixedClock;
use credentials::Vault;
use database::Database;
use outbound::Reach;
use secrecy::SecretBox;
use serde_json::{Value, json};
use simulators::users::{EMAIL, PASSWORD, UserServer};
use test_support::TestDatabase;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use user_sync::{
    Credentials, Patience, Progress, ProgressReport, RemoteUsers, Schedules, SeaLocationRepository,
    SeaSyncRepository, SeaUserRepository, UserSync, UserSyncParts,
};
use validation::{Email, Id};

pub(crate) use self::reply::Reply;

/// The moment at which the clock of every test stands: 2027-01-15T08:00:00Z.
pub(crate) const NOW: i64 = 1_800_000_000;

/// What admins were told about progress.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<ProgressReport>>>);

impl Told {
    pub(crate) fn reports(&self) -> Vec<ProgressReport> {
        self.0.lock().unwrap().clone()
    }
}

impl Progress for Told {
    fn tell(&self, report: &ProgressReport) {
        self.0.lock().unwrap().push(report.clone());
    }
}

/// One node: its routes and its workers.
pub(crate) struct Node {
    pub(crate) router: Router,
    pub(crate) schedules: Arc<Schedules>,
    pub(crate) told: Told,
    _runner: JoinSet<()>,
}

/// A node with a database of its own.
pub(crate) struct App {
    pub(crate) node: Node,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) database: TestDatabase,
    settings: Settings,
}

/// What a node is set to.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// How long a call may take.
    pub(crate) timeout: Duration,
    pub(crate) reach: Reach,
    /// E-mail and password for locations without their own.
    pub(crate) common: Option<(&'static str, &'static str)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(20),
            reach: Reach::Everywhere,
            common: Some((EMAIL, PASSWORD)),
        }
    }
}

fn node(database: &Database, clock: &Arc<FixedClock>, settings: &Settings) -> Node {
    let shared = || Arc::<FixedClock>::clone(clock);
    let patience = Patience {
        retry_pause: Duration::from_millis(1),
        ..Patience::default()
    };
    let client = outbound::client(settings.reach, settings.timeout).unwrap();
    let told = Told::default();
    let (service, runner) = UserSync::new(UserSyncParts {
        locations: Arc::new(SeaLocationRepository::new(database.clone())),
        users: Arc::new(SeaUserRepository::new(database.clone())),
        sync: Arc::new(SeaSyncRepository::new(database.clone())),
        remote: RemoteUsers::new(client, patience),
        vault: Vault::new(&SecretBox::new(Box::new([7; 32]))),
        reach: settings.reach,
        common: settings.common.map(|(email, password)| Credentials {
            email: Email::parse(email).unwrap(),
            password: password.into(),
        }),
        progress: Arc::new(told.clone()),
        clock: shared(),
    });
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { runner.run(CancellationToken::new()).await });
    let (router, _) = user_sync::router(service.clone()).split_for_parts();
    let router = auth::authenticate(router, Arc::new(Tokens));
    Node {
        router: api_error::envelope(router, shared()),
        schedules: Arc::new(Schedules::new(service)),
        told,
        _runner: tasks,
    }
}

impl App {
    pub(crate) fn on(database: TestDatabase) -> Self {
        Self::set(database, Settings::default())
    }

    pub(crate) fn set(database: TestDatabase, settings: Settings) -> Self {
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        let clock = Arc::new(FixedClock::at(now));
        Self {
            node: node(database.database(), &clock, &settings),
            clock,
            database,
            settings,
        }
    }

    /// Another node on the same database.
    pub(crate) async fn another_node(&self) -> Node {
        node(
            &self.database.another_node().await,
            &self.clock,
            &self.settings,
        )
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.node.call("admin", "GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.node.call("admin", "POST", path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.node.call("admin", "PUT", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.node.call("admin", "PATCH", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.node.call("admin", "DELETE", path, None).await
    }

    /// Makes the location `id` of `server`.
    pub(crate) async fn locate(&self, id: i64, server: &UserServer) -> Value {
        let body = json!({"id": id, "locationCode": format!("L{id}"), "locationName": format!("Location {id}"),
            "onlineUrl": server.url()});
        self.post("/api/directory/locations", body).await.is(201)
    }

    /// A preview of location 8.
    pub(crate) async fn preview(&self) -> Value {
        self.post("/api/user-sync/locations/8/preview", json!({}))
            .await
            .is(200)
    }

    /// Carries out a preview of location 8, with the fields of `more` in the request.
    pub(crate) async fn execute(&self, preview: &Value, more: Value) -> Reply {
        self.node.execute(8, preview, more).await
    }

    /// Previews and carries out whatever location 8's server says.
    pub(crate) async fn sync(&self) -> Value {
        let preview = self.preview().await;
        self.execute(&preview, json!({})).await.is(200)
    }

    /// The users of a location by their e-mails: all of those that fit into a window.
    pub(crate) async fn users(&self, location: i64) -> Vec<Value> {
        let path = format!("/api/directory/users?locationId={location}&sort=email&perPage=200");
        self.get(&path).await.is(200)["items"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// The e-mails of users in a status.
    pub(crate) async fn emails(&self, location: i64, status: &str) -> Vec<String> {
        let users = self.users(location).await;
        let of_status = users.iter().filter(|user| user["status"] == status);
        of_status
            .map(|user| user["email"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The user of location 8 with an e-mail.
    pub(crate) async fn user(&self, email: &str) -> Value {
        let users = self.users(8).await;
        users
            .into_iter()
            .find(|user| user["email"] == email)
            .unwrap()
    }

    pub(crate) async fn tamper(&self, sql: &str) {
        self.database.tamper(sql).await;
    }
}

impl Node {
    /// A call as `token`; nobody where it is empty.
    pub(crate) async fn call(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.body(body).unwrap();
        Reply::of(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn execute(&self, location: i64, preview: &Value, more: Value) -> Reply {
        let body = merged(json!({"previewId": preview["previewId"]}), more);
        let path = format!("/api/user-sync/locations/{location}/execute?wait=true");
        self.call("admin", "POST", &path, Some(body)).await
    }
}

/// `base` with the fields of `more` in place of its own.
pub(crate) fn merged(mut base: Value, more: Value) -> Value {
    if let Value::Object(more) = more {
        base.as_object_mut().unwrap().extend(more);
    }
    base
}

/// The texts in a field of the items of a list.
pub(crate) fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item[field].as_str().unwrap()).collect()
}

/// Tokens that say whom they stand for: `admin`, `customer:u1`, `partner:p1`, `service:bookings:read`.
struct Tokens;

#[async_trait]
impl Authenticator for Tokens {
    async fn authenticate(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        let account = |id, role| Caller::account(AccountId::parse(id).unwrap(), role);
        let caller = match token.split_once(':') {
            None if token == "admin" => account("admin", Role::Admin),
            Some(("customer", id)) => account(id, Role::Customer),
            Some(("partner", id)) => account(id, Role::Partner),
            Some(("service", scope)) => {
                let scope: Scope = scope.parse().unwrap();
                Caller::service(Id::parse("program").unwrap(), [scope])
            }
            _ => return Err(AuthError::Invalid),
        };
        Ok(Arc::new(caller))
    }
}
