use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use mockall::Sequence;
use validation::Text;

use super::*;
use crate::{
    model::{KycStatus, Outcome},
    repository::MockBookingRepository,
    testing::{
        Doubles, SAVED, account, admin, booking, booking_id, draft, partner, partner_account,
    },
};

/// Finds each of `versions` in turn.
fn finding(repository: &mut MockBookingRepository, versions: Vec<Booking>) {
    let mut order = Sequence::new();
    for version in versions {
        repository
            .expect_find()
            .times(1)
            .in_sequence(&mut order)
            .returning(move |_| Ok(Some(version.clone())));
    }
}

fn renaming(service: &str) -> Change {
    Change::Edit(Edit {
        service: Some(Text::parse(service).unwrap()),
        ..Edit::default()
    })
}

#[tokio::test]
async fn a_change_of_a_stale_booking_is_decided_anew_on_what_others_made_of_it() {
    let mut doubles = Doubles::staffed();
    let old = booking(Status::PartnerAccepted);
    let newer = Booking {
        notes: Some(Text::parse("by somebody else").unwrap()),
        version: 2,
        ..old.clone()
    };
    finding(&mut doubles.bookings, vec![old, newer.clone()]);
    let saves = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&saves);
    doubles
        .bookings
        .expect_save()
        .times(2)
        .returning(move |change| {
            let mut seen = seen.lock().unwrap();
            seen.push(change.clone());
            Ok(if seen.len() == 1 { Saved::Stale } else { SAVED })
        });
    let (bookings, _) = doubles.services();
    let change = renaming("Gardening");
    let after = bookings
        .change(&booking_id(), &change, (None, None), &admin())
        .await
        .unwrap();
    assert_eq!(
        (after.version, after.notes.clone()),
        (3, newer.notes.clone())
    );
    let saves = saves.lock().unwrap();
    assert_eq!((&saves[1].before, &saves[1].after), (&newer, &after));
    assert_eq!(
        saves[1].record.history.changes.len(),
        1,
        "only what this change changed"
    );
}

#[tokio::test]
async fn a_change_that_does_not_fit_what_others_made_is_refused() {
    let mut doubles = Doubles::staffed();
    let cancelled = Booking {
        version: 2,
        ..booking(Status::Cancelled)
    };
    finding(
        &mut doubles.bookings,
        vec![booking(Status::PartnerAssigned), cancelled],
    );
    doubles
        .bookings
        .expect_save()
        .times(1)
        .returning(|_| Ok(Saved::Stale));
    let (bookings, _) = doubles.services();
    let change = Change::ByPartner(account("p1"), Status::PartnerAccepted);
    let refused = bookings
        .change(&booking_id(), &change, (None, None), &admin())
        .await;
    assert!(matches!(
        refused,
        Err(BookingError::NotAllowed {
            from: Status::Cancelled,
            to: Status::PartnerAccepted
        })
    ));
}

#[tokio::test]
async fn a_version_that_is_given_and_stale_is_refused_and_not_decided_anew() {
    let mut doubles = Doubles::staffed();
    let newer = Booking {
        version: 2,
        ..booking(Status::Pending)
    };
    finding(&mut doubles.bookings, vec![booking(Status::Pending), newer]);
    doubles
        .bookings
        .expect_save()
        .times(1)
        .returning(|_| Ok(Saved::Stale));
    let (bookings, _) = doubles.services();
    let change = renaming("Gardening");
    let refused = bookings
        .change(&booking_id(), &change, (Some(1), None), &admin())
        .await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(
            refused,
            BookingError::StaleVersion {
                current: 2,
                given: 1,
                ..
            }
        ),
        "{refused}"
    );
}

#[tokio::test]
async fn a_booking_that_others_never_leave_alone_is_given_up() {
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
    doubles
        .bookings
        .expect_delete()
        .times(100)
        .returning(|_, _| Ok(false));
    let (bookings, _) = doubles.services();
    let change = renaming("Gardening");
    let changed = bookings
        .change(&booking_id(), &change, (None, None), &admin())
        .await;
    assert!(matches!(changed, Err(BookingError::Contended(_))));
    let deleted = bookings.delete(&booking_id(), &admin()).await;
    assert!(matches!(deleted, Err(BookingError::Contended(_))));
}

#[tokio::test]
async fn a_change_that_changes_nothing_is_not_saved() {
    let mut doubles = Doubles::staffed();
    finding(&mut doubles.bookings, vec![booking(Status::Pending)]);
    let (bookings, _) = doubles.services();
    let change = renaming("House Cleaning");
    let after = bookings
        .change(&booking_id(), &change, (Some(1), None), &admin())
        .await
        .unwrap();
    assert_eq!(after, booking(Status::Pending));
}

#[tokio::test]
async fn a_taken_number_is_drawn_again_and_gets_longer() {
    let mut doubles = Doubles::staffed();
    let numbers = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&numbers);
    doubles
        .bookings
        .expect_insert()
        .times(8)
        .returning(move |insertion| {
            let mut seen = seen.lock().unwrap();
            let number = insertion.booking.number.clone();
            seen.push(number.clone());
            Ok(if seen.len() == 8 {
                Inserted::Done
            } else {
                Inserted::NumberTaken(number)
            })
        });
    let (bookings, _) = doubles.services();
    let made = bookings.create(draft(), &admin()).await.unwrap();
    let numbers = numbers.lock().unwrap();
    assert_eq!(made.number, numbers[7]);
    let lengths: Vec<_> = numbers.iter().map(|number| number.as_str().len()).collect();
    assert_eq!(lengths, [8, 8, 8, 8, 8, 8, 11, 11]);
}

#[tokio::test]
async fn a_taken_id_is_refused_at_once() {
    let mut doubles = Doubles::staffed();
    doubles
        .bookings
        .expect_insert()
        .times(1)
        .returning(|_| Ok(Inserted::IdTaken));
    let (bookings, _) = doubles.services();
    let refused = bookings.create(draft(), &admin()).await;
    assert!(matches!(refused, Err(BookingError::IdTaken(id)) if id == booking_id()));
}

#[tokio::test]
async fn only_a_partner_who_is_known_and_approved_is_assigned() {
    for status in [
        KycStatus::NotSubmitted,
        KycStatus::Pending,
        KycStatus::Rejected,
    ] {
        let mut doubles = Doubles::default();
        doubles
            .directory
            .expect_is_customer()
            .returning(|_| Ok(true));
        doubles
            .directory
            .expect_find_partner()
            .returning(|_| Ok(None));
        doubles
            .bookings
            .expect_find()
            .returning(|_| Ok(Some(booking(Status::Pending))));
        doubles
            .partners
            .expect_find()
            .returning(move |id| Ok((id.as_str() == "p1").then(|| partner("p1", status))));
        let (bookings, _) = doubles.services();
        let assign = async |id: &str| {
            let change = Change::Assign(account(id));
            bookings
                .change(&booking_id(), &change, (None, None), &admin())
                .await
                .unwrap_err()
        };
        assert!(
            matches!(assign("p1").await, BookingError::PartnerNotApproved(_)),
            "{status}"
        );
        assert!(matches!(
            assign("p9").await,
            BookingError::PartnerNotFound(_)
        ));
        let of_partner = BookingDraft {
            partner_id: Some(account("p1")),
            ..draft()
        };
        let refused = bookings.create(of_partner, &admin()).await;
        assert!(matches!(refused, Err(BookingError::PartnerNotApproved(_))));
    }
}

#[tokio::test]
async fn a_partner_without_a_profile_gets_one_on_the_way() {
    let mut doubles = Doubles::default();
    doubles
        .bookings
        .expect_find()
        .returning(|_| Ok(Some(booking(Status::Pending))));
    doubles
        .partners
        .expect_find()
        .times(1)
        .returning(|_| Ok(None));
    doubles
        .directory
        .expect_find_partner()
        .times(1)
        .returning(|_| Ok(Some(partner_account("p1"))));
    let facts = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&facts);
    doubles
        .partners
        .expect_insert()
        .times(1)
        .returning(move |_, facts| {
            assert_eq!(facts[0].event, "partner:registered");
            seen.fetch_add(1, Ordering::Relaxed);
            Ok(true)
        });
    let (bookings, _) = doubles.services();
    let change = Change::Assign(account("p1"));
    let refused = bookings
        .change(&booking_id(), &change, (None, None), &admin())
        .await;
    assert!(matches!(refused, Err(BookingError::PartnerNotApproved(_))));
    assert_eq!(facts.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_new_customer_must_exist() {
    let mut doubles = Doubles::staffed();
    doubles
        .bookings
        .expect_find()
        .returning(|_| Ok(Some(booking(Status::Pending))));
    let (bookings, _) = doubles.services();
    let change = Change::Edit(Edit {
        customer_id: Some(account("nobody")),
        ..Edit::default()
    });
    let refused = bookings
        .change(&booking_id(), &change, (None, None), &admin())
        .await;
    assert!(matches!(refused, Err(BookingError::UserNotFound(id)) if id == account("nobody")));
}

#[tokio::test]
async fn a_change_is_recorded_with_who_and_by_which_call() {
    let calls = [
        (Change::Assign(account("p2")), Call::Assign),
        (renaming("Gardening"), Call::Update),
        (
            Change::ByPartner(account("p1"), Status::PartnerAccepted),
            Call::Update,
        ),
        (
            Change::ByCustomer(account("u1"), Status::Cancelled),
            Call::Update,
        ),
    ];
    for (change, call) in calls {
        let mut doubles = Doubles::staffed();
        doubles
            .bookings
            .expect_find()
            .returning(|_| Ok(Some(booking(Status::PartnerAssigned))));
        doubles
            .bookings
            .expect_save()
            .times(1)
            .returning(move |change| {
                let line = &change.record.history;
                assert_eq!(
                    (line.call.as_str(), &line.outcome),
                    (call.as_str(), &Outcome::Done)
                );
                assert_eq!(line.actor, ("admin".to_owned(), "admin".to_owned()));
                assert_eq!((change.sync, change.record.facts.is_empty()), (None, false));
                Ok(SAVED)
            });
        let (bookings, _) = doubles.services();
        bookings
            .change(&booking_id(), &change, (None, None), &admin())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn nobody_sees_through_a_filter_what_is_somebody_elses() {
    let mut doubles = Doubles::default();
    doubles
        .bookings
        .expect_list()
        .times(2)
        .returning(|filter, _| {
            let own = [&filter.customer_id, &filter.partner_id];
            assert_eq!(own.into_iter().flatten().count(), 1);
            Ok((Vec::new(), 7))
        });
    let (bookings, _) = doubles.services();
    for viewer in [
        Viewer::Customer(account("me")),
        Viewer::Partner(account("me")),
    ] {
        let all = bookings
            .list(&viewer, BookingFilter::default(), Page::default())
            .await;
        assert_eq!(all.unwrap().1, 7);
        let foreign = BookingFilter {
            customer_id: Some(account("u1")),
            partner_id: Some(account("p1")),
            ..BookingFilter::default()
        };
        assert_eq!(
            bookings
                .list(&viewer, foreign, Page::default())
                .await
                .unwrap()
                .1,
            0
        );
    }
}
