use std::time::Instant;

use serde_json::json;

use crate::{
    http::Client,
    node::Node,
    report::{Limit, Row},
    seed::Place,
};

const BOOKINGS: u32 = 1_000_000;
const DRIFT: u32 = BOOKINGS / 100;

/// A quarter of the drift each: deleted, changed, moved, without a booking.
const TAMPER: &str = include_str!("sql/tamper.sql");

/// What brings everything back in step, without steps, history or counting.
const BARE: &str = include_str!("sql/reconcile.sql");

/// A million bookings, one in a hundred out of step with its mirror.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for place in [
        Place::sqlite().await?,
        Place::postgres("bench_reconcile").await?,
    ] {
        place.fill(1_000, BOOKINGS).await?;
        let node = Node::start(&place.url()).await?;
        let mut client = Client::connect(&node.address, &node.sign_in().await?).await?;
        place.execute(TAMPER).await?;
        let started = Instant::now();
        place.execute(BARE).await?;
        let baseline = started.elapsed().as_secs_f64();
        place.execute(TAMPER).await?;
        let started = Instant::now();
        let answer = client
            .json("POST", "/bookings/reconcile", &json!({}))
            .await?;
        let measured = started.elapsed().as_secs_f64();
        anyhow::ensure!(
            answer["healed"] == DRIFT && answer["checked"] == BOOKINGS,
            "not all was healed: {answer}"
        );
        let again = client
            .json("POST", "/bookings/reconcile", &json!({"dryRun": true}))
            .await?;
        anyhow::ensure!(
            again["healed"] == 0 && again["stale"] == 0,
            "something is still out of step: {again}"
        );
        rows.extend(rows_of(&place, (measured, baseline), node.memory("VmHWM")?));
    }
    Ok(rows)
}

fn rows_of(place: &Place, (measured, baseline): (f64, f64), peak: f64) -> [Row; 2] {
    let what = format!(
        "`POST /bookings/reconcile`, {BOOKINGS} bookings, 1 % drift, {}",
        place.name()
    );
    [
        Row {
            what: what.clone(),
            measured: format!("{measured:.1} s"),
            baseline: format!("bare SQL {baseline:.1} s"),
            value: measured / baseline,
            limit: Limit::AtMost(3.0),
        },
        Row {
            what: format!("{what}: peak memory, MB"),
            measured: format!("{peak:.0} MB"),
            baseline: "–".to_owned(),
            value: peak,
            limit: Limit::AtMost(200.0),
        },
    ]
}
