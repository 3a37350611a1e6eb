//! The HTTP client against the simulated Metakocka: each trap of its API is a test.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod failures;
mod reading;
mod searching;
mod writing;

use std::{sync::Arc, time::Duration};

use chrono::{NaiveDate, TimeZone as _, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use clock::FixedClock;
use metakocka::{
    DocumentType, Erp as _, ErpAccess, HttpMetakocka, OutgoingCustomer, OutgoingDocument,
    OutgoingItem, OutgoingLine, RemoteDocument, Tax,
};
use outbound::{Reach, RemoteUrl};
use simulators::metakocka::{Company, Server, Settings, Simulator};

const COMPANY: &str = "16";
const KEY: &str = "s3cret-key-of-the-company";

/// How long a call may take.
const PATIENCE: Duration = Duration::from_millis(600);

/// A client and the company that it calls.
struct Remote {
    erp: HttpMetakocka,
    access: ErpAccess,
    server: Server,
    clock: Arc<FixedClock>,
}

impl Remote {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With a company that is set up otherwise.
    async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        // Winter, where a true offset would be +01:00.
        let now = Utc.with_ymd_and_hms(2026, 1, 20, 9, 0, 0).unwrap();
        let clock = Arc::new(FixedClock::at(now));
        let simulator = Simulator::new(clock.clone());
        simulator.open(Company::new(COMPANY, KEY).with(change));
        let server = simulator.serve().await.unwrap();
        let client = outbound::client(Reach::Everywhere, PATIENCE).unwrap();
        Self {
            erp: HttpMetakocka::new(client),
            access: access(&server.url(), KEY),
            server,
            clock,
        }
    }

    /// Makes a document and reads it back.
    async fn made(&self, document: &OutgoingDocument) -> RemoteDocument {
        let saved = self.erp.create(&self.access, document).await.unwrap();
        self.read(document.document_type, &saved.id).await
    }

    async fn read(&self, document_type: DocumentType, id: &str) -> RemoteDocument {
        let found = self.erp.get(&self.access, document_type, id).await;
        found.unwrap().unwrap()
    }

    /// How many documents the company has.
    fn count(&self) -> usize {
        self.server.documents(COMPANY).len()
    }
}

fn access(url: &str, key: &str) -> ErpAccess {
    ErpAccess {
        base_url: RemoteUrl::parse(url, Reach::Everywhere).unwrap(),
        company_id: COMPANY.to_owned(),
        secret_key: key.into(),
    }
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// An order over 24.40, tax and all.
fn order(buyer_order: &str) -> OutgoingDocument {
    OutgoingDocument {
        document_type: DocumentType::Order,
        buyer_order: buyer_order.to_owned(),
        number: None,
        document_date: date(2026, 1, 20),
        due_date: None,
        currency: "EUR".to_owned(),
        notes: None,
        status: None,
        warehouse: None,
        delivery_type: None,
        customer: customer(),
        lines: vec![line("ART-1", 2, 10)],
    }
}

fn customer() -> OutgoingCustomer {
    OutgoingCustomer {
        name: "Ana Novak".to_owned(),
        street: "Trg 1".to_owned(),
        post_code: "1000".to_owned(),
        city: "Ljubljana".to_owned(),
        country: "Slovenia".to_owned(),
        tax_number: None,
        email: Some("ana@example.com".to_owned()),
        phone: None,
        is_company: false,
    }
}

fn line(code: &str, quantity: u32, price: u32) -> OutgoingLine {
    OutgoingLine {
        item: OutgoingItem::Article(code.to_owned()),
        quantity: Decimal::from(quantity),
        unit_price: Decimal::from(price),
        discount_percent: None,
        tax: Tax::Percent(Decimal::from(22)),
    }
}

/// An order that somebody puts at the company itself.
fn put_by_hand(buyer_order: &str) -> Value {
    json!({
        "doc_type": "sales_order",
        "doc_date": "20.01.2026",
        "buyer_order": buyer_order,
        "partner": {"customer": "Ana Novak", "street": "Trg 1"},
        "product_list": [{"code": "ART-1", "amount": "1", "price_with_tax": "12,20", "tax": "EX4"}],
    })
}
