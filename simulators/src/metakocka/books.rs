//! Everything that one company has at Metakocka.

use std::{collections::BTreeMap, collections::HashMap};

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};

use super::{
    amount::local,
    company::{Company, Product},
    document::{Document, Logged, Partner},
    opr::Opr,
};

/// The documents that can be put and read here.
pub(super) const DOC_TYPES: [&str; 7] = [
    "sales_offer",
    "sales_order",
    "sales_bill_domestic",
    "sales_bill_foreign",
    "sales_bill_retail",
    "sales_bill_prepaid",
    "sales_bill_credit_note",
];

/// A company with what belongs to it.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) company: Company,
    /// By identity, which is the order in which they were made.
    pub(super) documents: BTreeMap<u64, Document>,
    pub(super) partners: BTreeMap<u64, Partner>,
    /// The products' identities by their places in the company's list.
    first_product: u64,
    next_id: u64,
    next_number: HashMap<(String, i32), u32>,
    /// The calls of the present minute.
    minute: (DateTime<Utc>, u32),
}

impl Books {
    /// `place` keeps the identities of companies apart.
    pub(super) fn new(company: Company, place: u64) -> Self {
        let first = place * 1_000_000_000;
        Self {
            company,
            documents: BTreeMap::new(),
            partners: BTreeMap::new(),
            first_product: first,
            next_id: first + 100_000,
            next_number: HashMap::new(),
            minute: (DateTime::UNIX_EPOCH, 0),
        }
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// The next number of the company's own: `7/2026`, or with a prefix that was asked for.
    pub(super) fn new_number(&mut self, doc_type: &str, prefix: Option<&str>, year: i32) -> String {
        let series = format!("{doc_type} {}", prefix.unwrap_or_default());
        loop {
            let next = self.next_number.entry((series.clone(), year)).or_default();
            *next += 1;
            let number = match prefix {
                Some(prefix) => format!("{prefix}{next}"),
                None => format!("{next}/{year}"),
            };
            if !self.has_number(doc_type, &number) {
                return number;
            }
        }
    }

    pub(super) fn has_number(&self, doc_type: &str, number: &str) -> bool {
        self.of_type(doc_type)
            .any(|document| document.count_code == number)
    }

    pub(super) fn of_type(&self, doc_type: &str) -> impl Iterator<Item = &Document> {
        let all = self.documents.values();
        all.filter(move |document| document.doc_type == doc_type)
    }

    /// A document by the identity in a text.
    pub(super) fn find(&self, doc_type: &str, mk_id: &str) -> Option<&Document> {
        let document = self.documents.get(&mk_id.parse().ok()?)?;
        (document.doc_type == doc_type).then_some(document)
    }

    /// A product and its identity.
    pub(super) fn product(&self, is_it: impl Fn(&Product) -> bool) -> Option<(u64, Product)> {
        let mut products = (self.first_product..).zip(&self.company.products);
        let (id, product) = products.find(|(_, product)| is_it(product))?;
        Some((id, product.clone()))
    }

    pub(super) fn products(&self) -> impl Iterator<Item = (u64, &Product)> {
        (self.first_product..).zip(&self.company.products)
    }

    /// Takes a product into the assortment.
    pub(super) fn add_product(&mut self, product: Product) -> (u64, Product) {
        let id = self.first_product + self.company.products.len() as u64;
        self.company.products.push(product.clone());
        (id, product)
    }

    /// Keeps a document, new or changed, and writes down that it was.
    pub(super) fn keep(
        &mut self,
        mut document: Document,
        notes: Option<String>,
        now: DateTime<Utc>,
    ) {
        let is_new = !self.documents.contains_key(&document.mk_id);
        document.changed = local(now);
        let lag = TimeDelta::milliseconds(self.company.settings.search_lag_ms.into());
        document.in_searches_from = now + lag;
        document.log.push(Logged {
            operation: if is_new { "NEW" } else { "CHANGE" },
            notes,
            at: document.changed,
        });
        self.documents.insert(document.mk_id, document);
    }

    /// Counts a call, unless there were too many within a minute.
    pub(super) fn count_call(&mut self, now: DateTime<Utc>) -> Result<(), Opr> {
        let Some(most) = self.company.settings.quota_per_minute else {
            return Ok(());
        };
        let (since, calls) = &mut self.minute;
        if now - *since >= TimeDelta::minutes(1) {
            (*since, *calls) = (now, 0);
        }
        *calls += 1;
        if *calls > most {
            return Err(Opr::new(5, "Quote exceeds"));
        }
        Ok(())
    }

    /// The year that numbers of documents made now carry.
    pub(super) fn year(now: DateTime<Utc>) -> i32 {
        local(now).year()
    }
}

/// `doc_type`, which must be one that there is.
pub(super) fn doc_type(asked: super::opr::Asked<'_>) -> Result<String, Opr> {
    let doc_type = asked.wanted("doc_type")?;
    if !DOC_TYPES.contains(&doc_type.as_str()) {
        let words = format!("Unknown document type : {doc_type}");
        return Err(Opr::parameter(words));
    }
    Ok(doc_type)
}
