//! Whatever is done in whatever order: mirrors are in step, and history and events are those of a simple model.

mod model;
mod operation;

use proptest::{collection::vec, prelude::*, test_runner::Config};
use serde_json::json;
use test_support::TestDatabase;

use self::{
    model::{Model, State},
    operation::{Operation, operation},
};
use crate::support::App;

/// What other programs do to the mirrors of one booking, `{id}`.
const DAMAGE: [&str; 5] = [
    "DELETE FROM booking_mirrors WHERE booking_id = '{id}'",
    "UPDATE OR REPLACE booking_mirrors SET user_id = 'u9' WHERE booking_id = '{id}'",
    "UPDATE booking_mirrors SET status = NULL, amount_minor = -1 WHERE booking_id = '{id}'",
    "INSERT OR REPLACE INTO booking_mirrors (user_id, booking_id) VALUES ('u8', '{id}')",
    "INSERT OR REPLACE INTO booking_mirrors (user_id, booking_id) VALUES ('u8', 'no-{id}')",
];

proptest! {
    #![proptest_config(Config { cases: 48, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_order_of_calls_puts_a_mirror_out_of_step(operations in vec(operation(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(&operations));
    }
}

async fn run(operations: &[Operation]) {
    let app = App::staffed(TestDatabase::sqlite().await).await;
    app.forget_news().await;
    let mut model = Model::default();
    for operation in operations {
        perform(&app, &mut model, operation).await;
        agree(&app, &model, operation).await;
    }
    reconcile(&app, &mut model).await;
    agree(&app, &model, &Operation::Reconcile).await;
}

/// The rows say what the model says.
async fn agree(app: &App, model: &Model, last: &Operation) {
    let columns = "id, customer_id, partner_id, status, version";
    let rows = app.rows(columns, "bookings ORDER BY id").await;
    let expected: Vec<_> = model
        .bookings
        .iter()
        .map(|(id, state)| state.row(id))
        .collect();
    assert_eq!(rows, expected, "after {last:?}");
    for (table, count) in [("booking_history", model.history), ("outbox", model.events)] {
        let rows = app.rows("id", table).await;
        assert_eq!(rows.len(), count, "{table} after {last:?}");
    }
    if !model.is_damaged {
        app.assert_in_step().await;
    }
}

async fn perform(app: &App, model: &mut Model, operation: &Operation) {
    match operation {
        Operation::Create(customer, partner) => create(app, model, customer, *partner).await,
        Operation::Reconcile => reconcile(app, model).await,
        Operation::SyncCustomer(customer, target) => {
            let body = json!({"customerId": customer, "assignedStatus": target});
            app.post("admin", "/bookings/sync-customer", body)
                .await
                .is(200);
            model.sync_customer(customer, *target);
        }
        Operation::Of(which, step) => {
            let Some((id, before)) = model.pick(*which) else {
                return;
            };
            if let operation::Step::Tamper(n) = step {
                app.tamper(&DAMAGE[*n].replace("{id}", &id)).await;
                model.is_damaged = true;
                return;
            }
            let (token, method, path, body) = step.request(&id, &before);
            let reply = app.call(&token, method, &path, body).await;
            match model.step(&id, &before, step) {
                Some(()) => drop(reply.is(200)),
                None => assert!(
                    matches!(reply.status.as_u16(), 404 | 409),
                    "{step:?}: {}",
                    reply.text
                ),
            }
        }
    }
}

async fn create(app: &App, model: &mut Model, customer: &str, partner: Option<&'static str>) {
    let id = format!("B{:03}", model.made);
    app.book(&id, json!({"customerId": customer, "partnerId": partner}))
        .await;
    model.create(id, State::new(customer, partner));
}

async fn reconcile(app: &App, model: &mut Model) {
    let answer = app
        .post("admin", "/bookings/reconcile", json!({}))
        .await
        .is(200);
    assert_eq!(answer["checked"], model.bookings.len());
    model.history += usize::try_from(answer["healed"].as_u64().unwrap()).unwrap();
    model.is_damaged = false;
}
