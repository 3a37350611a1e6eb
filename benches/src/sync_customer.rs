use std::time::Instant;

use serde_json::json;

use crate::{
    http::Client,
    node::Node,
    report::{Limit, Row, median},
    seed::Place,
};

const BOOKINGS: u32 = 10_000;
const RUNS: usize = 5;

/// All bookings of one customer set to another state, on both sides, in one request.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for place in [Place::sqlite().await?, Place::postgres("bench_sync").await?] {
        place.fill(1, BOOKINGS).await?;
        let node = Node::start(&place.url()).await?;
        let mut client = Client::connect(&node.address, &node.sign_in().await?).await?;
        let (mut measured, mut baseline) = (Vec::new(), Vec::new());
        for run in 0..RUNS {
            let status = if run.is_multiple_of(2) {
                "confirm"
            } else {
                "assigned"
            };
            let body = json!({"customerId": "customer-0", "assignedStatus": status});
            // What the one has told must not be told on while the other is measured.
            place.settle().await?;
            let started = Instant::now();
            let answer = client
                .json("POST", "/bookings/sync-customer", &body)
                .await?;
            measured.push(started.elapsed().as_secs_f64() * 1000.0);
            anyhow::ensure!(
                answer["syncedCount"] == BOOKINGS,
                "not all were synced: {answer}"
            );
            place.settle().await?;
            baseline.push(bare(&place).await?);
        }
        let (measured, baseline) = (median(measured), median(baseline));
        rows.push(Row {
            what: format!(
                "`POST /bookings/sync-customer`, {BOOKINGS} bookings, {}",
                place.name()
            ),
            measured: format!("{measured:.0} ms"),
            baseline: format!("bare SQL {baseline:.0} ms"),
            value: measured / baseline,
            limit: Limit::AtMost(1.5),
        });
    }
    Ok(rows)
}

/// The same changes, history and events, in one transaction without a gateway. The state changes each time.
async fn bare(place: &Place) -> anyhow::Result<f64> {
    let (begin, object, json) = match place {
        Place::Sqlite { .. } => ("BEGIN IMMEDIATE", "json_object", "json"),
        Place::Postgres { .. } => ("BEGIN", "json_build_object", "json"),
    };
    let script = include_str!("sql/sync_customer.sql")
        .replace("{begin}", begin)
        .replace("{object}", object)
        .replace("{json}", json);
    let started = Instant::now();
    place.execute(&script).await?;
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}
