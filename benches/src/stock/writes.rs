use std::{
    io::Write,
    time::{Duration, Instant},
};

use bytes::Bytes;
use sqlx::{Connection, Executor};

use super::{EACH, fill, storefront::Storefront};
use crate::{
    http::{CLIENTS, Rate, measure},
    node::Node,
    pgbench,
    report::{Limit, Row, median},
    seed::Place,
};

const TIME: Duration = Duration::from_secs(8);
const RUNS: usize = 3;
const PRODUCTS: usize = 20;
const ORDER: &str = include_str!("../sql/reduce.pgbench.sql");

/// Orders on Postgres: all for one variant, and spread over 10,000.
pub(crate) async fn postgres() -> anyhow::Result<Vec<Row>> {
    let place = Place::postgres("bench_stock").await?;
    let node = Node::start(&place.url()).await?;
    let token = node.sign_in().await?;
    fill(&node, &token, PRODUCTS).await?;
    place.execute("ANALYZE").await?;
    let mut script = tempfile::NamedTempFile::new()?;
    script.write_all(ORDER.as_bytes())?;
    let mut rows = Vec::new();
    for (what, variants, limit) in [
        ("one variant", 1, 15.0),
        ("10,000 variants", PRODUCTS * EACH, 3.0),
    ] {
        let (mut measured, mut baseline, mut shops) = (Vec::new(), Vec::new(), Vec::new());
        for run in 0..RUNS {
            let variable = format!("variants={variants}");
            place.execute("CHECKPOINT").await?;
            baseline.push(pgbench::run(&place.url(), script.path(), TIME, &variable).await?);
            place.execute("CHECKPOINT").await?;
            measured.push(orders(&node.address, &token, run, variants).await?);
            if variants == 1 {
                place.execute("CHECKPOINT").await?;
                let shop = Storefront::start(&place.url()).await?;
                shops.push(
                    orders(&shop.address, &token, run + RUNS, variants)
                        .await?
                        .per_second,
                );
            }
        }
        rows.extend(compared(what, &measured, &baseline, limit));
        if !shops.is_empty() {
            rows.push(against_node(what, &measured, median(shops)));
        }
    }
    Ok(rows)
}

fn compared(what: &str, measured: &[Rate], baseline: &[Rate], limit: f64) -> [Row; 2] {
    let (fast, bare) = (rate(measured), rate(baseline));
    let (late, bare_late) = (slowest(measured), slowest(baseline));
    let what = format!("`POST /api/stock/reduce`, {CLIENTS} clients, {what}, Postgres");
    [
        Row {
            what: what.clone(),
            measured: format!("{fast:.0}/s"),
            baseline: format!("pgbench, a transaction an order {bare:.0}/s"),
            value: fast / bare,
            limit: Limit::AtLeast(limit),
        },
        Row {
            what: format!("{what}: p99"),
            measured: format!("{late:.1} ms"),
            baseline: format!("pgbench {bare_late:.1} ms"),
            value: late / bare_late,
            limit: Limit::AtMost(1.0),
        },
    ]
}

fn against_node(what: &str, measured: &[Rate], shop: f64) -> Row {
    let fast = rate(measured);
    Row {
        what: format!("the same, {what}, against a storefront's own server"),
        measured: format!("{fast:.0}/s"),
        baseline: format!("Node, Express and pg {shop:.0}/s"),
        value: fast / shop,
        limit: Limit::AtLeast(1.0),
    }
}

fn rate(rates: &[Rate]) -> f64 {
    median(rates.iter().map(|rate| rate.per_second).collect())
}

/// The 99th percentile in milliseconds.
fn slowest(rates: &[Rate]) -> f64 {
    median(
        rates
            .iter()
            .map(|rate| rate.p99.as_secs_f64() * 1000.0)
            .collect(),
    )
}

/// Orders of one unit each, every one with an id of its own.
async fn orders(address: &str, token: &str, run: usize, variants: usize) -> anyhow::Result<Rate> {
    let started = Instant::now();
    let order = move |client: usize, n: usize| {
        let variant = (client * 7919 + n * 104_729) % variants;
        order(&format!("run-{run}-{variants}-{client}-{n}"), variant)
    };
    let rate = measure(address, token, TIME, order).await;
    anyhow::ensure!(started.elapsed() >= TIME, "it ended too soon");
    rate
}

/// The method, path and body of an order of one unit.
pub(super) fn order(id: &str, variant: usize) -> (&'static str, String, Bytes) {
    let (product, color) = (variant / EACH, variant % EACH);
    let body = format!(
        r#"{{"items":[{{"productId":"product-{product}","size":"M","color":"c{color}","quantity":1}}]}}"#
    );
    let path = format!("/api/stock/reduce?afterOrder=true&orderId={id}");
    ("POST", path, Bytes::from(body))
}

/// Orders on SQLite against one loop of a transaction an order.
pub(crate) async fn sqlite() -> anyhow::Result<Vec<Row>> {
    let place = Place::sqlite().await?;
    let node = Node::start(&place.url()).await?;
    let token = node.sign_in().await?;
    fill(&node, &token, 1).await?;
    let (mut measured, mut baseline) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        baseline.push(bare_loop(&place, run).await?);
        measured.push(orders(&node.address, &token, run, 1).await?);
    }
    let (fast, bare) = (rate(&measured), median(baseline));
    Ok(vec![Row {
        what: format!("`POST /api/stock/reduce`, {CLIENTS} clients, one variant, SQLite"),
        measured: format!("{fast:.0}/s"),
        baseline: format!("bare loop, a transaction an order {bare:.0}/s"),
        value: fast / bare,
        limit: Limit::AtLeast(8.0),
    }])
}

async fn bare_loop(place: &Place, run: usize) -> anyhow::Result<f64> {
    let mut connection = place.sqlite_connection().await?;
    let (started, mut done) = (Instant::now(), 0_u32);
    while started.elapsed() < TIME {
        let order = format!("bare-{run}-{done}");
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let insert = "INSERT INTO stock_orders (id, lines, after_order, created_at) VALUES ($1, $2, 0, 1800000000000)";
        transaction
            .execute(sqlx::query(insert).bind(&order).bind(LINES))
            .await?;
        let update = "UPDATE stock_variants SET stock = stock - 1, updated_at = 1800000000000 WHERE product_id = 'product-0' \
             AND size = 'M' AND color = 'c0' AND stock - reserved >= 1 RETURNING stock";
        let balance: i64 = sqlx::query_scalar(update)
            .fetch_one(&mut *transaction)
            .await?;
        let movement = "INSERT INTO stock_movements (product_id, size, color, kind, reason, delta, balance_after, order_id, \
             actor_id, actor_kind, created_at) VALUES ('product-0', 'M', 'c0', 'order', 'order', -1, $1, $2, \
             '0190f0d0-0000-7000-8000-000000000000', 'admin', 1800000000000)";
        transaction
            .execute(sqlx::query(movement).bind(balance).bind(&order))
            .await?;
        let event = "INSERT INTO outbox (audience, event, payload, created_at) \
             VALUES ('everybody', 'STOCK_REDUCED', $1, 1800000000000)";
        transaction.execute(sqlx::query(event).bind(TOLD)).await?;
        transaction.commit().await?;
        done += 1;
    }
    Ok(f64::from(done) / started.elapsed().as_secs_f64())
}

/// As long as what the gateway writes.
const LINES: &str = r#"[["product-0","M","c0",1,999999999]]"#;
const TOLD: &str = r#"{"productId":"product-0","size":"M","color":"c0","stock":999999999,"reserved":0,"available":999999999,"timestamp":"2026-01-31T09:30:00.000Z","afterOrder":true}"#;
