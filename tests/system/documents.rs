//! Sales documents and their counterparts in a simulated Metakocka, by the real binary. What is there is counted there.

mod bulk;
mod journey;
mod lost_answers;
mod test_mode;
mod wrong_key;

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use simulators::metakocka::{Company, Server, Simulator};
use test_support::TestDatabase;

use crate::harness::{Client, House, Person};

/// The company's number at Metakocka.
const COMPANY: &str = "16";
/// Its key there, which nobody may see.
const KEY: &str = "k3y-of-the-company-16-zq";
const DOCUMENTS: &str = "/api/sales-documents";
const CREDENTIALS: &str = "/api/integrations/metakocka/credentials";
const SYNC: &str = "/api/integrations/metakocka/sales-documents/sync";
const PULL: &str = "/api/integrations/metakocka/sales-documents/sync-from-metakocka";
/// Documents that are written at a time.
const AT_ONCE: usize = 8;

/// An organization that runs its company in Metakocka.
struct Firm {
    house: House,
    /// Who runs it.
    boss: Person,
    organization: String,
    metakocka: Server,
}

impl Firm {
    /// One that has given its key.
    async fn open(database: TestDatabase) -> Self {
        Self::open_with(database, &[]).await
    }

    /// The same with further variables for its gateway.
    async fn open_with(database: TestDatabase, variables: &[(&str, &str)]) -> Self {
        let simulator = Simulator::default();
        simulator.open(Company::new(COMPANY, KEY));
        let metakocka = simulator.serve().await.unwrap();
        let house = House::open_with(database, variables).await;
        let boss = house.customer("boss").await;
        let request = json!({"name": "Obala"});
        let made = house.admin.post("/api/organizations", &request).await;
        let organization = made.is(201)["id"].as_str().unwrap().to_owned();
        let firm = Self {
            house,
            boss,
            organization,
            metakocka,
        };
        firm.join(&firm.boss, "admin").await;
        firm.give_key(KEY).await;
        firm
    }

    /// Takes somebody in.
    async fn join(&self, person: &Person, role: &str) {
        let members = format!("/api/organizations/{}/members", self.organization);
        let member = json!({"accountId": person.id, "role": role});
        self.house.admin.post(&members, &member).await.is(201);
    }

    async fn give_key(&self, key: &str) {
        let url = self.metakocka.url();
        let given = json!({"companyId": COMPANY, "secretKey": key, "baseUrl": url});
        self.boss.client.put(CREDENTIALS, &given).await.is(200);
    }

    /// Writes documents, each of which carries its id in its notes.
    async fn write(&self, documents: impl Iterator<Item = Value>) {
        let written = stream::iter(documents).map(|document| async move {
            self.boss.client.post(DOCUMENTS, &document).await.is(201);
        });
        written.buffer_unordered(AT_ONCE).collect::<()>().await;
    }

    /// The notes of what stands at Metakocka under an id.
    fn notes_there(&self, metakocka_id: &str) -> Option<String> {
        let documents = self.metakocka.documents(COMPANY).into_iter();
        let mut named = documents.filter(|document| document.mk_id.to_string() == metakocka_id);
        named.next()?.texts.get("notes").cloned()
    }
}

/// Two of an article for 10 each, 22 % on top: 24.40.
fn document(id: &str, document_type: &str) -> Value {
    let customer = json!({"name": "Ana Novak", "street": "Trg 1", "postCode": "1000", "city": "Ljubljana",
        "country": "SI"});
    json!({"id": id, "documentType": document_type, "customer": customer, "documentDate": "2026-01-20", "notes": id,
        "lines": [{"code": "ART-1", "quantity": 2, "unitPrice": 10, "taxPercent": 22}]})
}

/// How a document stands.
async fn mapping(client: &Client, id: &str) -> Value {
    let mut status = client.get(&format!("{SYNC}?documentId={id}")).await.is(200);
    status["mapping"].take()
}

/// How many documents of a bulk sync fared how.
fn counts(report: &Value) -> [u64; 4] {
    ["total", "synced", "failed", "skipped"].map(|name| report[name].as_u64().unwrap())
}
