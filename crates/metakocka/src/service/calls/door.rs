use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Calls of an organization at a time.
pub(super) const CALLS: u32 = 2;
/// The places in front of the ERP that calls take, and the one that a search takes besides.
pub(super) const CALL_PLACES: [i64; 2] = [0, 1];
pub(super) const SEARCH_PLACES: [i64; 1] = [2];

/// The door of one organization, on this node.
pub(super) struct Door {
    pub(super) calls: Arc<Semaphore>,
    pub(super) searches: Arc<Semaphore>,
    /// Who wait for a place of either kind.
    pub(super) calling: AtomicUsize,
    pub(super) searching: AtomicUsize,
    /// Whether the key was good when it was last used. Until then calls go one by one, so that a bad key costs one call.
    pub(super) is_proven: AtomicBool,
    pub(super) kept: Mutex<Vec<Place>>,
}

impl Door {
    pub(super) fn new() -> Self {
        Self {
            calls: Arc::new(Semaphore::new(CALLS as usize)),
            searches: Arc::new(Semaphore::new(1)),
            calling: AtomicUsize::new(0),
            searching: AtomicUsize::new(0),
            is_proven: AtomicBool::new(false),
            kept: Mutex::default(),
        }
    }

    /// Whether somebody of this node waits for such a place. Who waits for a search does not hold up the calls of other
    /// nodes: one of those may be the search that is waited for.
    pub(super) fn wants(&self, place: &Place) -> bool {
        let waiting = if SEARCH_PLACES.contains(&place.number) {
            &self.searching
        } else {
            &self.calling
        };
        waiting.load(Ordering::SeqCst) > 0
    }
}

pub(super) struct Place {
    pub(super) number: i64,
    pub(super) holder: String,
    /// Until when calls of this node take it one after the other.
    pub(super) keep_until: DateTime<Utc>,
}

/// The right to make one call.
pub(super) struct Pass {
    pub(super) door: Arc<Door>,
    pub(super) places: Vec<Place>,
    pub(super) permits: Vec<OwnedSemaphorePermit>,
}

impl Drop for Pass {
    /// A call that was given up leaves its places to the next one of this node.
    fn drop(&mut self) {
        let mut kept = self
            .door
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.append(&mut self.places);
    }
}

/// Counts somebody who waits, also where they give up.
pub(super) struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    pub(super) fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
