//! The door to the ERP: two calls and one search of an organization at a time, over all nodes.

mod door;

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock;
use rand::RngExt as _;
use secrecy::ExposeSecret as _;

use self::door::{CALL_PLACES, CALLS, Door, Pass, Place, SEARCH_PLACES, Waiting};
use super::{MetakockaParts, access::Company, pause};
use crate::{
    erp::{Erp, ErpError},
    error::SyncError,
    repository::{Lease, QueueState, Scope, Settings},
};

/// How long a node keeps a place while its own calls wait for it; then others get their chance.
const KEEP: TimeDelta = TimeDelta::seconds(1);
/// How long the place of a node that died is lost. While a call lasts its node says that it lives.
const PLACE_LEASE: TimeDelta = TimeDelta::seconds(15);
/// How often it does.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// How long the queue rests after a quota answer; it doubles.
const REST: TimeDelta = TimeDelta::seconds(15);
const LONGEST_REST: TimeDelta = TimeDelta::minutes(15);

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Call,
    Search,
}

pub(super) struct Calls {
    erp: Arc<dyn Erp>,
    settings: Arc<dyn Settings>,
    clock: Arc<dyn Clock>,
    node: String,
    timeout: TimeDelta,
    counter: AtomicU64,
    doors: Mutex<HashMap<Scope, Arc<Door>>>,
}

impl Calls {
    pub(super) fn new(parts: &MetakockaParts, node: &str) -> Self {
        Self {
            erp: Arc::clone(&parts.erp),
            settings: Arc::clone(&parts.settings),
            clock: Arc::clone(&parts.clock),
            node: node.to_owned(),
            timeout: parts.policy.timeout,
            counter: AtomicU64::new(0),
            doors: Mutex::default(),
        }
    }

    /// Makes one call for an organization, when its turn has come.
    pub(super) async fn make<T, F>(
        &self,
        company: &Company,
        kind: Kind,
        name: &'static str,
        call: impl FnOnce(Arc<dyn Erp>) -> F + Send,
    ) -> Result<T, SyncError>
    where
        F: Future<Output = Result<T, ErpError>> + Send,
    {
        let nothing = std::future::ready(Ok(()));
        self.make_after(nothing, company, (kind, name), call).await
    }

    /// The same for a call that something stands in front of: it is done when the turn has come, however long that takes,
    /// and without it nothing is called.
    pub(super) async fn make_after<T, F>(
        &self,
        before: impl Future<Output = Result<(), SyncError>> + Send,
        company: &Company,
        (kind, name): (Kind, &'static str),
        call: impl FnOnce(Arc<dyn Erp>) -> F + Send,
    ) -> Result<T, SyncError>
    where
        F: Future<Output = Result<T, ErpError>> + Send,
    {
        let scope = &company.scope;
        let door = self.door(scope);
        let pass = self.enter(&door, scope, kind).await?;
        let call = self.call(&door, before, (company, name), call);
        let outcome = tokio::select! {
            outcome = call => outcome,
            never = self.hold(scope, &pass.places) => match never {},
        };
        self.leave(&door, scope, pass).await;
        outcome
    }

    /// Behind the door.
    async fn call<T, F>(
        &self,
        door: &Door,
        before: impl Future<Output = Result<(), SyncError>> + Send,
        (company, name): (&Company, &'static str),
        call: impl FnOnce(Arc<dyn Erp>) -> F + Send,
    ) -> Result<T, SyncError>
    where
        F: Future<Output = Result<T, ErpError>> + Send,
    {
        let scope = &company.scope;
        let queue = self.settings.queue(scope).await?;
        held_back(&queue, self.clock.now())?;
        before.await?;
        let started = tokio::time::Instant::now();
        let outcome = call(Arc::clone(&self.erp)).await;
        let outcome = outcome.map_err(|error| without_key(error, company));
        let label = outcome.as_ref().map_or_else(label, |_| "ok");
        metrics::counter!("metakocka_calls_total", "call" => name, "outcome" => label).increment(1);
        metrics::histogram!("metakocka_call_seconds", "call" => name).record(started.elapsed());
        self.learn(door, (scope, &queue), outcome.as_ref().err())
            .await?;
        Ok(outcome?)
    }

    /// Says that this node lives, for as long as this is polled.
    async fn hold(&self, scope: &Scope, places: &[Place]) -> Infallible {
        loop {
            pause(HEARTBEAT).await;
            for place in places {
                let lease = Lease {
                    holder: place.holder.clone(),
                    until: self.clock.now() + PLACE_LEASE,
                };
                // What cannot be written now is written in a moment, long before the lease ends.
                let _ = self.settings.keep_place(scope, place.number, &lease).await;
            }
        }
    }

    fn door(&self, scope: &Scope) -> Arc<Door> {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        let door = doors
            .entry(scope.clone())
            .or_insert_with(|| Arc::new(Door::new()));
        Arc::clone(door)
    }

    async fn enter(&self, door: &Arc<Door>, scope: &Scope, kind: Kind) -> Result<Pass, SyncError> {
        let mut pass = Pass {
            door: Arc::clone(door),
            places: Vec::new(),
            permits: Vec::new(),
        };
        if kind == Kind::Search {
            let _waiting = Waiting::new(&door.searching);
            pass.permits
                .extend(Arc::clone(&door.searches).acquire_owned().await);
            let place = self.place(door, scope, &SEARCH_PLACES).await?;
            pass.places.push(place);
        }
        let _waiting = Waiting::new(&door.calling);
        let is_proven = door.is_proven.load(Ordering::SeqCst);
        let permits = if is_proven { 1 } else { CALLS };
        let wait = async {
            let permit = Arc::clone(&door.calls).acquire_many_owned(permits).await;
            let place = self.place(door, scope, &CALL_PLACES).await?;
            Ok::<_, SyncError>((permit, place))
        };
        // A search has its own place by now.
        let (permit, place) = tokio::select! {
            entered = wait => entered?,
            never = self.hold(scope, &pass.places) => match never {},
        };
        pass.permits.extend(permit);
        pass.places.push(place);
        Ok(pass)
    }

    /// One of `numbers`: one that this node keeps, or one that nobody has.
    async fn place(&self, door: &Door, scope: &Scope, numbers: &[i64]) -> Result<Place, SyncError> {
        let give_up = tokio::time::Instant::now() + self.timeout.to_std().unwrap_or_default();
        loop {
            let kept = {
                let mut kept = door.kept.lock().unwrap_or_else(PoisonError::into_inner);
                let at = kept
                    .iter()
                    .position(|place| numbers.contains(&place.number));
                at.map(|at| kept.swap_remove(at))
            };
            let now = self.clock.now();
            match kept {
                Some(place) if place.keep_until >= now => return Ok(place),
                Some(place) => self.give_back(scope, &place).await,
                None => {}
            }
            let count = self.counter.fetch_add(1, Ordering::Relaxed);
            let lease = Lease {
                holder: format!("{}:{count}", self.node),
                until: now + PLACE_LEASE,
            };
            let taken = self.settings.take_place(scope, numbers, &lease, now);
            if let Some(number) = taken.await? {
                return Ok(Place {
                    number,
                    holder: lease.holder,
                    keep_until: now + KEEP,
                });
            }
            if tokio::time::Instant::now() >= give_up {
                let reason = "all places in front of it are taken".to_owned();
                return Err(ErpError::Unreachable { reason }.into());
            }
            let millis = rand::rng().random_range(20..60);
            pause(Duration::from_millis(millis)).await;
        }
    }

    async fn leave(&self, door: &Door, scope: &Scope, pass: Pass) {
        drop(pass);
        let places: Vec<Place> = {
            let mut kept = door.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extract_if(.., |place| !door.wants(place)).collect()
        };
        for place in &places {
            self.give_back(scope, place).await;
        }
    }

    async fn give_back(&self, scope: &Scope, place: &Place) {
        let left = self
            .settings
            .leave_place(scope, place.number, &place.holder);
        // It ends by itself.
        let _ = left.await;
    }

    /// What follows from an answer for all that come after it. `before` is how the queue was when it was called.
    async fn learn(
        &self,
        door: &Door,
        (scope, before): (&Scope, &QueueState),
        error: Option<&ErpError>,
    ) -> Result<(), SyncError> {
        match error {
            Some(ErpError::Credentials { words, .. }) => {
                door.is_proven.store(false, Ordering::SeqCst);
                let queue = QueueState {
                    paused: true,
                    reason: Some(format!(
                        "Metakocka does not accept the credentials: {words}"
                    )),
                    ..QueueState::default()
                };
                self.settings.save_queue(scope, &queue).await?;
            }
            Some(ErpError::Quota { words }) => {
                let before = self.settings.queue(scope).await?;
                let factor = 2_i32.saturating_pow(before.quota_answers.min(10));
                let queue = QueueState {
                    slow_until: Some(self.clock.now() + (REST * factor).min(LONGEST_REST)),
                    reason: Some(format!("Metakocka limits the number of calls: {words}")),
                    quota_answers: before.quota_answers.saturating_add(1),
                    paused: before.paused,
                };
                self.settings.save_queue(scope, &queue).await?;
            }
            None => {
                door.is_proven.store(true, Ordering::SeqCst);
                if before.quota_answers > 0 && !before.paused {
                    self.settings
                        .save_queue(scope, &QueueState::default())
                        .await?;
                }
            }
            Some(_) => {}
        }
        Ok(())
    }
}

/// Refuses while calls are held back.
pub(super) fn held_back(queue: &QueueState, now: DateTime<Utc>) -> Result<(), SyncError> {
    if queue.paused {
        let reason = queue.reason.clone();
        return Err(SyncError::Paused(reason.unwrap_or_else(|| {
            "Metakocka does not accept the credentials".to_owned()
        })));
    }
    if queue.slow_until.is_some_and(|until| until > now) {
        let words = "the queue rests after too many calls".to_owned();
        return Err(ErpError::Quota { words }.into());
    }
    Ok(())
}

fn label(error: &ErpError) -> &'static str {
    match error {
        ErpError::Refused { .. } => "refused",
        ErpError::Credentials { .. } => "credentials",
        ErpError::Quota { .. } => "quota",
        ErpError::Unreachable { .. } => "unreachable",
        ErpError::TimedOut => "timeout",
        ErpError::Unclear { .. } => "unclear",
    }
}

/// Words of a remote system may repeat what was sent to it, the key too.
fn without_key(error: ErpError, company: &Company) -> ErpError {
    let key = company.access.secret_key.expose_secret();
    let clean = |text: String| {
        if key.is_empty() {
            text
        } else {
            text.replace(key, "…")
        }
    };
    match error {
        ErpError::Refused {
            code,
            words,
            duplicates,
        } => ErpError::Refused {
            code: clean(code),
            words: clean(words),
            duplicates,
        },
        ErpError::Credentials { code, words } => ErpError::Credentials {
            code: clean(code),
            words: clean(words),
        },
        ErpError::Quota { words } => ErpError::Quota {
            words: clean(words),
        },
        ErpError::Unreachable { reason } => ErpError::Unreachable {
            reason: clean(reason),
        },
        ErpError::Unclear { code, reason } => ErpError::Unclear {
            code: code.map(clean),
            reason: clean(reason),
        },
        ErpError::TimedOut => ErpError::TimedOut,
    }
}
