//! The router with real repositories, and a company that is only imagined.

pub(crate) mod company;
mod reply;
mod saved;
mod tokens;

use std::sync::Arc;

use auth::OrganizationId;
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use chrono::{DateTime, TimeDelta};
use clock::{Clock, FixedClock};
use credentials::Vault;
use database::Database;
use metakocka::{
    DocumentId, Metakocka, MetakockaParts, Mode, Policy, RetryPolicy, Scope, SeaDocumentRepository,
    SeaRunRepository, SeaSettings, SeaSyncBooks, SyncKey, SyncWorker,
};
use outbound::{Reach, RemoteUrl};
use secrecy::SecretBox;
use serde_json::{Value, json};
use test_support::TestDatabase;
use tower::ServiceExt as _;

use self::tokens::{Admins, Heard, TestHouse, Tokens};
pub(crate) use self::{
    company::{Company, Fault},
    reply::Reply,
};

/// The moment at which the clock of every test stands: 2027-01-15T08:00:00Z.
pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const SYNC: &str = "/api/integrations/metakocka/sales-documents/sync";
pub(crate) const PULL: &str = "/api/integrations/metakocka/sales-documents/sync-from-metakocka";
/// The key that the imagined company accepts, and that must be seen nowhere.
pub(crate) const KEY: &str = "s3cr3t-k3y-of-the-company";

/// A gateway without the gateway.
pub(crate) struct Node {
    pub(crate) router: Router,
    pub(crate) service: Metakocka,
    pub(crate) worker: SyncWorker,
    pub(crate) heard: Arc<Heard>,
}

pub(crate) struct App {
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) test_database: TestDatabase,
    /// The company itself.
    pub(crate) company: Arc<Company>,
    pub(crate) node: Node,
}

fn policy(test_mode: bool) -> Policy {
    Policy {
        base_url: RemoteUrl::parse("https://main.metakocka.test", Reach::Everywhere).unwrap(),
        reach: Reach::Everywhere,
        timeout: TimeDelta::seconds(120),
        retry: RetryPolicy {
            base: TimeDelta::seconds(5),
            max_attempts: 8,
        },
        test_mode,
    }
}

impl Node {
    fn on(
        database: &Database,
        clock: &Arc<FixedClock>,
        company: &Arc<Company>,
        test_mode: bool,
    ) -> Self {
        let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(clock);
        let heard = Arc::new(Heard::default());
        let service = Metakocka::new(MetakockaParts {
            documents: Arc::new(SeaDocumentRepository::new(database.clone())),
            books: Arc::new(SeaSyncBooks::new(database.clone())),
            settings: Arc::new(SeaSettings::new(database.clone())),
            runs: Arc::new(SeaRunRepository::new(database.clone())),
            erp: Arc::<Company>::clone(company),
            members: Arc::new(Admins),
            test_company: Arc::new(TestHouse),
            progress: Arc::<Heard>::clone(&heard),
            vault: Vault::new(&SecretBox::new(Box::new([7; 32]))),
            clock: Arc::clone(&clock),
            policy: policy(test_mode),
        });
        let (router, _) = metakocka::router(service.clone(), database.clone()).split_for_parts();
        let router = auth::authenticate(router, Arc::new(Tokens));
        Self {
            router: api_error::envelope(router, clock),
            worker: SyncWorker::new(service.clone()),
            service,
            heard,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        Reply::of(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(request("ann", "POST", path, Some(body))).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(request("ann", "GET", path, None)).await
    }
}

impl App {
    /// An organization that has given nothing.
    pub(crate) fn bare(test_database: TestDatabase) -> Self {
        Self::with_mode(test_database, false)
    }

    /// A gateway that runs in test mode as a whole.
    pub(crate) fn with_mode(test_database: TestDatabase, test_mode: bool) -> Self {
        let clock = Arc::new(FixedClock::at(DateTime::from_timestamp(NOW, 0).unwrap()));
        let company = Arc::new(Company::default());
        Self {
            node: Node::on(test_database.database(), &clock, &company, test_mode),
            clock,
            company,
            test_database,
        }
    }

    /// An organization whose credentials are good.
    pub(crate) async fn on(test_database: TestDatabase) -> Self {
        let app = Self::bare(test_database);
        let credentials = json!({"companyId": "16", "secretKey": KEY});
        app.put("/api/integrations/metakocka/credentials", credentials)
            .await
            .is(200);
        app
    }

    /// Another node on the same database.
    pub(crate) async fn another_node(&self) -> Node {
        let database = self.test_database.another_node().await;
        Node::on(&database, &self.clock, &self.company, false)
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.node.get(path).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.node.post(path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.node
            .send(request("ann", "PUT", path, Some(body)))
            .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.node.send(request("ann", "DELETE", path, None)).await
    }

    /// Makes an order `id`.
    pub(crate) async fn make(&self, id: &str) -> Value {
        self.post("/api/sales-documents", order(id)).await.is(201)
    }

    pub(crate) async fn edit(&self, id: &str, change: Value) -> Value {
        let path = format!("/api/sales-documents/{id}");
        self.put(&path, change).await.is(200)
    }

    pub(crate) async fn push(&self, id: &str) -> Reply {
        self.post(SYNC, json!({"documentId": id})).await
    }

    /// How a document stands; null where it was never sent.
    pub(crate) async fn mapping(&self, id: &str) -> Value {
        let path = format!("{SYNC}?documentId={id}");
        let mut status = self.get(&path).await.is(200);
        status["mapping"].take()
    }

    pub(crate) async fn status(&self, id: &str) -> String {
        self.mapping(id).await["syncStatus"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn key(id: &str) -> SyncKey {
        let scope = Scope {
            organization: OrganizationId::parse("O1").unwrap(),
            mode: Mode::Live,
        };
        scope.key(&DocumentId::parse(id).unwrap())
    }

    /// Works on the queue until there is nothing due.
    pub(crate) async fn work(&self) {
        while self.node.worker.run_queue_once().await.unwrap() {}
    }

    /// Works on runs until there are none.
    pub(crate) async fn work_on_runs(&self) {
        while self.node.worker.run_runs_once().await.unwrap() {}
    }
}

pub(crate) fn customer() -> Value {
    json!({"name": "Ana Novak", "street": "Trg 1", "postCode": "1000", "city": "Ljubljana", "country": "SI"})
}

/// Two of ART-1 for 10 each, 22 % on top: 24.40.
pub(crate) fn order(id: &str) -> Value {
    json!({"id": id, "documentType": "order", "customer": customer(), "documentDate": "2027-01-10",
        "lines": [{"code": "ART-1", "quantity": 2, "unitPrice": 10, "taxPercent": 22}]})
}

pub(crate) fn request(token: &str, method: &str, path: &str, body: Option<Value>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    request.body(body).unwrap()
}

/// The same in test mode.
pub(crate) fn in_test_mode(mut request: Request<Body>) -> Request<Body> {
    let headers = request.headers_mut();
    headers.insert("x-test-mode", "true".parse().unwrap());
    request
}

impl App {
    /// All rows of a table, as one text.
    pub(crate) async fn dump(&self, table: &str) -> String {
        use sea_orm::{ConnectionTrait as _, Statement};
        let connection = self.test_database.database().reader();
        let backend = connection.get_database_backend();
        let sql = if backend == sea_orm::DbBackend::Postgres {
            format!("SELECT CAST(t AS TEXT) AS line FROM {table} t")
        } else {
            let columns = "SELECT name FROM pragma_table_info($1)";
            let columns = Statement::from_sql_and_values(backend, columns, [table.into()]);
            let columns = connection.query_all_raw(columns).await.unwrap();
            let columns: Vec<_> = columns
                .iter()
                .map(|row| row.try_get::<String>("", "name").unwrap())
                .map(|name| format!("COALESCE(CAST({name} AS TEXT), '')"))
                .collect();
            format!(
                "SELECT {} AS line FROM {table}",
                columns.join(" || ',' || ")
            )
        };
        let rows = connection
            .query_all_raw(Statement::from_string(backend, sql))
            .await
            .unwrap();
        let lines = rows
            .iter()
            .map(|row| row.try_get::<String>("", "line").unwrap());
        lines.collect::<Vec<_>>().join("\n")
    }
}
