use super::*;

/// Those who came in a round that begins `since` the last one and expects `company`, where `here` of them are there and as
/// many come after `late`; and how long the round took.
async fn gathered(
    company: usize,
    here: usize,
    (since, late): (Duration, Duration),
) -> (usize, Duration) {
    let (sender, mut receiver) = mpsc::channel(32);
    let waiting = || Waiting {
        slot: Slot::default(),
        answer: oneshot::channel().0,
    };
    let mut taken: Vec<_> = std::iter::repeat_with(waiting).take(here).collect();
    let round = Round {
        company,
        patience: PATIENCE,
        since: Instant::now(),
    };
    let pause = |time| timeout(time, std::future::pending::<()>());
    let _ = pause(since).await;
    let began = Instant::now();
    let others = async {
        let _ = pause(late).await;
        for _ in 0..here {
            sender.try_send(waiting()).unwrap();
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = round.gather(&mut receiver, &mut taken) => {}
        () = others => {}
    }
    (taken.len(), began.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_crowd_is_waited_for_a_moment_and_nobody_else() {
    let (at_once, moment) = (Duration::ZERO, Duration::from_millis(1));
    let soon = (at_once, moment);
    assert_eq!(gathered(20, 10, soon).await, (20, moment));
    assert_eq!(gathered(CROWD + 1, 2, soon).await, (4, moment));
    assert_eq!(gathered(CROWD - 1, 1, soon).await, (1, at_once));
    let (came, waited) = gathered(20, 10, (at_once, Duration::from_secs(1))).await;
    assert_eq!(came, 10);
    assert!(waited <= PATIENCE + moment, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn who_comes_long_after_a_crowd_waits_for_nobody() {
    let moment = Duration::from_millis(1);
    let (long, at_once) = (PATIENCE + moment * 2, Duration::ZERO);
    assert_eq!(gathered(20, 1, (long, moment)).await, (1, at_once));
}
