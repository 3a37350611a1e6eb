//! Whatever is done in whatever order: answers and levels are those of a simple model, and the ledger is sound.

mod model;

use proptest::{collection::vec, prelude::*, test_runner::Config};
use serde_json::{Value, json};
use test_support::TestDatabase;

use self::model::{Model, VARIANTS};
use crate::support::{App, item};

/// Lines: places in [`VARIANTS`], with how many.
type Lines = Vec<(usize, i64)>;

/// What somebody does. Ids are few, so that they are used again.
#[derive(Clone, Debug)]
enum Operation {
    Reduce(u8, Lines, Option<u8>),
    Reserve(u8, Lines, i64),
    ReleaseOrder(u8),
    ReleaseHold(u8),
    Adjust(usize, i64),
    Set(usize, i64),
    /// An edit that sets one variant of a product and leaves the others.
    Edit(usize, i64),
    /// An edit that removes a variant, or brings it back.
    Toggle(usize),
    Import(usize, i64),
    Wait(i64),
}

fn lines() -> impl Strategy<Value = Lines> {
    vec((0..VARIANTS.len(), 1_i64..6), 1..4)
}

fn operation() -> impl Strategy<Value = Operation> {
    let place = || 0..VARIANTS.len();
    prop_oneof![
        6 => (0_u8..8, lines(), proptest::option::weighted(0.3, 0_u8..5))
            .prop_map(|(id, lines, hold)| Operation::Reduce(id, lines, hold)),
        4 => (0_u8..5, lines(), 1_i64..90).prop_map(|(id, lines, ttl)| Operation::Reserve(id, lines, ttl)),
        2 => (0_u8..8).prop_map(Operation::ReleaseOrder),
        2 => (0_u8..5).prop_map(Operation::ReleaseHold),
        2 => (place(), -8_i64..12).prop_map(|(place, by)| Operation::Adjust(place, by)),
        1 => (place(), 0_i64..20).prop_map(|(place, to)| Operation::Set(place, to)),
        1 => (place(), 0_i64..20).prop_map(|(place, to)| Operation::Edit(place, to)),
        1 => place().prop_map(Operation::Toggle),
        1 => (place(), 0_i64..20).prop_map(|(place, to)| Operation::Import(place, to)),
        2 => (1_i64..60).prop_map(Operation::Wait),
    ]
}

fn check(database: impl Future<Output = TestDatabase>, operations: &[Operation]) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { run(database.await, operations).await });
}

proptest! {
    #![proptest_config(Config { cases: 40, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_order_of_calls_breaks_the_ledger_on_sqlite(operations in vec(operation(), 1..40)) {
        check(TestDatabase::sqlite(), &operations);
    }
}

proptest! {
    #![proptest_config(Config { cases: 20, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_order_of_calls_breaks_the_ledger_on_postgres(operations in vec(operation(), 1..40)) {
        check(TestDatabase::postgres(), &operations);
    }
}

async fn run(database: TestDatabase, operations: &[Operation]) {
    let app = App::on(database).await;
    for product in ["P1", "P2"] {
        let own = VARIANTS.iter().filter(|(owner, ..)| *owner == product);
        let own: Vec<_> = own.map(|(_, size, color)| (*size, *color, 8)).collect();
        app.make(product, &own).await;
    }
    let mut model = Model::new(8);
    for operation in operations {
        let expected = expect(&mut model, operation);
        let found = perform(&app, &model, operation).await;
        assert_eq!(found, expected, "{operation:?}");
        agree(&app, &model, operation).await;
        model.settle();
    }
    app.assert_sound().await;
}

/// What the model says will be answered: the status, and whether it is a replay.
fn expect(model: &mut Model, operation: &Operation) -> (u16, bool) {
    match operation {
        Operation::Reduce(id, lines, hold) => model.reduce(*id, lines, *hold),
        Operation::Reserve(id, lines, ttl) => model.reserve(*id, lines, *ttl),
        Operation::ReleaseOrder(id) => model.release_order(*id),
        Operation::ReleaseHold(id) => model.release_hold(*id),
        Operation::Adjust(place, by) => match model.levels[*place] {
            Some((stock, _)) => model.count(*place, stock + by),
            None => (404, false),
        },
        Operation::Set(place, to) => match model.levels[*place] {
            Some(_) => model.count(*place, *to),
            None => (404, false),
        },
        Operation::Edit(place, to) | Operation::Import(place, to) => {
            let answer = model.put(*place, *to);
            match operation {
                Operation::Import(..) if answer.0 == 409 => (400, false),
                _ => answer,
            }
        }
        Operation::Toggle(place) => model.toggle(*place),
        Operation::Wait(seconds) => {
            model.wait(*seconds);
            (200, false)
        }
    }
}

async fn perform(app: &App, model: &Model, operation: &Operation) -> (u16, bool) {
    let items = |lines: &Lines| {
        let line = |(place, units): &(usize, i64)| {
            let (product, size, color) = VARIANTS[*place];
            item(product, size, color, *units)
        };
        lines.iter().map(line).collect::<Value>()
    };
    let reply = match operation {
        Operation::Reduce(id, lines, hold) => {
            let hold = hold.map(|hold| format!("h{hold}"));
            let body = json!({"items": items(lines), "reservationId": hold});
            app.post(&format!("/api/stock/reduce?orderId=o{id}"), body)
                .await
        }
        Operation::Reserve(id, lines, ttl) => {
            let body = json!({"reservationId": format!("h{id}"), "items": items(lines), "ttlSeconds": ttl});
            app.post("/api/stock/reserve", body).await
        }
        Operation::ReleaseOrder(id) => app.release("orderId", &format!("o{id}")).await,
        Operation::ReleaseHold(id) => app.release("reservationId", &format!("h{id}")).await,
        Operation::Adjust(place, by) => adjust(app, *place, "delta", *by).await,
        Operation::Set(place, to) => adjust(app, *place, "set", *to).await,
        Operation::Edit(place, to) => {
            let (product, size, color) = VARIANTS[*place];
            put(app, model, product, Some((size, color, *to))).await
        }
        Operation::Toggle(place) => put(app, model, VARIANTS[*place].0, None).await,
        Operation::Import(place, to) => {
            let (product, size, color) = VARIANTS[*place];
            let file = format!("productId,size,color,stock\n{product},{size},{color},{to}\n");
            let request = axum::http::Request::post("/api/stock/import")
                .header("authorization", "Bearer admin")
                .header("content-type", "text/csv");
            app.node().send(request.body(file.into()).unwrap()).await
        }
        Operation::Wait(seconds) => {
            app.later(seconds * 1_000);
            app.node().expiry.run_once().await.unwrap();
            return (200, false);
        }
    };
    let replayed = reply.body["replayed"] == true;
    (reply.status.as_u16(), replayed)
}

async fn adjust(app: &App, place: usize, field: &str, units: i64) -> crate::support::Reply {
    let (product, size, color) = VARIANTS[place];
    let body = json!({"size": size, "color": color, field: units});
    app.post(&format!("/api/products/{product}/stock/adjust"), body)
        .await
}

/// Edits a product so that it has the variants that the model wants, one of them with a given stock.
async fn put(
    app: &App,
    model: &Model,
    product: &str,
    changed: Option<(&str, &str, i64)>,
) -> crate::support::Reply {
    let wanted = VARIANTS
        .iter()
        .zip(&model.wanted)
        .filter(|((owner, ..), wanted)| *owner == product && **wanted);
    let sizes = wanted.map(|((_, size, color), _)| {
        let stock = changed
            .filter(|(s, c, _)| (s, c) == (size, color))
            .map(|(_, _, stock)| stock);
        let color = match stock {
            Some(stock) => json!({"color": color, "stock": stock}),
            None => json!({"color": color}),
        };
        json!({"size": size, "colorVariants": [color]})
    });
    let body = json!({"sizeVariants": sizes.collect::<Value>()});
    app.call(
        "admin",
        "PUT",
        &format!("/api/products/{product}"),
        Some(body),
    )
    .await
}

/// The answers say what the model says.
async fn agree(app: &App, model: &Model, last: &Operation) {
    app.node().tail.run_once().await.unwrap();
    let answer = app.get("/api/stock/sync?productIds=P1,P2").await.is(200);
    let levels = VARIANTS.iter().map(|(product, size, color)| {
        let mut products = answer["products"].as_array().unwrap().iter();
        let product = products
            .find(|found| found["productId"] == *product)
            .unwrap();
        let sizes = product["sizeVariants"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|s| s["size"] == *size);
        let mut colors = sizes.flat_map(|s| s["colorVariants"].as_array().unwrap());
        let color = colors.find(|found| found["color"] == *color)?;
        Some((
            color["stock"].as_i64().unwrap(),
            color["reserved"].as_i64().unwrap(),
        ))
    });
    assert_eq!(levels.collect::<Vec<_>>(), model.levels, "after {last:?}");
}
