use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sea_orm::DbErr;
use tokio::sync::Notify;

use crate::{
    Database, StorageError,
    line::{Answer, Line},
};

/// How often a question waits for others to share it, at most: each time all that is ready to run runs once.
const LOOKS_AROUND: usize = 8;

tokio::task_local! {
    static MOMENT: RefCell<Option<DataVersion>>;
}

/// A state of the whole database. Two equal versions mean that nothing was committed in between, by anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataVersion(Arc<State>);

#[derive(Debug, PartialEq, Eq)]
struct State {
    name: String,
    /// How often the tables behind each mark were changed.
    marks: BTreeMap<String, i64>,
}

/// What a kept value depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Any table.
    Everything,
    /// Only the tables whose triggers move this mark of the table `change_marks`.
    Mark(&'static str),
}

impl DataVersion {
    /// Whether nothing that is watched has changed between the two.
    pub fn is_same(&self, other: &Self, watch: Watch) -> bool {
        match watch {
            Watch::Everything => self == other,
            Watch::Mark(name) => self.0.marks.get(name) == other.0.marks.get(name),
        }
    }
}

/// Runs a piece of work that is content with one look at the version of the data, taken after it began: a request,
/// say, which is answered by what was true at some moment while it was under way. A commit of its own ends the moment.
pub async fn in_one_moment<T>(work: impl Future<Output = T>) -> T {
    MOMENT.scope(RefCell::new(None), work).await
}

/// Ends the moment of the present piece of work: it has changed something itself.
pub(crate) fn end_moment() {
    let _ = MOMENT.try_with(|moment| moment.replace(None));
}

/// Asks for the present version once for everybody who is waiting.
#[derive(Debug)]
pub(crate) struct VersionProbe {
    line: Line,
    rounds: Mutex<Rounds>,
    answered: Notify,
}

#[derive(Debug)]
struct Rounds {
    arrivals: u64,
    /// Somebody is asking.
    is_asking: bool,
    /// The last answer, and the last arrival that may take it: those that came later want a newer one.
    answer: Option<(u64, Result<DataVersion, StorageError>)>,
}

/// Lets the next one ask, also when the one who asked was cancelled.
struct Turn<'a>(&'a VersionProbe);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.rounds().is_asking = false;
        self.0.answered.notify_waiters();
    }
}

impl VersionProbe {
    pub(crate) fn new(line: Line) -> Self {
        let rounds = Mutex::new(Rounds {
            arrivals: 0,
            is_asking: false,
            answer: None,
        });
        Self {
            line,
            rounds,
            answered: Notify::new(),
        }
    }

    /// Ends its connection.
    pub(crate) async fn close(&self) {
        self.line.close().await;
    }

    fn rounds(&self) -> MutexGuard<'_, Rounds> {
        self.rounds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The version at some moment after the call. Whoever arrives while a question is under way shares the next one,
    /// so that a thousand callers cost a handful of statements.
    async fn version(&self) -> Result<DataVersion, StorageError> {
        let ticket = {
            let mut rounds = self.rounds();
            rounds.arrivals += 1;
            rounds.arrivals
        };
        loop {
            let answered = self.answered.notified();
            let is_free = {
                let mut rounds = self.rounds();
                if let Some((covers, answer)) = &rounds.answer
                    && *covers >= ticket
                {
                    return answer.clone();
                }
                !std::mem::replace(&mut rounds.is_asking, true)
            };
            if !is_free {
                answered.await;
                continue;
            }
            let turn = Turn(self);
            let covers = self.arrivals_so_far().await;
            let answer = self.ask().await.map_err(StorageError::from);
            {
                let mut rounds = self.rounds();
                // A refusal is for all who wait by now: who asked again would wait for as long again.
                let covers = if answer.is_ok() {
                    covers
                } else {
                    rounds.arrivals
                };
                rounds.answer = Some((covers, answer.clone()));
            }
            drop(turn);
            return answer;
        }
    }

    /// Lets whoever else is about to ask arrive, to share the question: a question costs more than a look around, and
    /// where nobody comes it is asked at once.
    async fn arrivals_so_far(&self) -> u64 {
        let mut arrivals = self.rounds().arrivals;
        for _ in 0..LOOKS_AROUND {
            tokio::task::yield_now().await;
            let seen = std::mem::replace(&mut arrivals, self.rounds().arrivals);
            if seen == arrivals {
                break;
            }
        }
        arrivals
    }

    fn last(&self) -> Option<DataVersion> {
        self.rounds()
            .answer
            .as_ref()
            .and_then(|(_, answer)| answer.clone().ok())
    }

    async fn ask(&self) -> Result<DataVersion, DbErr> {
        let last = self.last();
        let answer = self
            .line
            .ask(last.as_ref().map(|last| last.0.name.as_str()));
        let Answer { state, marks } = answer.await?;
        match (last, marks) {
            (Some(last), None) => Ok(last),
            (_, marks) => Ok(DataVersion(Arc::new(State {
                name: state,
                marks: marks.unwrap_or_default().into_iter().collect(),
            }))),
        }
    }
}

impl Database {
    /// The state of the data at some moment after this call, or, within [`in_one_moment`], after that began.
    pub async fn version(&self) -> Result<DataVersion, StorageError> {
        if let Ok(Some(version)) = MOMENT.try_with(|moment| moment.borrow().clone()) {
            return Ok(version);
        }
        let version = self.read(|_| self.version_probe().version()).await?;
        let _ = MOMENT.try_with(|moment| moment.replace(Some(version.clone())));
        Ok(version)
    }
}
