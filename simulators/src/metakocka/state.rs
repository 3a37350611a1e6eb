use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use clock::Clock;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde::Serialize;
use tokio_util::task::TaskTracker;

use super::{Call, Company, Fault, Trouble, When, books::Books};
use crate::host::Gate;

/// Calls that are remembered one by one.
const REMEMBERED: usize = 10_000;

/// What the servers and their handles have in common.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) state: Arc<Mutex<State>>,
    pub(super) gate: Gate,
    pub(super) clock: Arc<dyn Clock>,
    /// Work goes on when its caller leaves, as it does at the original.
    pub(super) tasks: TaskTracker,
}

/// Everything that Metakocka knows.
#[derive(Debug)]
pub(super) struct State {
    pub(super) books: BTreeMap<String, Books>,
    pub(super) faults: Vec<Fault>,
    pub(super) calls: Calls,
    pub(super) seen: VecDeque<Seen>,
    /// Calls and searches that each company has under way.
    under_way: HashMap<String, (u32, u32)>,
    /// A company's searches wait for one another.
    searches: HashMap<String, Arc<tokio::sync::Mutex<()>>>,
    dice: StdRng,
}

/// How often it was called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Calls {
    /// Each call, also refused ones.
    pub by_call: BTreeMap<Call, u32>,
    /// Calls with a wrong key or company.
    pub strangers: u32,
    /// How many calls one company had under way at once at most.
    pub most_at_once: u32,
    /// How many searches one company had under way at once at most.
    pub most_searches_at_once: u32,
}

impl Calls {
    /// How often this was called.
    pub fn of(&self, call: Call) -> u32 {
        self.by_call.get(&call).copied().unwrap_or_default()
    }

    /// All calls.
    pub fn total(&self) -> u32 {
        self.by_call.values().sum()
    }
}

/// One call. Its key is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// What was called.
    pub call: Call,
    /// The path.
    pub path: String,
    /// `company_id`.
    pub company: String,
    /// `buyer_order`, where one was sent.
    pub buyer_order: Option<String>,
    /// Whether something went wrong on purpose.
    pub faulty: bool,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            books: BTreeMap::new(),
            faults: Vec::new(),
            calls: Calls::default(),
            seen: VecDeque::new(),
            under_way: HashMap::new(),
            searches: HashMap::new(),
            dice: StdRng::seed_from_u64(0),
        }
    }

    pub(super) fn open(&mut self, company: Company) {
        let place = self.books.len() as u64 + 400;
        if let Some(books) = self.books.get_mut(&company.id) {
            books.company = company;
        } else {
            let id = company.id.clone();
            self.books.insert(id, Books::new(company, place));
        }
    }

    pub(super) fn seed(&mut self, seed: u64) {
        self.dice = StdRng::seed_from_u64(seed);
    }

    pub(super) fn forget_calls(&mut self) {
        self.calls = Calls::default();
        self.seen.clear();
    }

    /// Counts a call and says what goes wrong with it.
    pub(super) fn count(&mut self, mut seen: Seen) -> Option<(When, Trouble)> {
        *self.calls.by_call.entry(seen.call).or_default() += 1;
        let dice = &mut self.dice;
        let trouble = self.faults.iter_mut().find_map(|fault| {
            let roll = |chance: f64| dice.random_bool(chance.clamp(0.0, 1.0));
            fault.strike(seen.call, &seen.company, roll)
        });
        seen.faulty = trouble.is_some();
        if self.seen.len() == REMEMBERED {
            self.seen.pop_front();
        }
        self.seen.push_back(seen);
        trouble
    }

    fn begin(&mut self, company: &str, call: Call) {
        let (calls, searches) = self.under_way.entry(company.to_owned()).or_default();
        *calls += 1;
        *searches += u32::from(call == Call::Search);
        self.calls.most_at_once = self.calls.most_at_once.max(*calls);
        self.calls.most_searches_at_once = self.calls.most_searches_at_once.max(*searches);
    }

    fn end(&mut self, company: &str, call: Call) {
        if let Some((calls, searches)) = self.under_way.get_mut(company) {
            *calls -= 1;
            *searches -= u32::from(call == Call::Search);
        }
    }

    /// Where a company's searches queue.
    pub(super) fn queue(&mut self, company: &str) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(self.searches.entry(company.to_owned()).or_default())
    }
}

/// A call that somebody waits for.
pub(super) struct UnderWay {
    shared: Shared,
    company: String,
    call: Call,
}

impl UnderWay {
    pub(super) fn begin(shared: &Shared, company: &str, call: Call) -> Self {
        shared.lock().begin(company, call);
        Self {
            shared: shared.clone(),
            company: company.to_owned(),
            call,
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.shared.lock().end(&self.company, self.call);
    }
}
