use auth::Actor;
use bookings_sync::{BookingRepository, ReconcileBatch, Reconciliation};
use clock::Clock;
use serde_json::{Value, json};
use test_support::{TestDatabase, on_both};

use crate::support::{App, merged};

on_both!(
    a_dry_run_only_counts,
    a_reconciliation_heals_notes_and_tells_nobody,
    small_steps_find_and_heal_the_same_as_one,
    a_mirror_without_a_name_is_healed_too,
    the_history_of_a_booking_that_only_a_mirror_told_of_can_be_read,
);

const DAMAGE: &str = "DELETE FROM booking_mirrors WHERE booking_id IN ('B00', 'B07');
    UPDATE booking_mirrors SET status = NULL WHERE booking_id IN ('B01', 'B02', 'B09');
    UPDATE booking_mirrors SET user_id = 'u2' WHERE booking_id = 'B05';
    INSERT INTO booking_mirrors (user_id, booking_id) VALUES ('u2', 'B04'), ('u3', 'B04'), ('u3', 'B99'), \
    ('u3', 'A'), ('u3', 'B041'), ('u3', 'B042'), ('u3', 'B043'), ('u3', 'B044')";

async fn damaged(database: TestDatabase) -> App {
    let app = App::on(database);
    for n in 0..10 {
        app.book(&format!("B{n:02}"), json!({})).await;
    }
    app.tamper(DAMAGE).await;
    app
}

fn found() -> Value {
    json!({"success": true, "checked": 10, "missing": 2, "stale": 3, "wrongUser": 3, "orphan": 6})
}

async fn a_dry_run_only_counts(database: TestDatabase) {
    let app = damaged(database).await;
    let before = app
        .rows(
            "user_id, booking_id, status",
            "booking_mirrors ORDER BY 1, 2",
        )
        .await;
    let expected = merged(found(), json!({"dryRun": true, "healed": 0}));
    for _ in 0..2 {
        let body = json!({"dryRun": true});
        let answer = app.post("admin", "/bookings/reconcile", body).await.is(200);
        assert_eq!(answer, expected);
    }
    let after = app
        .rows(
            "user_id, booking_id, status",
            "booking_mirrors ORDER BY 1, 2",
        )
        .await;
    assert_eq!(before, after);
    assert_eq!(app.history("B01").await.len(), 1);
    app.post("admin", "/bookings/reconcile", json!({"dryRun": "no"}))
        .await
        .refuses_field("dryRun");
}

async fn a_reconciliation_heals_notes_and_tells_nobody(database: TestDatabase) {
    let app = damaged(database).await;
    app.forget_news().await;
    let before = app.booking("B01").await;
    let answer = app
        .call("admin", "POST", "/bookings/reconcile", None)
        .await
        .is(200);
    assert_eq!(
        answer,
        merged(found(), json!({"dryRun": false, "healed": 14}))
    );
    app.assert_in_step().await;
    assert_eq!(
        app.mirror("u1", "B01").await.is(200)["syncedBy"],
        "reconcile"
    );
    assert_eq!(
        app.mirror("u1", "B03").await.is(200)["syncedBy"],
        "booking-update"
    );
    let line = &app.history("B05").await[0];
    assert_eq!(
        (&line["call"], &line["actor"]["id"]),
        (&json!("reconcile"), &json!("admin"))
    );
    let changes = json!([{"field": "mirror", "from": "wrong_user", "to": "in_sync"}]);
    assert_eq!(line["changes"], changes);
    assert_eq!(app.history("B04").await.len(), 3);
    assert_eq!(
        (app.booking("B01").await, app.news().await.len()),
        (before, 0)
    );

    let again = app.post(
        "service:bookings:write",
        "/bookings/reconcile",
        json!({"dryRun": null}),
    );
    let nothing = json!({"missing": 0, "stale": 0, "wrongUser": 0, "orphan": 0, "dryRun": false, "healed": 0});
    assert_eq!(again.await.is(200), merged(found(), nothing));
}

/// Reconciles in steps of `limit`; what was found in all, and how many steps that took.
async fn in_steps(app: &App, limit: u32, dry_run: bool) -> (Reconciliation, u32) {
    let (mut total, mut steps, mut after) = (Reconciliation::default(), 0, None);
    loop {
        let batch = ReconcileBatch {
            after,
            limit,
            dry_run,
            actor: Actor::system(),
            at: app.clock.now(),
        };
        let (found, next) = app.bookings.reconcile(&batch).await.unwrap();
        (total, steps) = (total.and(found), steps + 1);
        assert!(found.checked <= u64::from(limit) && steps < 100);
        let Some(next) = next else {
            return (total, steps);
        };
        after = Some(next);
    }
}

async fn small_steps_find_and_heal_the_same_as_one(database: TestDatabase) {
    let app = damaged(database).await;
    let (all, steps) = in_steps(&app, 1_000, true).await;
    assert_eq!((all.checked, all.healed, steps), (10, 0, 1));
    for limit in [1, 3, 4, 16] {
        let (found, steps) = in_steps(&app, limit, true).await;
        assert_eq!(found, all, "in steps of {limit}");
        assert!(
            steps >= 16 / limit,
            "mirrors without a booking count as steps too"
        );
    }
    let (found, _) = in_steps(&app, 3, false).await;
    assert_eq!(found, Reconciliation { healed: 14, ..all });
    app.assert_in_step().await;
}

async fn a_mirror_without_a_name_is_healed_too(database: TestDatabase) {
    let app = App::on(database);
    app.book("B1", json!({})).await;
    app.tamper(
        "INSERT INTO booking_mirrors (user_id, booking_id) VALUES ('', ''), ('u1', '🧹 \"x\" \\')",
    )
    .await;
    let (found, _) = in_steps(&app, 1, false).await;
    assert_eq!((found.orphan, found.healed), (2, 2));
    app.assert_in_step().await;
}

async fn the_history_of_a_booking_that_only_a_mirror_told_of_can_be_read(database: TestDatabase) {
    let app = App::on(database);
    app.tamper("INSERT INTO booking_mirrors (user_id, booking_id, customer_id) VALUES ('u 1', 'GHOST', '')").await;
    app.post("admin", "/bookings/reconcile", json!({}))
        .await
        .is(200);
    assert_eq!(
        app.history("GHOST").await[0]["changes"][0]["from"],
        "orphan"
    );
    app.assert_in_step().await;
}
