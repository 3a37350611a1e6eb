//! Metakocka, with the traps of its API.

mod amount;
mod answer;
mod books;
mod change;
mod company;
mod control;
mod document;
mod fault;
mod find;
mod lines;
mod opr;
mod partners;
mod put;
mod search;
mod show;
mod state;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::Router;
use clock::{Clock, SystemClock};
use serde_json::Value;
use tokio_util::task::TaskTracker;

use self::{
    opr::Asked,
    state::{Shared, State},
};
use crate::host::{Gate, Host};

pub use self::{
    company::{Company, Product, Settings},
    document::{Document, Line, Logged, Partner, Payment, Sums},
    fault::{Call, Fault, Trouble, When},
    state::{Calls, Seen},
};

/// Metakocka with some companies. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Simulator {
    shared: Shared,
}

impl Default for Simulator {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

impl Simulator {
    /// Metakocka without any company, at the time of `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let shared = Shared {
            state: Arc::new(Mutex::new(State::new())),
            gate: Gate::new().0,
            clock,
            tasks: TaskTracker::new(),
        };
        Self { shared }
    }

    /// It as a service, for whoever needs no port.
    pub fn router(&self) -> Router {
        Router::new()
            .fallback(answer::answer)
            .with_state(self.shared.clone())
    }

    /// Listens on a free port of this machine.
    pub async fn serve(&self) -> io::Result<Server> {
        self.serve_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .await
    }

    /// Listens at `address`.
    pub async fn serve_at(&self, address: SocketAddr) -> io::Result<Server> {
        let (gate, commands) = Gate::new();
        let shared = Shared {
            gate,
            ..self.shared.clone()
        };
        let simulator = Self { shared };
        let host = Host::start(address, simulator.router(), commands).await?;
        Ok(Server { simulator, host })
    }

    /// Takes a company in. One that is there keeps its documents and gets the new key and registers.
    pub fn open(&self, company: Company) {
        self.lock().open(company);
    }

    /// Changes a company; tells whether it is there.
    pub fn set_up(&self, company: &str, change: impl FnOnce(&mut Company)) -> bool {
        let mut state = self.lock();
        let books = state.books.get_mut(company);
        books.map(|books| change(&mut books.company)).is_some()
    }

    /// All documents of a company, in the order in which they were made.
    pub fn documents(&self, company: &str) -> Vec<Document> {
        let state = self.lock();
        let books = state.books.get(company);
        books.map_or_else(Vec::new, |books| {
            books.documents.values().cloned().collect()
        })
    }

    /// How many partners a company has.
    pub fn partners(&self, company: &str) -> usize {
        let state = self.lock();
        let books = state.books.get(company);
        books.map_or(0, |books| books.partners.len())
    }

    /// Makes a document at the company itself, as `put_document` would; gives its `mk_id`, or why not.
    pub fn put(&self, company: &str, document: &Value) -> Result<String, String> {
        let now = self.shared.clock.now();
        let mut state = self.lock();
        let books = state.books.get_mut(company).ok_or("no such company")?;
        let document = document.as_object().ok_or("no object")?;
        let saved = put::put(books, Asked(document), now).map_err(|opr| opr.words)?;
        Ok(saved["mk_id"].as_str().unwrap_or_default().to_owned())
    }

    /// Changes a document at the company itself; tells whether it is there.
    pub fn edit(&self, company: &str, mk_id: &str, change: impl FnOnce(&mut Document)) -> bool {
        let now = self.shared.clock.now();
        let mut state = self.lock();
        let Some(books) = state.books.get_mut(company) else {
            return false;
        };
        let document = mk_id.parse().ok().and_then(|id| books.documents.get(&id));
        let Some(mut document) = document.cloned() else {
            return false;
        };
        change(&mut document);
        books.keep(document, None, now);
        true
    }

    /// Takes a document away; tells whether it was there.
    pub fn delete(&self, company: &str, mk_id: &str) -> bool {
        let mut state = self.lock();
        let (books, id) = (state.books.get_mut(company), mk_id.parse().ok());
        let (Some(books), Some(id)) = (books, id) else {
            return false;
        };
        books.documents.remove(&id).is_some()
    }

    /// Adds something that goes wrong. Where several could, the first one added does.
    pub fn fail(&self, fault: Fault) {
        self.lock().faults.push(fault);
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        self.lock().faults.clear();
    }

    /// Begins the chances of faults anew: the same seed brings the same fortune.
    pub fn seed(&self, seed: u64) {
        self.lock().seed(seed);
    }

    /// How often it was called.
    pub fn calls(&self) -> Calls {
        self.lock().calls.clone()
    }

    /// The calls in their order, the last 10,000 of them.
    pub fn seen(&self) -> Vec<Seen> {
        self.lock().seen.iter().cloned().collect()
    }

    /// Forgets its calls.
    pub fn forget_calls(&self) {
        self.lock().forget_calls();
    }

    /// Waits for the work of callers that left before it was done.
    pub async fn settle(&self) {
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
        self.shared.tasks.reopen();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }
}

/// A listening [`Simulator`]; dropping it cuts every connection and frees the port.
#[derive(Debug)]
pub struct Server {
    simulator: Simulator,
    host: Host,
}

impl Server {
    /// Where it is: what stands before `/rest/eshop/`.
    pub fn url(&self) -> String {
        self.host.url()
    }

    /// Refuses connections from now on; comes back when it does.
    pub async fn refuse(&self) {
        self.simulator.shared.gate.refuse(None).await;
    }

    /// Takes connections again, at the same address.
    pub async fn listen(&self) {
        self.simulator.shared.gate.listen().await;
    }

    /// Serves for as long as this is polled.
    pub async fn run(self) {
        self.host.run().await;
    }
}

impl Deref for Server {
    type Target = Simulator;

    fn deref(&self) -> &Simulator {
        &self.simulator
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
