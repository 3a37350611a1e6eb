//! Orders, holds, releases and announcements of many callers, done in one transaction at a time.

use std::{
    fmt,
    ops::Range,
    sync::{Arc, Mutex as SyncMutex, MutexGuard, PoisonError},
    time::Duration,
};

use clock::Clock;
use database::StorageError;
use rand::RngExt;
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    error::{Refused, StockError},
    model::{Basket, Command, Outcome, Refusal},
    repository::StockRepository,
};

/// How much may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueLimits {
    /// Commands that wait at most, also in a burst.
    pub capacity: usize,
    /// Commands that may wait or be underway all the time. Whoever finds so many when a burst has lasted too long is sent
    /// away: a queue that does not get shorter only makes everybody wait.
    pub standing: usize,
    /// How many commands a burst may hold.
    pub burst: usize,
    /// How long it may last.
    pub patience: Duration,
    /// How long a command may wait for its turn, where the database stands still: whoever waits longer is sent away.
    pub turn: Duration,
    /// Commands in one transaction at most.
    pub batch: usize,
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self {
            capacity: 2_048,
            standing: 80,
            burst: 1_280,
            patience: Duration::from_secs(1),
            turn: Duration::from_secs(5),
            batch: 256,
        }
    }
}

/// So many callers are a crowd, of whom those that were just answered are likely to come back at once.
const CROWD: usize = 3;
/// How long they are waited for at most, and how long they are expected at all; otherwise they are waited for a quarter of
/// the time that their last transaction took, in whole milliseconds as timers go.
const PATIENCE: Duration = Duration::from_millis(2);

/// How long who is sent away waits for the answer, from and to: else those who come again at once take the time of those
/// who are served. Not all of them equally long, or they come again together.
const HELD: Range<Duration> = Duration::from_millis(150)..Duration::from_millis(350);
/// When nobody has found too many for so long, a burst is over.
const CALM: Duration = Duration::from_millis(250);

/// What came of a command.
type Answer = Result<Result<Outcome, Refusal>, StorageError>;

/// A command until its turn has come. Its caller may take it back; whoever takes it decides what becomes of it.
type Slot = Arc<SyncMutex<Option<Command>>>;

fn take(slot: &Slot) -> Option<Command> {
    locked(slot).take()
}

struct Waiting {
    slot: Slot,
    answer: oneshot::Sender<Answer>,
}

/// Where commands wait until they are taken. Clones share it.
#[derive(Clone)]
pub struct CommandQueue {
    sender: mpsc::Sender<Waiting>,
    limits: QueueLimits,
    crowd: Arc<SyncMutex<Crowd>>,
}

/// How long there have been too many.
#[derive(Debug, Default)]
struct Crowd {
    /// When somebody found too many, first and last.
    seen: Option<(Instant, Instant)>,
    /// How many were taken since.
    taken: usize,
    /// How many are being done now.
    underway: usize,
}

impl Crowd {
    /// Somebody found too many, of whom so many wait; whether the burst may go on.
    fn may_grow(&mut self, waiting: usize, limits: &QueueLimits) -> bool {
        let now = Instant::now();
        let (first, last) = self.seen.get_or_insert((now, now));
        *last = now;
        now - *first < limits.patience && self.taken + waiting < limits.burst
    }

    /// So many are being done from now on.
    fn begin(&mut self, taken: usize) {
        self.underway = taken;
        if self.seen.is_some() {
            self.taken += taken;
        }
    }

    /// So many of them are done, and are not answered yet: who comes again at once finds only the others.
    fn end(&mut self, done: usize) {
        self.underway = self.underway.saturating_sub(done);
    }

    /// Somebody found few. The burst is over when nobody has found too many for a while: those who were sent away come
    /// back in waves.
    fn settle(&mut self) {
        if self.seen.is_some_and(|(_, last)| last.elapsed() >= CALM) {
            (self.seen, self.taken) = (None, 0);
        }
    }
}

/// Takes what waits, does all of it in one transaction, and answers each caller by itself. A batch is what arrived while
/// the last one was being committed; a crowd that has just been answered has a moment to come back, for else it falls
/// into two halves that wait for each other's transactions.
pub struct Combiner {
    receiver: Mutex<mpsc::Receiver<Waiting>>,
    repository: Arc<dyn StockRepository>,
    clock: Arc<dyn Clock>,
    limits: QueueLimits,
    crowd: Arc<SyncMutex<Crowd>>,
}

impl CommandQueue {
    /// A queue, and what empties it.
    pub fn new(
        repository: &Arc<dyn StockRepository>,
        clock: Arc<dyn Clock>,
        limits: QueueLimits,
    ) -> (Self, Combiner) {
        let (sender, receiver) = mpsc::channel(limits.capacity);
        let crowd = Arc::default();
        let queue = Self {
            sender,
            limits,
            crowd: Arc::clone(&crowd),
        };
        let combiner = Combiner {
            receiver: Mutex::new(receiver),
            repository: Arc::clone(repository),
            clock,
            limits,
            crowd,
        };
        (queue, combiner)
    }

    /// Has a command done. Who is not waited for any more may find it done or not.
    pub async fn run(&self, command: Command) -> Result<Outcome, StockError> {
        if let Err(refusal) = self.admit() {
            let held = rand::rng().random_range(HELD);
            let _ = timeout(held, std::future::pending::<()>()).await;
            return Err(refusal);
        }
        let basket = match &command {
            Command::Reduce(order) => Some(order.basket.clone()),
            Command::Reserve(hold) => Some(hold.basket.clone()),
            Command::Release(_) | Command::Expire(_) | Command::Tell(_) => None,
        };
        let (answer, mut answered) = oneshot::channel();
        let slot = Arc::new(SyncMutex::new(Some(command)));
        let waiting = Waiting {
            slot: Arc::clone(&slot),
            answer,
        };
        self.sender.try_send(waiting).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StockError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => StockError::Abandoned,
        })?;
        let answer = match timeout(self.limits.turn, &mut answered).await {
            Ok(answer) => answer,
            Err(_) if take(&slot).is_some() => return Err(StockError::Overloaded),
            // It is being done, and only the end tells what came of it.
            Err(_) => answered.await,
        };
        let answer = answer.map_err(|_| StockError::Abandoned)?;
        answer?.map_err(|refusal| refused(refusal, basket))
    }

    /// How many commands wait.
    pub fn len(&self) -> usize {
        self.sender.max_capacity() - self.sender.capacity()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn admit(&self) -> Result<(), StockError> {
        let mut crowd = locked(&self.crowd);
        let waiting = self.len();
        if waiting + crowd.underway < self.limits.standing {
            crowd.settle();
            return Ok(());
        }
        if crowd.may_grow(waiting, &self.limits) {
            Ok(())
        } else {
            Err(StockError::Overloaded)
        }
    }
}

fn locked<T>(mutex: &SyncMutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refused(refusal: Refusal, basket: Option<Basket>) -> StockError {
    StockError::Refused(Box::new(Refused { refusal, basket }))
}

/// Who is expected in the next transaction.
#[derive(Debug)]
struct Round {
    /// Those who were answered last, and those who were waiting by then.
    company: usize,
    /// How long they are waited for.
    patience: Duration,
    /// When the last transaction was over.
    since: Instant,
}

impl Round {
    /// The first one, in which nobody is expected.
    fn first() -> Self {
        Self {
            company: 0,
            patience: Duration::ZERO,
            since: Instant::now(),
        }
    }

    /// Takes whoever else comes in time. A transaction for all costs little more than one for half of them.
    async fn gather(&self, receiver: &mut mpsc::Receiver<Waiting>, taken: &mut Vec<Waiting>) {
        // Who comes later is none of them.
        let is_late = self.since.elapsed() > PATIENCE;
        if self.company < CROWD || is_late {
            return;
        }
        let all_here = async {
            while taken.len() < self.company {
                let missing = self.company - taken.len();
                if receiver.recv_many(taken, missing).await == 0 {
                    return;
                }
            }
        };
        let _ = timeout(self.patience, all_here).await;
    }
}

impl Combiner {
    /// Works until `stop`, and then through what waits still.
    pub async fn run(&self, stop: CancellationToken) {
        let mut receiver = self.receiver.lock().await;
        // Whoever worked before may have broken off.
        locked(&self.crowd).underway = 0;
        let mut taken = Vec::new();
        let mut round = Round::first();
        loop {
            let count = tokio::select! {
                biased;
                count = receiver.recv_many(&mut taken, self.limits.batch) => count,
                () = stop.cancelled() => return,
            };
            if count == 0 {
                return;
            }
            tokio::select! {
                () = round.gather(&mut receiver, &mut taken) => {}
                () = stop.cancelled() => {}
            }
            let began = Instant::now();
            let done = self.work_through(&mut taken).await;
            round = Round {
                company: (done + receiver.len()).min(self.limits.batch),
                patience: (began.elapsed() / 4).min(PATIENCE),
                since: Instant::now(),
            };
        }
    }

    /// Takes what waits now; how many commands that was.
    pub async fn run_once(&self) -> usize {
        let mut receiver = self.receiver.lock().await;
        let mut taken = Vec::new();
        while taken.len() < self.limits.batch
            && let Ok(waiting) = receiver.try_recv()
        {
            taken.push(waiting);
        }
        let count = taken.len();
        self.work_through(&mut taken).await;
        count
    }

    /// Does what was taken and is still waited for; how many commands that was.
    async fn work_through(&self, taken: &mut Vec<Waiting>) -> usize {
        let (commands, answers): (Vec<_>, Vec<_>) = taken
            .drain(..)
            .filter(|waiting| !waiting.answer.is_closed())
            .filter_map(|waiting| Some((take(&waiting.slot)?, waiting.answer)))
            .unzip();
        if commands.is_empty() {
            return 0;
        }
        locked(&self.crowd).begin(commands.len());
        match self.repository.apply(&commands, self.clock.now()).await {
            Ok(outcomes) => {
                locked(&self.crowd).end(commands.len());
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    // Nobody may be waiting any more.
                    let _ = answer.send(Ok(outcome));
                }
            }
            // It is not the database that is away: one of them cannot be done, and the others can.
            Err(error) if !error.is_unavailable() && commands.len() > 1 => {
                tracing::warn!(%error, commands = commands.len(), "a batch failed, doing its commands one by one");
                for (command, answer) in commands.iter().zip(answers) {
                    let outcome = self.alone(command).await;
                    locked(&self.crowd).end(1);
                    let _ = answer.send(outcome);
                }
            }
            Err(error) => {
                locked(&self.crowd).end(commands.len());
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        }
        commands.len()
    }

    async fn alone(&self, command: &Command) -> Answer {
        let commands = std::slice::from_ref(command);
        let outcomes = self.repository.apply(commands, self.clock.now()).await?;
        let outcome = outcomes.into_iter().next();
        outcome.ok_or_else(|| StorageError::Corrupt("no answer to a command".to_owned()))
    }
}

impl fmt::Debug for CommandQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandQueue")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Combiner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Combiner")
            .field("batch", &self.limits.batch)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
