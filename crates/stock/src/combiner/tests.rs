mod round;

use std::sync::atomic::{AtomicUsize, Ordering};

use auth::Actor;
use clock::FixedClock;
use futures_util::{FutureExt, future::join_all};

use super::*;
use crate::{
    model::{OrderId, Release, Taken},
    repository::MockStockRepository,
    testing::now,
};

const SMALL: QueueLimits = QueueLimits {
    capacity: 4,
    standing: 2,
    burst: 6,
    patience: Duration::from_millis(100),
    turn: Duration::from_secs(5),
    batch: 3,
};

fn release(id: &str) -> Command {
    Command::Release(Release::Order(OrderId::parse(id).unwrap(), Actor::system()))
}

fn id(command: &Command) -> OrderId {
    match command {
        Command::Release(Release::Order(id, _)) => id.clone(),
        other => panic!("{other:?}"),
    }
}

/// An answer that says whose it is.
fn answer(command: &Command) -> Outcome {
    Outcome::Reduced(Taken {
        order_id: id(command),
        lines: Vec::new(),
        after_order: false,
        at: now(),
        replayed: false,
    })
}

fn answer_all(commands: &[Command]) -> Vec<Result<Outcome, Refusal>> {
    commands.iter().map(answer).map(Ok).collect()
}

fn queue(repository: MockStockRepository, limits: QueueLimits) -> (CommandQueue, Combiner) {
    let repository: Arc<dyn StockRepository> = Arc::new(repository);
    CommandQueue::new(&repository, Arc::new(FixedClock::at(now())), limits)
}

/// Expects that a caller is told to come back, without having waited for a turn.
async fn expect_sent_away(queue: &CommandQueue, name: &str) {
    let began = Instant::now();
    let late = queue.run(release(name)).await;
    assert!(matches!(late, Err(StockError::Overloaded)));
    assert!(began.elapsed() < HELD.end, "it never waited");
}

fn failed() -> StorageError {
    StorageError::Corrupt("a row".to_owned())
}

#[tokio::test]
async fn what_waits_together_is_done_together_and_each_gets_its_own_answer() {
    let mut repository = MockStockRepository::new();
    let sizes = Arc::new(SyncMutex::new(Vec::new()));
    let seen = Arc::clone(&sizes);
    repository
        .expect_apply()
        .times(2)
        .returning(move |commands, at| {
            assert_eq!(at, now());
            seen.lock().unwrap().push(commands.len());
            Ok(answer_all(commands))
        });
    let (queue, combiner) = queue(repository, SMALL);
    let names = ["a", "b", "c", "d"];
    let callers = join_all(names.map(|name| queue.run(release(name))));
    let worker = async {
        assert_eq!(
            (combiner.run_once().await, combiner.run_once().await),
            (3, 1)
        );
        assert_eq!(combiner.run_once().await, 0);
    };
    let (answers, ()) = tokio::join!(callers, worker);
    for (name, answer) in names.into_iter().zip(answers) {
        let Outcome::Reduced(taken) = answer.unwrap() else {
            panic!("{name}")
        };
        assert_eq!(taken.order_id.as_str(), name);
    }
    assert_eq!(*sizes.lock().unwrap(), [3, 1]);
}

#[tokio::test]
async fn a_full_queue_sends_callers_away() {
    let mut repository = MockStockRepository::new();
    repository
        .expect_apply()
        .returning(|commands, _| Ok(answer_all(commands)));
    let (queue, combiner) = queue(repository, SMALL);
    let callers = join_all(["a", "b", "c", "d", "e"].map(|name| queue.run(release(name))));
    let worker = async { while combiner.run_once().await > 0 {} };
    let (answers, ()) = tokio::join!(callers, worker);
    let served: Vec<_> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(served, [true, true, true, true, false]);
    assert!(matches!(answers[4], Err(StockError::Overloaded)));
    assert!(queue.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_stays_long_sends_callers_away_until_it_is_short_again() {
    let mut repository = MockStockRepository::new();
    repository
        .expect_apply()
        .returning(|commands, _| Ok(answer_all(commands)));
    let (queue, combiner) = queue(repository, SMALL);
    let mut waiting: Vec<_> = ["a", "b"]
        .map(|name| Box::pin(queue.run(release(name))))
        .into();
    for caller in &mut waiting {
        assert!(caller.now_or_never().is_none());
    }
    let mut burst = Box::pin(queue.run(release("c")));
    assert!((&mut burst).now_or_never().is_none(), "a burst may wait");
    tokio::time::advance(Duration::from_millis(100)).await;
    expect_sent_away(&queue, "d").await;
    combiner.run_once().await;
    let mut again = Box::pin(queue.run(release("e")));
    assert!((&mut again).now_or_never().is_none());
    combiner.run_once().await;
    assert!(again.await.is_ok() && burst.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_burst_ends_with_so_many_commands_too() {
    let mut repository = MockStockRepository::new();
    repository
        .expect_apply()
        .returning(|commands, _| Ok(answer_all(commands)));
    let (queue, combiner) = queue(repository, SMALL);
    // Who is let in, and how many these are.
    let come = |count: usize| {
        let callers = (0..count).map(|n| Box::pin(queue.run(release(&n.to_string()))));
        let mut callers: Vec<_> = callers.collect();
        for caller in &mut callers {
            assert!(caller.now_or_never().is_none());
        }
        (callers, queue.len())
    };
    for _ in 0..6 {
        let (callers, _) = come(2);
        assert_eq!(
            combiner.run_once().await,
            2,
            "what is no burst counts for none"
        );
        drop(callers);
    }
    for _ in 0..2 {
        let (callers, let_in) = come(3);
        assert_eq!(let_in, 3, "a burst may wait");
        assert_eq!(combiner.run_once().await, 3);
        drop(callers);
    }
    for pause in [Duration::ZERO, CALM / 2, CALM / 2] {
        tokio::time::advance(pause).await;
        let (callers, let_in) = come(3);
        assert_eq!(let_in, 2, "it has had its time");
        assert_eq!(combiner.run_once().await, 2);
        drop(callers);
    }
    // Nobody came and nothing was taken meanwhile.
    tokio::time::advance(CALM).await;
    assert_eq!(come(3).1, 3, "it is over, and another may come");
}

#[tokio::test(start_paused = true)]
async fn what_is_underway_counts_as_much_as_what_waits() {
    let (queue, combiner) = queue(MockStockRepository::new(), SMALL);
    locked(&combiner.crowd).begin(SMALL.standing);
    let mut burst = Box::pin(queue.run(release("a")));
    assert!((&mut burst).now_or_never().is_none(), "a burst may wait");
    tokio::time::advance(SMALL.patience).await;
    expect_sent_away(&queue, "b").await;
}

#[tokio::test(start_paused = true)]
async fn what_a_worker_left_behind_that_broke_off_is_not_underway() {
    let mut repository = MockStockRepository::new();
    repository
        .expect_apply()
        .returning(|commands, _| Ok(answer_all(commands)));
    let (queue, combiner) = queue(repository, SMALL);
    locked(&combiner.crowd).begin(SMALL.standing);
    let mut gone = Box::pin(queue.run(release("gone")));
    assert!((&mut gone).now_or_never().is_none(), "a burst may wait");
    drop(gone);
    tokio::time::advance(SMALL.patience).await;
    let stop = CancellationToken::new();
    let caller = async {
        let answer = queue.run(release("here")).await;
        stop.cancel();
        answer
    };
    let ((), answer) = tokio::join!(combiner.run(stop.clone()), caller);
    assert!(answer.is_ok());
}

#[tokio::test]
async fn a_command_that_cannot_be_done_fails_alone() {
    let mut repository = MockStockRepository::new();
    repository.expect_apply().times(4).returning(|commands, _| {
        if commands.iter().any(|command| id(command).as_str() == "bad") {
            return Err(failed());
        }
        Ok(answer_all(commands))
    });
    let (queue, combiner) = queue(repository, SMALL);
    let callers = join_all(["a", "bad", "c"].map(|name| queue.run(release(name))));
    let (answers, _) = tokio::join!(callers, combiner.run_once());
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert!(matches!(
        answers[1],
        Err(StockError::Storage(StorageError::Corrupt(_)))
    ));
}

#[tokio::test]
async fn a_database_that_is_away_is_asked_once_for_all() {
    let mut repository = MockStockRepository::new();
    repository
        .expect_apply()
        .times(1)
        .returning(|_, _| Err(crate::testing::unavailable()));
    let (queue, combiner) = queue(repository, SMALL);
    let callers = join_all(["a", "b", "c"].map(|name| queue.run(release(name))));
    let (answers, _) = tokio::join!(callers, combiner.run_once());
    for answer in answers {
        assert!(matches!(answer, Err(StockError::Storage(error)) if error.is_unavailable()));
    }
}

#[tokio::test]
async fn who_went_away_before_being_taken_is_left_out() {
    let mut repository = MockStockRepository::new();
    let done = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&done);
    repository
        .expect_apply()
        .times(1)
        .returning(move |commands, _| {
            seen.fetch_add(commands.len(), Ordering::SeqCst);
            Ok(answer_all(commands))
        });
    let (queue, combiner) = queue(repository, SMALL);
    let mut gone = Box::pin(queue.run(release("gone")));
    assert!((&mut gone).now_or_never().is_none());
    drop(gone);
    let (answer, _) = tokio::join!(queue.run(release("here")), combiner.run_once());
    assert!(answer.is_ok());
    assert_eq!(done.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn who_goes_away_while_being_served_does_not_disturb_the_others() {
    let mut repository = MockStockRepository::new();
    let gone = Arc::new(SyncMutex::new(None::<oneshot::Sender<()>>));
    let leave = Arc::clone(&gone);
    repository
        .expect_apply()
        .times(1)
        .returning(move |commands, _| {
            drop(leave.lock().unwrap().take());
            Ok(answer_all(commands))
        });
    let (queue, combiner) = queue(repository, SMALL);
    let (sender, left) = oneshot::channel();
    *gone.lock().unwrap() = Some(sender);
    let leaving = async {
        tokio::select! {
            answer = queue.run(release("gone")) => Some(answer),
            _ = left => None,
        }
    };
    let (_, answer, count) = tokio::join!(leaving, queue.run(release("here")), combiner.run_once());
    assert!(answer.is_ok());
    assert_eq!(count, 2);
}

#[tokio::test]
async fn what_waits_at_the_stop_is_still_done_and_nobody_waits_for_ever() {
    let mut repository = MockStockRepository::new();
    repository
        .expect_apply()
        .returning(|commands, _| Ok(answer_all(commands)));
    let (queue, combiner) = queue(repository, SMALL);
    let stop = CancellationToken::new();
    stop.cancel();
    let (answer, ()) = tokio::join!(queue.run(release("a")), combiner.run(stop));
    assert!(answer.is_ok());
    let mut left = Box::pin(queue.run(release("b")));
    assert!((&mut left).now_or_never().is_none());
    drop(combiner);
    assert!(matches!(left.await, Err(StockError::Abandoned)));
    assert!(matches!(
        queue.run(release("c")).await,
        Err(StockError::Abandoned)
    ));
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_turn_does_not_come_is_given_up_and_never_done() {
    let mut repository = MockStockRepository::new();
    let done = Arc::new(SyncMutex::new(Vec::new()));
    let seen = Arc::clone(&done);
    repository.expect_apply().returning(move |commands, _| {
        seen.lock().unwrap().extend(commands.iter().map(id));
        Ok(answer_all(commands))
    });
    let (queue, combiner) = queue(repository, SMALL);
    let started = Instant::now();
    let late = queue.run(release("late")).await;
    assert!(matches!(late, Err(StockError::Overloaded)));
    assert_eq!(started.elapsed(), SMALL.turn);
    let next = queue.run(release("next"));
    let (next, count) = tokio::join!(next, combiner.run_once());
    assert!(next.is_ok());
    assert_eq!(count, 2, "the one that was given up stood in the queue");
    assert_eq!(*done.lock().unwrap(), [OrderId::parse("next").unwrap()]);
}

#[tokio::test(start_paused = true)]
async fn a_command_that_is_being_done_is_waited_for() {
    let (queue, combiner) = queue(MockStockRepository::new(), SMALL);
    let slot = async {
        // It takes the command, and is slow about the answer.
        let mut receiver = combiner.receiver.lock().await;
        let waiting = receiver.recv().await.unwrap();
        let command = take(&waiting.slot).unwrap();
        let slow = SMALL.turn * 3;
        assert!(timeout(slow, std::future::pending::<()>()).await.is_err());
        assert!(waiting.answer.send(Ok(Ok(answer(&command)))).is_ok());
    };
    let (outcome, ()) = tokio::join!(queue.run(release("slow")), slot);
    assert!(outcome.is_ok());
}
