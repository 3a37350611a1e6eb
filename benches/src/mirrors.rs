use std::{
    io::Write,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::Context;
use axum::{
    Router,
    routing::{get, post},
};
use bytes::Bytes;
use tokio::net::TcpListener;

use crate::{
    cores::Apart,
    http::load,
    node::Node,
    report::{Limit, Row, median},
    seed::Place,
};

const TIME: Duration = Duration::from_secs(4);
const RUNS: usize = 3;

/// An app asks for its bookings again and again: ten of them on a page, a thousand customers.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for place in [
        Place::sqlite().await?,
        Place::postgres("bench_mirrors").await?,
    ] {
        place.fill(1_000, 10_000).await?;
        let cores = Apart::servers()?;
        let node = Node::start(&place.url()).await?;
        let empty = Empty::start()?;
        cores.load()?;
        let token = node.sign_in().await?;
        let (mut measured, mut baseline) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let mirrors = |client: usize, n: usize| {
                let customer = (client * 31 + n) % 1_000;
                (
                    "GET",
                    format!("/users/customer-{customer}/bookings"),
                    Bytes::new(),
                )
            };
            baseline.push(load(&empty.address, &token, TIME, mirrors).await?);
            measured.push(load(&node.address, &token, TIME, mirrors).await?);
        }
        let (measured, baseline) = (median(measured), median(baseline));
        rows.push(Row {
            what: format!("`GET /users/{{id}}/bookings`, {}", place.name()),
            measured: format!("{measured:.0}/s"),
            baseline: format!("empty axum handler {baseline:.0}/s"),
            value: measured / baseline,
            limit: Limit::AtLeast(0.5),
        });
    }
    Ok(rows)
}

/// An empty axum handler in a process of its own.
pub(crate) struct Empty {
    process: std::process::Child,
    pub(crate) address: String,
}

impl Empty {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("--serve-empty")
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().context("no output")?;
        let mut address = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut address)?;
        Ok(Self {
            process,
            address: address.trim().to_owned(),
        })
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Answers every request with nothing, and prints where.
pub(crate) async fn serve_empty() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    let router = Router::new()
        .route("/users/{id}/bookings", get(async || {}))
        .route("/api/products/{id}/stock", get(async || {}))
        .route("/api/stock/validate", post(async || {}))
        .route(
            "/api/integrations/metakocka/sales-documents/sync",
            get(async || {}),
        );
    Ok(axum::serve(
        axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))),
        router,
    )
    .await?)
}
