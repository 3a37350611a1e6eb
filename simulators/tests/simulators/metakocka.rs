#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod documents;
mod faults;
mod search;

use std::{sync::Arc, time::Duration};

use chrono::{TimeZone as _, Utc};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use clock::FixedClock;
use outbound::Reach;
use simulators::metakocka::{Company, Server, Settings, Simulator};

pub(crate) const COMPANY: &str = "16";
pub(crate) const KEY: &str = "secret-key-of-16";

/// A client of one company.
pub(crate) struct Remote {
    pub(crate) server: Server,
    pub(crate) client: Client,
    pub(crate) clock: Arc<FixedClock>,
}

impl Remote {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// Of a company with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        // Winter, where a true offset would be +01:00.
        let now = Utc.with_ymd_and_hms(2026, 1, 20, 9, 0, 0).unwrap();
        let clock = Arc::new(FixedClock::at(now));
        let simulator = Simulator::new(clock.clone());
        simulator.open(Company::new(COMPANY, KEY).with(change));
        let client = outbound::client(Reach::Everywhere, Duration::from_millis(500));
        Self {
            server: simulator.serve().await.unwrap(),
            client: client.unwrap(),
            clock,
        }
    }

    pub(crate) async fn try_call(&self, path: &str, body: &Value) -> reqwest::Result<Response> {
        let mut whole = json!({"secret_key": KEY, "company_id": COMPANY});
        let fields = body.as_object().unwrap().clone();
        whole.as_object_mut().unwrap().extend(fields);
        let url = format!("{}/rest/eshop/{path}", self.server.url());
        self.client.post(url).json(&whole).send().await
    }

    /// What is answered, with status 200.
    pub(crate) async fn call(&self, path: &str, body: Value) -> Value {
        let answer = self.try_call(path, &body).await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// Puts a document and gives its `mk_id`.
    pub(crate) async fn put(&self, document: Value) -> String {
        let saved = self.call("v1/put_document", document).await;
        assert_eq!(saved["opr_code"], "0", "{saved}");
        saved["mk_id"].as_str().unwrap().to_owned()
    }

    /// The code and the words of a refusal.
    pub(crate) async fn refusal(&self, path: &str, body: Value) -> (String, String) {
        let answer = self.call(path, body).await;
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        (text("opr_code"), text("opr_desc"))
    }

    pub(crate) async fn get(&self, mk_id: &str) -> Value {
        let asked = json!({"doc_type": "sales_order", "doc_id": mk_id});
        self.call("v1/get_document", asked).await
    }

    pub(crate) async fn control(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/_control{path}", self.server.url());
        let call = self.client.request(method.parse().unwrap(), url);
        let answer = call.json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

/// An order over 24.40.
pub(crate) fn order(buyer_order: &str) -> Value {
    json!({
        "doc_type": "sales_order",
        "doc_date": "2026-01-20+02:00",
        "buyer_order": buyer_order,
        "partner": partner(),
        "product_list": [line("ART-1", "2", "10")],
    })
}

/// An order with other fields.
pub(crate) fn order_with(fields: &Value) -> Value {
    let mut order = order("WEB-1");
    let fields = fields.as_object().unwrap().clone();
    order.as_object_mut().unwrap().extend(fields);
    order
}

pub(crate) fn partner() -> Value {
    json!({
        "business_entity": "false",
        "customer": "Ana Novak",
        "street": "Trg 1",
        "post_number": "1000",
        "place": "Ljubljana",
        "country": "Slovenia",
        "partner_contact": {"email": "ana@example.com"},
    })
}

pub(crate) fn line(code: &str, amount: &str, price: &str) -> Value {
    json!({"code": code, "amount": amount, "price": price, "tax_factor": "0.22"})
}
