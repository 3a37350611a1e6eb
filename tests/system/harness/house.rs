use serde_json::{Value, json};
use test_support::TestDatabase;

use super::{ADMIN_EMAIL, Client, Node, PASSWORD, Sql};

/// A gateway on a database of its own, with an admin.
pub(crate) struct House {
    pub(crate) node: Node,
    pub(crate) admin: Client,
    pub(crate) sql: Sql,
    pub(crate) database: TestDatabase,
}

/// Somebody with an account.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) client: Client,
}

impl Person {
    fn new(client: Client, session: &Value) -> Self {
        let id = session["user"]["id"].as_str().unwrap().to_owned();
        Self { id, client }
    }
}

impl House {
    /// Starts the gateway; nobody but it and what a test asks in SQL keeps the database open.
    pub(crate) async fn open(database: TestDatabase) -> Self {
        Self::open_with(database, &[]).await
    }

    /// The same with further variables, which win over the usual ones.
    pub(crate) async fn open_with(database: TestDatabase, variables: &[(&str, &str)]) -> Self {
        database.database().close().await;
        let node = Node::start_with(database.url(), variables).await;
        let (admin, _) = Client::stranger(&node).login(ADMIN_EMAIL).await;
        let sql = Sql::new(database.url());
        Self {
            node,
            admin,
            sql,
            database,
        }
    }

    pub(crate) fn stranger(&self) -> Client {
        Client::stranger(&self.node)
    }

    /// A customer who registers.
    pub(crate) async fn customer(&self, name: &str) -> Person {
        let request =
            json!({"email": format!("{name}@customers.test"), "password": PASSWORD, "name": name});
        let stranger = self.stranger();
        let session = stranger.post("/api/auth/register", &request).await.is(201);
        Person::new(
            stranger.with_token(session["accessToken"].as_str().unwrap()),
            &session,
        )
    }

    /// A partner who registers, and whose documents nobody has seen.
    pub(crate) async fn newcomer(&self, name: &str) -> Person {
        let request = json!({
            "email": format!("{name}@partners.test"), "password": PASSWORD, "name": name,
            "phone": "+386 40 123 456", "services": ["Cleaning"],
        });
        let stranger = self.stranger();
        let session = stranger.post("/api/partners", &request).await.is(201);
        Person::new(
            stranger.with_token(session["accessToken"].as_str().unwrap()),
            &session,
        )
    }

    /// A partner who may be assigned.
    pub(crate) async fn partner(&self, name: &str) -> Person {
        let partner = self.newcomer(name).await;
        let kyc = format!("/api/partners/{}/kyc", partner.id);
        let document = json!({"documentType": "passport", "documentNumber": "P1", "documentUrl": "https://files.test/p1"});
        partner.client.post(&kyc, &document).await.is(200);
        self.admin
            .patch(&kyc, &json!({"status": "approved"}))
            .await
            .is(200);
        partner
    }

    /// An account with a given id, whoever opens it.
    pub(crate) async fn account(&self, id: &str, role: &str) -> Person {
        let email = format!("{id}@accounts.test");
        let request =
            json!({"id": id, "email": email, "password": PASSWORD, "name": id, "role": role});
        self.admin.post("/api/accounts", &request).await.is(201);
        let (client, session) = self.stranger().login(&email).await;
        Person::new(client, &session)
    }

    /// A program with a service token.
    pub(crate) async fn service(&self, scopes: &[&str]) -> Client {
        let request = json!({"name": scopes.join(" "), "scopes": scopes});
        let token = self.admin.post("/api/service-tokens", &request).await;
        self.stranger()
            .with_token(token.is(201)["token"].as_str().unwrap())
    }

    /// A booking that the admin makes.
    pub(crate) async fn booking(&self, id: &str, customer_id: &str) -> Value {
        let request = json!({
            "id": id, "customerId": customer_id, "service": "Window cleaning", "scheduledAt": "2026-06-01T09:30:00.000Z",
            "address": "Obala 1, Koper", "amount": 49.9, "currency": "EUR", "notes": "Ring twice",
        });
        self.admin.post("/bookings", &request).await.is(201)
    }

    /// Expects that the customer's copy says what the booking says, over HTTP and in the tables.
    #[track_caller]
    pub(crate) fn expect_in_step(&self) -> impl Future<Output = ()> {
        let place = std::panic::Location::caller();
        async move {
            let differences = self.sql.differences().await;
            assert!(differences.is_empty(), "at {place}: {differences:#?}");
        }
    }
}
