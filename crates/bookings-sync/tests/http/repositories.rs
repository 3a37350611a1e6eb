use auth::Actor;
use bookings_sync::{
    Booking, BookingDraft, BookingNumber, BookingRepository, Call, Edit, HistoryEntry, Inserted,
    Insertion, Record, Saved, SavedChange, SyncedBy,
};
use clock::Clock;
use serde_json::json;
use test_support::{TestDatabase, on_both};
use validation::{Currency, Id, Money, Text};

use crate::support::{App, account};

on_both!(
    of_two_saves_from_one_version_one_is_done,
    a_taken_number_and_a_taken_id_are_told_apart,
    a_delete_of_an_old_version_deletes_nothing,
    a_sync_that_changes_nothing_still_notices_a_newer_version,
);

async fn find(app: &App, id: &str) -> Booking {
    app.bookings
        .find(&Id::parse(id).unwrap())
        .await
        .unwrap()
        .unwrap()
}

fn record(app: &App, booking: &Booking, call: Call) -> Record {
    Record {
        history: HistoryEntry::done(booking, call, &Actor::system(), Vec::new(), app.clock.now()),
        facts: Vec::new(),
    }
}

fn change(app: &App, before: &Booking, notes: &str) -> SavedChange {
    let edit = Edit {
        notes: Some(Text::parse_optional(notes).unwrap()),
        ..Edit::default()
    };
    let after = before.edit(&edit, app.clock.now()).unwrap();
    SavedChange {
        record: record(app, &after, Call::Update),
        before: before.clone(),
        after,
        sync: None,
    }
}

async fn of_two_saves_from_one_version_one_is_done(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    for round in 0..10 {
        let before = find(&app, "B1").await;
        let (one, two) = (
            change(&app, &before, &format!("one {round}")),
            change(&app, &before, &format!("two {round}")),
        );
        let (first, second) = tokio::join!(app.bookings.save(&one), app.bookings.save(&two));
        let (first, second) = (first.unwrap(), second.unwrap());
        let winner = if first == Saved::Stale { &two } else { &one };
        assert!((first == Saved::Stale) != (second == Saved::Stale));
        assert_eq!(find(&app, "B1").await, winner.after);
    }
    assert_eq!(app.history("B1").await.len(), 11);
    app.assert_in_step().await;
}

async fn a_taken_number_and_a_taken_id_are_told_apart(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    let first = find(&app, "B1").await;
    let insert = async |id: &str, number: &BookingNumber| {
        let draft = BookingDraft {
            id: Some(Id::parse(id).unwrap()),
            customer_id: account("u1"),
            partner_id: None,
            service: Text::parse("Gardening").unwrap(),
            scheduled_at: app.clock.now(),
            address: Text::parse("Here").unwrap(),
            price: Money::new(1.into(), Currency::parse("USD").unwrap()).unwrap(),
            status: None,
            notes: None,
        };
        let booking = Booking::create(draft, number.clone(), app.clock.now());
        let record = record(&app, &booking, Call::Create);
        app.bookings
            .insert(&Insertion { booking, record })
            .await
            .unwrap()
    };
    let other = BookingNumber::draw(6);
    assert_eq!(insert("B1", &other).await, Inserted::IdTaken);
    assert_eq!(insert("B1", &first.number).await, Inserted::IdTaken);
    assert_eq!(
        insert("B2", &first.number).await,
        Inserted::NumberTaken(first.number.clone())
    );
    app.get("admin", "/bookings/B2")
        .await
        .refuses(404, "Booking B2 not found");
    app.assert_in_step().await;
    assert_eq!(insert("B2", &other).await, Inserted::Done);
    assert_eq!(find(&app, "B1").await, first);
    app.assert_in_step().await;
}

async fn a_delete_of_an_old_version_deletes_nothing(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    let old = find(&app, "B1").await;
    app.put("admin", "/bookings/B1", json!({"notes": "newer"}))
        .await
        .is(200);
    let line = record(&app, &old, Call::Delete);
    assert!(!app.bookings.delete(&old, &line).await.unwrap());
    assert_eq!(app.history("B1").await.len(), 2);
    app.assert_in_step().await;
    assert!(
        app.bookings
            .delete(&find(&app, "B1").await, &line)
            .await
            .unwrap()
    );
    app.assert_in_step().await;
}

async fn a_sync_that_changes_nothing_still_notices_a_newer_version(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    let old = find(&app, "B1").await;
    let sync = SavedChange {
        record: record(&app, &old, Call::ManualSync),
        before: old.clone(),
        after: old,
        sync: Some(SyncedBy::ManualSync),
    };
    let nothing_moved = Saved::Done {
        created_mirror: false,
        moved_from: None,
    };
    assert_eq!(app.bookings.save(&sync).await.unwrap(), nothing_moved);
    app.put("admin", "/bookings/B1", json!({"notes": "newer"}))
        .await
        .is(200);
    assert_eq!(app.bookings.save(&sync).await.unwrap(), Saved::Stale);
    assert_eq!(app.booking("B1").await["notes"], "newer");
    app.assert_in_step().await;
}
