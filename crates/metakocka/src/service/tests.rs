//! What the service asks of its ports, and in which order.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use auth::OrganizationId;
use clock::FixedClock;
use secrecy::SecretBox;

use super::{access::Company, calls::Kind, *};
use crate::{
    erp::{ErpAccess, MockErp},
    error::SyncError,
    model::{Mode, TaxCodes},
    ports::{MockMembers, MockProgress, MockTestCompany},
    repository::{
        Lease, MockDocumentRepository, MockRunRepository, MockSettings, MockSyncBooks, QueueState,
        Run, RunKind, RunStatus, Scope,
    },
};

/// What happened, in its order.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<&'static str>>>);

impl Diary {
    fn note(&self, what: &'static str) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(what);
    }

    fn read(&self) -> Vec<&'static str> {
        let notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.clone()
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn service(settings: MockSettings, runs: MockRunRepository) -> Metakocka {
    let base_url = RemoteUrl::parse("https://metakocka.test", Reach::Everywhere).unwrap();
    Metakocka::new(MetakockaParts {
        documents: Arc::new(MockDocumentRepository::new()),
        books: Arc::new(MockSyncBooks::new()),
        settings: Arc::new(settings),
        runs: Arc::new(runs),
        erp: Arc::new(MockErp::new()),
        members: Arc::new(MockMembers::new()),
        test_company: Arc::new(MockTestCompany::new()),
        progress: Arc::new(MockProgress::new()),
        vault: Vault::new(&SecretBox::new(Box::new([7; 32]))),
        clock: Arc::new(FixedClock::at(now())),
        policy: Policy {
            base_url,
            reach: Reach::Everywhere,
            timeout: TimeDelta::seconds(120),
            retry: RetryPolicy {
                base: TimeDelta::seconds(5),
                max_attempts: 8,
            },
            test_mode: false,
        },
    })
}

fn company() -> Company {
    Company {
        scope: Scope {
            organization: OrganizationId::parse("O1").unwrap(),
            mode: Mode::Live,
        },
        access: ErpAccess {
            base_url: RemoteUrl::parse("https://metakocka.test", Reach::Everywhere).unwrap(),
            company_id: "16".to_owned(),
            secret_key: "secret".into(),
        },
        tax_codes: TaxCodes::default(),
    }
}

/// Somebody else has the place at first.
fn crowded(diary: &Diary) -> MockSettings {
    let mut settings = MockSettings::new();
    let (waited, mut looks) = (diary.clone(), 0);
    settings
        .expect_take_place()
        .returning(move |_, places, _, _| {
            looks += 1;
            waited.note(if looks < 3 { "waits" } else { "its turn" });
            Ok((looks >= 3).then_some(places[0]))
        });
    settings
        .expect_queue()
        .returning(|_| Ok(QueueState::default()));
    settings.expect_leave_place().returning(|_, _, _| Ok(()));
    settings
}

#[tokio::test]
async fn what_stands_in_front_of_a_call_is_done_when_its_turn_has_come() {
    let diary = Diary::default();
    let service = service(crowded(&diary), MockRunRepository::new());
    let (before, called) = (diary.clone(), diary.clone());
    let noted = async move {
        before.note("noted");
        Ok(())
    };
    let company = company();
    let answer =
        service
            .0
            .calls
            .make_after(noted, &company, (Kind::Call, "create"), |_| async move {
                called.note("called");
                Ok(())
            });
    answer.await.unwrap();
    assert_eq!(
        diary.read(),
        ["waits", "waits", "its turn", "noted", "called"]
    );
}

#[tokio::test]
async fn without_what_stands_in_front_of_it_nothing_is_called() {
    let diary = Diary::default();
    let service = service(crowded(&diary), MockRunRepository::new());
    let called = diary.clone();
    let lost = std::future::ready(Err(SyncError::Busy));
    let company = company();
    let answer =
        service
            .0
            .calls
            .make_after(lost, &company, (Kind::Call, "create"), |_| async move {
                called.note("called");
                Ok(())
            });
    assert!(matches!(answer.await, Err(SyncError::Busy)));
    assert_eq!(diary.read(), ["waits", "waits", "its turn"]);
}

#[tokio::test(start_paused = true)]
async fn a_run_is_held_for_as_long_as_somebody_works_on_it() {
    let mut runs = MockRunRepository::new();
    // A beat that does not get through is no reason to stop.
    let outage = || database::StorageError::Corrupt("away".to_owned());
    let mut beats = 0;
    runs.expect_renew().times(20).returning(move |run, lease| {
        assert_eq!((run, lease.holder.as_str()), ("R1", "node"));
        assert_eq!(lease.until, now() + TimeDelta::seconds(15));
        beats += 1;
        if beats == 2 { Err(outage()) } else { Ok(true) }
    });
    let service = service(MockSettings::new(), runs);
    let run = Run {
        id: "R1".to_owned(),
        scope: company().scope,
        kind: RunKind::Push,
        status: RunStatus::Running,
        error: None,
        created_at: now(),
        finished_at: None,
    };
    let lease = Lease {
        holder: "node".to_owned(),
        until: now(),
    };
    let minute = Duration::from_secs(61);
    let held = tokio::time::timeout(minute, service.hold_run(&run, lease));
    held.await.unwrap_err();
}
