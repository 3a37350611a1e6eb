use std::sync::{Arc, Mutex};

use database::StorageError;

use super::*;
use crate::{
    model::Status,
    repository::MockBookingRepository,
    testing::{Doubles, SAVED, account, admin, booking, booking_id},
};

async fn sync(
    doubles: Doubles,
    customer: &str,
    to: AssignedStatus,
) -> Result<SyncDone, BookingError> {
    let (bookings, _) = doubles.services();
    let asked = BookingSync {
        id: booking_id(),
        customer_id: account(customer),
        assigned_status: Some(to),
        kind: SyncedBy::ManualSync,
    };
    bookings.sync(&asked, &admin()).await
}

/// Expects that `sentence` is noted as the refusal of a manual sync.
fn noting(repository: &mut MockBookingRepository, sentence: &'static str) {
    repository.expect_note().times(1).returning(move |line| {
        assert_eq!(line.outcome, Outcome::Refused(sentence.to_owned()));
        assert_eq!((line.call.as_str(), line.changes.len()), ("manual-sync", 0));
        Ok(())
    });
}

#[tokio::test]
async fn a_sync_of_a_stale_booking_is_decided_anew() {
    let mut doubles = Doubles::staffed();
    let versions = Arc::new(Mutex::new(vec![
        Booking {
            version: 2,
            ..booking(Status::PartnerAccepted)
        },
        booking(Status::PartnerAssigned),
    ]));
    doubles
        .bookings
        .expect_find()
        .times(2)
        .returning(move |_| Ok(versions.lock().unwrap().pop()));
    doubles.bookings.expect_save().times(2).returning(|change| {
        assert_eq!(change.sync, Some(SyncedBy::ManualSync));
        Ok(if change.before.version == 1 {
            Saved::Stale
        } else {
            Saved::Done {
                created_mirror: true,
                moved_from: Some("u9".to_owned()),
            }
        })
    });
    let done = sync(doubles, "u1", AssignedStatus::Confirm).await.unwrap();
    assert_eq!(
        (done.booking.status, done.booking.version),
        (Status::PartnerAccepted, 2)
    );
    assert_eq!(
        (done.created_mirror, done.moved_from.as_deref()),
        (true, Some("u9"))
    );
}

#[tokio::test]
async fn a_sync_that_changes_nothing_is_still_written_and_tells_nobody() {
    let mut doubles = Doubles::staffed();
    doubles
        .bookings
        .expect_find()
        .returning(|_| Ok(Some(booking(Status::InProgress))));
    doubles.bookings.expect_save().times(1).returning(|change| {
        assert_eq!(change.before, change.after);
        assert!(change.record.facts.is_empty() && change.record.history.changes.is_empty());
        Ok(SAVED)
    });
    sync(doubles, "u1", AssignedStatus::Confirm).await.unwrap();
}

#[tokio::test]
async fn a_refused_sync_is_noted_in_history() {
    let refusals = [
        ("nobody", "User nobody not found"),
        ("u2", "Booking B1 belongs to another customer than u2"),
    ];
    for (customer, sentence) in refusals {
        let mut doubles = Doubles::staffed();
        doubles
            .bookings
            .expect_find()
            .returning(|_| Ok(Some(booking(Status::Pending))));
        noting(&mut doubles.bookings, sentence);
        let refused = sync(doubles, customer, AssignedStatus::Assigned)
            .await
            .unwrap_err();
        assert_eq!(refused.to_string(), sentence);
    }
}

#[tokio::test]
async fn a_refusal_that_cannot_be_noted_is_no_second_failure() {
    let mut doubles = Doubles::staffed();
    doubles
        .bookings
        .expect_find()
        .returning(|_| Ok(Some(booking(Status::Pending))));
    doubles
        .bookings
        .expect_note()
        .returning(|_| Err(StorageError::Corrupt("history".to_owned())));
    let refused = sync(doubles, "u2", AssignedStatus::Assigned).await;
    assert!(matches!(refused, Err(BookingError::OtherCustomer { .. })));
}

#[tokio::test]
async fn a_sync_of_no_booking_is_refused_and_noted_nowhere() {
    let mut doubles = Doubles::staffed();
    doubles.bookings.expect_find().returning(|_| Ok(None));
    let refused = sync(doubles, "nobody", AssignedStatus::Assigned)
        .await
        .unwrap_err();
    assert_eq!(refused.to_string(), "Main booking B1 not found");
}

#[tokio::test]
async fn a_sync_that_never_gets_through_is_given_up_and_noted() {
    let mut doubles = Doubles::staffed();
    doubles
        .bookings
        .expect_find()
        .returning(|_| Ok(Some(booking(Status::Pending))));
    doubles
        .bookings
        .expect_save()
        .times(100)
        .returning(|_| Ok(Saved::Stale));
    noting(
        &mut doubles.bookings,
        "Booking B1 is being changed by others, try again",
    );
    let refused = sync(doubles, "u1", AssignedStatus::Assigned).await;
    assert!(matches!(refused, Err(BookingError::Contended(_))));
}

#[tokio::test]
async fn an_unknown_customer_is_not_synced() {
    let (bookings, _) = Doubles::staffed().services();
    let refused = bookings
        .sync_customer(&account("nobody"), None, &admin())
        .await;
    assert!(matches!(refused, Err(BookingError::UserNotFound(_))));
}

#[tokio::test]
async fn a_reconciliation_goes_on_from_step_to_step_and_adds_up() {
    let mut doubles = Doubles::default();
    doubles
        .bookings
        .expect_reconcile()
        .times(3)
        .returning(|batch| {
            assert!(batch.dry_run && batch.limit == BATCH);
            let next = match batch.after.as_deref() {
                None => Some("B".to_owned()),
                Some("B") => Some("C".to_owned()),
                _ => None,
            };
            let found = Reconciliation {
                checked: 2,
                missing: 1,
                ..Reconciliation::default()
            };
            Ok((found, next))
        });
    let (bookings, _) = doubles.services();
    let total = bookings.reconcile(true, &admin()).await.unwrap();
    assert_eq!((total.checked, total.missing, total.healed), (6, 3, 0));
}
