use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use serde_json::{Value, json};

use super::fill;
use crate::{
    cores::{Apart, OF_SERVERS},
    http::{Client, measure_with},
    mirrors::Empty,
    node::Node,
    report::{Limit, Row, median},
    seed::Place,
};

const TIME: Duration = Duration::from_secs(4);
const RUNS: usize = 3;

/// What storefronts ask all the time, against an empty handler that gets the same requests.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let place = Place::postgres("bench_stock_reads").await?;
    let cores = Apart::servers()?;
    // As for browsers, which come without a token, and from more addresses than there are here.
    let node = Node::start_on(OF_SERVERS, &place.url()).await?;
    let empty = Empty::start()?;
    cores.load()?;
    let token = node.sign_in().await?;
    fill(&node, &token, 2).await?;
    let tag = etag(&node, &token).await?;
    let basket = ten_lines();
    let product = "/api/products/product-0/stock";
    let show = move |_: usize, _: usize| ("GET", product.to_owned(), Bytes::new());
    let ask = move |_: usize, _: usize| ("POST", "/api/stock/validate".to_owned(), basket.clone());
    let mut rates = [const { Vec::new() }; 4];
    for _ in 0..RUNS {
        let headers = [("if-none-match", tag.as_str())];
        let (empty, node) = (empty.address.as_str(), node.address.as_str());
        let rounds = [
            measure_with((empty, &token, &headers), TIME, (200, show)).await?,
            measure_with((node, &token, &headers), TIME, (304, show)).await?,
            measure_with((empty, &token, &[]), TIME, (200, ask.clone())).await?,
            measure_with((node, &token, &[]), TIME, (200, ask.clone())).await?,
        ];
        for (rates, round) in rates.iter_mut().zip(rounds) {
            rates.push(round.per_second);
        }
    }
    let [bare_show, show, bare_ask, ask] = rates.map(median);
    Ok(vec![
        row(
            "`GET /api/products/{id}/stock` with its ETag",
            (show, bare_show),
            0.8,
        ),
        row("`POST /api/stock/validate`, 10 lines", (ask, bare_ask), 0.5),
    ])
}

fn row(what: &str, (measured, baseline): (f64, f64), limit: f64) -> Row {
    Row {
        what: what.to_owned(),
        measured: format!("{measured:.0}/s"),
        baseline: format!("empty axum handler {baseline:.0}/s"),
        value: measured / baseline,
        limit: Limit::AtLeast(limit),
    }
}

fn ten_lines() -> Bytes {
    let lines: Vec<Value> = (0..10)
        .map(|n| json!({"productId": "product-1", "size": "M", "color": format!("c{n}"), "quantity": 1}))
        .collect();
    json!({"items": lines}).to_string().into()
}

async fn etag(node: &Node, token: &str) -> anyhow::Result<String> {
    let mut client = Client::connect(&node.address, token).await?;
    client
        .header("/api/products/product-0/stock", "etag")
        .await?
        .context("there is no ETag")
}
