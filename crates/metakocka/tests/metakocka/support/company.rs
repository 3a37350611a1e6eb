use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use metakocka::{
    DocumentType, Erp, ErpAccess, ErpError, OutgoingDocument, OutgoingItem, RemoteCustomer,
    RemoteDocument, RemoteLine, Saved, Search, SearchFilter, SearchOrder, SearchPage,
};
use rust_decimal::Decimal;
use secrecy::ExposeSecret as _;

use super::{KEY, saved::saved};

/// What goes wrong with a call.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// It answers with this, and does nothing.
    Fails(ErpError),
    /// It does what it is told, and answers with this.
    DoneButSays(ErpError),
    /// It does what it is told, and never answers.
    DoneAndHangs,
    /// It never answers, and does nothing.
    Hangs,
}

/// A company that keeps documents in memory, as Metakocka would, with its silent fallbacks.
#[derive(Default)]
pub(crate) struct Company {
    state: Mutex<State>,
    running: AtomicUsize,
    /// How many calls hang for ever.
    hung: AtomicUsize,
    searching: AtomicUsize,
    /// The most calls, and the most searches, that ran at once.
    pub(crate) most: AtomicUsize,
    pub(crate) most_searches: AtomicUsize,
    /// How long each call takes, in milliseconds.
    pub(crate) slowness: AtomicUsize,
}

#[derive(Default)]
struct State {
    documents: Vec<(String, RemoteDocument)>,
    made: u64,
    faults: VecDeque<(&'static str, Fault)>,
    calls: Vec<&'static str>,
    refused_article: Option<String>,
}

fn clear(code: &str, words: &str) -> ErpError {
    ErpError::Refused {
        code: code.to_owned(),
        words: words.to_owned(),
        duplicates: Vec::new(),
    }
}

pub(crate) fn unclear() -> ErpError {
    ErpError::Unclear {
        code: None,
        reason: "the connection was dropped".to_owned(),
    }
}

pub(crate) fn unreachable() -> ErpError {
    ErpError::Unreachable {
        reason: "connection refused".to_owned(),
    }
}

pub(crate) fn refused(code: &str, words: &str) -> ErpError {
    clear(code, words)
}

impl Company {
    /// What goes wrong with the next call of this name.
    pub(crate) fn next(&self, call: &'static str, fault: Fault) {
        self.state.lock().unwrap().faults.push_back((call, fault));
    }

    /// Refuses documents with this article, with Metakocka's words.
    pub(crate) fn refuse_article(&self, code: &str) {
        self.state.lock().unwrap().refused_article = Some(code.to_owned());
    }

    /// Lets `work` go on until a call of it hangs, and drops it there, as the end of its process would.
    pub(crate) async fn cut_at_a_hanging_call<T>(&self, work: impl Future<Output = T>) {
        let before = self.hung.load(Ordering::SeqCst);
        let hangs = async {
            while self.hung.load(Ordering::SeqCst) == before {
                let look = Duration::from_millis(2);
                let _ = tokio::time::timeout(look, std::future::pending::<()>()).await;
            }
        };
        tokio::select! {
            _ = work => panic!("it came to an end"),
            () = hangs => {}
        }
    }

    pub(crate) fn calls(&self) -> Vec<&'static str> {
        self.state.lock().unwrap().calls.clone()
    }

    pub(crate) fn forget_calls(&self) {
        self.state.lock().unwrap().calls.clear();
    }

    /// All documents of the company `16`.
    pub(crate) fn documents(&self) -> Vec<RemoteDocument> {
        self.of("16")
    }

    /// All documents of a company.
    pub(crate) fn of(&self, company: &str) -> Vec<RemoteDocument> {
        let state = self.state.lock().unwrap();
        let documents = state.documents.iter();
        let of_company = documents.filter(|(of, _)| of == company);
        of_company.map(|(_, document)| document.clone()).collect()
    }

    /// A person works in Metakocka.
    pub(crate) fn edit(&self, id: &str, change: impl FnOnce(&mut RemoteDocument)) {
        let mut state = self.state.lock().unwrap();
        let mut documents = state.documents.iter_mut();
        let found = documents.find(|(_, document)| document.id == id);
        change(&mut found.unwrap().1);
    }

    pub(crate) fn remove(&self, id: &str) {
        let mut state = self.state.lock().unwrap();
        state.documents.retain(|(_, document)| document.id != id);
    }

    /// A person makes a document in Metakocka; its id.
    pub(crate) fn make(&self, document_type: DocumentType, customer: &str) -> String {
        let mut state = self.state.lock().unwrap();
        state.made += 1;
        let id = format!("4000{:04}", state.made);
        let line = RemoteLine {
            code: Some("ART-1".to_owned()),
            name: Some("Art 1".to_owned()),
            unit: Some("kos".to_owned()),
            quantity: Decimal::from(2),
            unit_price: Decimal::from(10),
            discount_percent: None,
            tax_code: Some("EX4".to_owned()),
            tax_percent: Some(Decimal::from(22)),
        };
        let document = RemoteDocument {
            id: id.clone(),
            number: Some(format!("MK-{}", state.made)),
            document_type,
            buyer_order: None,
            document_date: "2027-01-12".parse().unwrap(),
            due_date: None,
            currency: Some("EUR".to_owned()),
            notes: None,
            status: Some("new_order".to_owned()),
            warehouse: Some("main".to_owned()),
            delivery_type: None,
            customer: RemoteCustomer {
                name: Some(customer.to_owned()),
                street: Some("Pot 2".to_owned()),
                post_code: Some("2000".to_owned()),
                city: Some("Maribor".to_owned()),
                country: Some("Slovenia".to_owned()),
                country_code: Some("SI".to_owned()),
                ..RemoteCustomer::default()
            },
            lines: vec![line],
            total: Some(Decimal::new(244, 1)),
            created_at: None,
        };
        state.documents.push(("16".to_owned(), document));
        id
    }

    /// Counts a call, checks the key, and does what `work` says as far as a fault lets it.
    async fn answer<T>(
        &self,
        name: &'static str,
        access: &ErpAccess,
        work: impl FnOnce(&mut State) -> Result<T, ErpError> + Send,
    ) -> Result<T, ErpError> {
        let _running = Running::new(&self.running, &self.most);
        let searches = (name == "search").then_some(&self.searching);
        let _searching = searches.map(|searches| Running::new(searches, &self.most_searches));
        let slowness = self.slowness.load(Ordering::SeqCst);
        if slowness > 0 {
            let slowness = Duration::from_millis(slowness.try_into().unwrap());
            let _ = tokio::time::timeout(slowness, std::future::pending::<()>()).await;
        }
        let (outcome, hangs) = {
            let mut state = self.state.lock().unwrap();
            state.calls.push(name);
            let at = state.faults.iter().position(|(call, _)| *call == name);
            let fault = at.and_then(|at| state.faults.remove(at));
            match fault.map(|(_, fault)| fault) {
                _ if access.secret_key.expose_secret() != KEY => {
                    let words = format!(
                        "Invalid value for secret_key and company_id ({})",
                        access.secret_key.expose_secret()
                    );
                    let code = "3".to_owned();
                    (Some(Err(ErpError::Credentials { code, words })), false)
                }
                None => (Some(work(&mut state)), false),
                Some(Fault::Fails(error)) => (Some(Err(error)), false),
                Some(Fault::DoneButSays(error)) => (Some(work(&mut state).and(Err(error))), false),
                Some(Fault::DoneAndHangs) => {
                    drop(work(&mut state));
                    (None, true)
                }
                Some(Fault::Hangs) => (None, true),
            }
        };
        if hangs {
            self.hung.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
        outcome.unwrap()
    }
}

/// Counts what runs at once.
struct Running<'a>(&'a AtomicUsize);

impl<'a> Running<'a> {
    fn new(count: &'a AtomicUsize, most: &AtomicUsize) -> Self {
        let now = count.fetch_add(1, Ordering::SeqCst) + 1;
        most.fetch_max(now, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn matches(filter: &SearchFilter, document: &RemoteDocument) -> bool {
    match filter {
        SearchFilter::All | SearchFilter::ChangedBetween(..) => true,
        SearchFilter::BuyerOrder(order) => document.buyer_order.as_ref() == Some(order),
        SearchFilter::DatedBetween(from, to) => (from..=to).contains(&&document.document_date),
    }
}

#[async_trait]
impl Erp for Company {
    async fn get(
        &self,
        access: &ErpAccess,
        document_type: DocumentType,
        id: &str,
    ) -> Result<Option<RemoteDocument>, ErpError> {
        let find = |state: &mut State| {
            let mut documents = state.documents.iter();
            let found = documents.find(|(company, document)| {
                *company == access.company_id
                    && document.id == id
                    && document.document_type == document_type
            });
            Ok(found.map(|(_, document)| document.clone()))
        };
        self.answer("get", access, find).await
    }

    async fn find_order(
        &self,
        access: &ErpAccess,
        buyer_order: &str,
    ) -> Result<Option<RemoteDocument>, ErpError> {
        let find = |state: &mut State| {
            let mut documents = state.documents.iter();
            let found = documents.find(|(company, document)| {
                *company == access.company_id
                    && document.buyer_order.as_deref() == Some(buyer_order)
                    && document.document_type == DocumentType::Order
            });
            Ok(found.map(|(_, document)| document.clone()))
        };
        self.answer("find_order", access, find).await
    }

    async fn search(&self, access: &ErpAccess, search: &Search) -> Result<SearchPage, ErpError> {
        let find = |state: &mut State| {
            let documents = state.documents.iter();
            let mut found: Vec<_> = documents
                .filter(|(company, _)| *company == access.company_id)
                .map(|(_, document)| document.clone())
                .filter(|document| document.document_type == search.document_type)
                .filter(|document| matches(&search.filter, document))
                .collect();
            if search.order == SearchOrder::NewestFirst {
                found.reverse();
            }
            let total = u32::try_from(found.len()).unwrap();
            let window = found.into_iter().skip(search.offset as usize);
            Ok(SearchPage {
                documents: window.take(search.limit as usize).collect(),
                unreadable: Vec::new(),
                total,
            })
        };
        self.answer("search", access, find).await
    }

    async fn create(
        &self,
        access: &ErpAccess,
        document: &OutgoingDocument,
    ) -> Result<Saved, ErpError> {
        let make = |state: &mut State| {
            state.refuse_unknown_articles(document)?;
            state.made += 1;
            let id = format!("4000{:04}", state.made);
            let number = document.number.clone();
            // A number that is taken is replaced without a word.
            let is_taken = |number: &String| {
                state
                    .documents
                    .iter()
                    .any(|(_, known)| known.number.as_ref() == Some(number))
            };
            let number = number
                .filter(|number| !is_taken(number))
                .unwrap_or_else(|| format!("{}/2027", state.made));
            let saved = saved(id.clone(), number.clone(), document);
            state.documents.push((access.company_id.clone(), saved));
            Ok(Saved {
                id,
                number: Some(number),
            })
        };
        self.answer("create", access, make).await
    }

    async fn replace(
        &self,
        access: &ErpAccess,
        id: &str,
        document: &OutgoingDocument,
    ) -> Result<Saved, ErpError> {
        let replace = |state: &mut State| {
            state.refuse_unknown_articles(document)?;
            let mut documents = state.documents.iter_mut();
            let found = documents.find(|(_, known)| known.id == id);
            let (_, known) = found.ok_or_else(|| clear("2", "Cannot find document"))?;
            let number = known.number.clone().unwrap();
            *known = RemoteDocument {
                status: known.status.clone(),
                ..saved(id.to_owned(), number.clone(), document)
            };
            Ok(Saved {
                id: id.to_owned(),
                number: Some(number),
            })
        };
        self.answer("replace", access, replace).await
    }

    async fn warehouses(&self, access: &ErpAccess) -> Result<Vec<String>, ErpError> {
        let known = vec!["main".to_owned(), "second".to_owned()];
        self.answer("warehouses", access, |_| Ok(known)).await
    }

    async fn check_access(&self, access: &ErpAccess) -> Result<(), ErpError> {
        self.answer("check_access", access, |_| Ok(())).await
    }
}

impl State {
    fn refuse_unknown_articles(&self, document: &OutgoingDocument) -> Result<(), ErpError> {
        let refused = self.refused_article.as_deref();
        let is_refused = document.lines.iter().any(
            |line| matches!(&line.item, OutgoingItem::Article(code) if Some(code.as_str()) == refused),
        );
        if is_refused {
            let words = "Product with code X not found - unit must be set to add new product";
            return Err(clear("8", words));
        }
        Ok(())
    }
}
