use metakocka::{Erp as _, ErpError, Saved};
use outbound::Reach;
use simulators::{
    Damage,
    metakocka::{Call, Fault, Trouble, When},
};

use super::{COMPANY, KEY, PATIENCE, Remote, access, order};

async fn create(remote: &Remote) -> Result<Saved, ErpError> {
    remote.erp.create(&remote.access, &order("LS-1")).await
}

/// Creates a document while something goes wrong; gives the error and how many documents there are in the end.
async fn create_with(fault: Fault) -> (ErpError, usize) {
    let remote = Remote::new().await;
    remote.server.fail(fault);
    let error = create(&remote).await.unwrap_err();
    remote.server.settle().await;
    (error, remote.count())
}

fn damaged(damage: Damage) -> Fault {
    Fault::new(Call::PutDocument, When::After, Trouble::Damage(damage))
}

#[tokio::test]
async fn a_lost_answer_leaves_open_what_was_done() {
    for fault in [
        Fault::lost(Call::PutDocument),
        Fault::bad_gateway(Call::PutDocument),
        Fault::internal_error(Call::PutDocument),
        damaged(Damage::Html),
        damaged(Damage::Empty),
        damaged(Damage::Half),
        damaged(Damage::Cut),
        damaged(Damage::Page(404)),
        damaged(Damage::Page(503)),
        damaged(Damage::Status(500)),
        damaged(Damage::Redirect("http://127.0.0.1:9".to_owned())),
    ] {
        let (error, documents) = create_with(fault.clone()).await;
        assert!(
            matches!(error, ErpError::Unclear { .. }),
            "{fault:?}: {error:?}"
        );
        assert!(!error.is_nothing_saved());
        assert_eq!(documents, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_late_leaves_open_what_was_done_or_will_be() {
    for fault in [
        Fault::late(Call::PutDocument, 60_000),
        Fault::slow(Call::PutDocument, 900),
        damaged(Damage::Hang),
        damaged(Damage::Stall),
    ] {
        let (error, documents) = create_with(fault.clone()).await;
        assert_eq!(error, ErpError::TimedOut, "{fault:?}");
        assert!(!error.is_nothing_saved());
        assert_eq!(documents, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn what_was_never_sent_was_not_done() {
    let remote = Remote::new().await;
    remote.server.refuse().await;
    let error = create(&remote).await.unwrap_err();
    let reason = "connection refused".to_owned();
    assert_eq!(error, ErpError::Unreachable { reason });
    assert!(error.is_nothing_saved());
    remote.server.listen().await;
    create(&remote).await.unwrap();
}

#[tokio::test]
async fn an_address_that_may_not_be_called_is_not_reached() {
    let remote = Remote::new().await;
    let client = outbound::client(Reach::PublicOnly, PATIENCE).unwrap();
    let erp = metakocka::HttpMetakocka::new(client);
    let url = remote.server.url().replace("127.0.0.1", "localhost");
    let error = erp.create(&access(&url, KEY), &order("LS-1")).await;
    let reason = "its address may not be called".to_owned();
    assert_eq!(error, Err(ErpError::Unreachable { reason }));
}

#[tokio::test]
async fn codes_are_told_apart_by_what_follows_from_them() {
    let refuse = async |code: u32| {
        let fault = Fault::refused(Call::PutDocument, code, "words");
        create_with(fault).await.0
    };
    for code in [2, 6, 8, 4001, 4002] {
        assert!(
            matches!(refuse(code).await, ErpError::Refused { .. }),
            "{code}"
        );
    }
    for code in [3, 4] {
        assert!(
            matches!(refuse(code).await, ErpError::Credentials { .. }),
            "{code}"
        );
    }
    let words = "words".to_owned();
    assert_eq!(refuse(5).await, ErpError::Quota { words });
    for code in [1, 7, 99, 4003, 4004] {
        let error = refuse(code).await;
        assert!(matches!(error, ErpError::Unclear { .. }), "{code}");
        assert_eq!(error.code(), Some(&*code.to_string()));
    }
}

#[tokio::test]
async fn the_body_decides_before_the_status() {
    let page = damaged(Damage::Page(429));
    let (error, _) = create_with(page).await;
    assert!(matches!(error, ErpError::Quota { .. }), "{error:?}");
}

#[tokio::test]
async fn a_quota_is_told_as_one() {
    let remote = Remote::with(|settings| settings.quota_per_minute = Some(1)).await;
    create(&remote).await.unwrap();
    let words = "Quote exceeds".to_owned();
    assert_eq!(create(&remote).await, Err(ErpError::Quota { words }));
}

#[tokio::test]
async fn a_wrong_key_is_told_and_kept_out_of_every_word() {
    let remote = Remote::new().await;
    let wrong = "wr0ng-but-secret";
    let access = access(&remote.server.url(), wrong);
    let error = remote.erp.check_access(&access).await.unwrap_err();
    assert!(matches!(error, ErpError::Credentials { .. }), "{error:?}");
    // A server may repeat what it was sent.
    for code in [2, 3, 5, 1] {
        remote.server.heal();
        let words = format!("no company has the key {wrong}");
        remote
            .server
            .fail(Fault::refused(Call::WarehouseList, code, &words));
        let error = remote.erp.check_access(&access).await.unwrap_err();
        let told = format!("{error} {error:?} {access:?}");
        assert!(told.contains("no company has the key …"), "{told}");
        assert!(!told.contains(wrong), "{told}");
    }
    remote.server.heal();
    remote
        .server
        .set_up(COMPANY, |company| company.settings.blocks_address = true);
    let blocked = remote.erp.check_access(&remote.access).await;
    assert_eq!(blocked.unwrap_err().code(), Some("4"));
}

#[tokio::test]
async fn rubbish_is_not_read_to_its_end() {
    let remote = Remote::new().await;
    remote.server.fail(damaged(Damage::Rubbish(200_000_000)));
    let begin = std::time::Instant::now();
    let error = create(&remote).await.unwrap_err();
    let reason = "its answer is too large".to_owned();
    // On a slow machine the time is over first; what counts is that it ends.
    let is_ended = error == ErpError::TimedOut || error == ErpError::Unclear { code: None, reason };
    assert!(is_ended, "{error:?}");
    assert!(begin.elapsed() < 3 * PATIENCE);
}

#[tokio::test]
async fn a_redirect_carries_the_key_nowhere() {
    let (here, there) = (Remote::new().await, Remote::new().await);
    here.server
        .fail(damaged(Damage::Redirect(there.server.url())));
    let error = create(&here).await.unwrap_err();
    let words = error.to_string();
    assert!(words.ends_with("redirects are not followed"), "{words}");
    assert_eq!(there.server.calls().total(), 0);
}

#[tokio::test]
async fn a_look_up_while_it_is_down_is_inconclusive() {
    let remote = Remote::new().await;
    create(&remote).await.unwrap();
    remote.server.fail(Fault::down());
    let found = remote.erp.find_order(&remote.access, "LS-1").await;
    assert!(matches!(found, Err(ErpError::Unclear { .. })), "{found:?}");
}
