#![doc = include_str!("../README.md")]

mod cores;
mod documents;
mod http;
mod machine;
mod mirrors;
mod node;
mod pgbench;
mod put;
mod realtime;
mod reconcile;
mod report;
mod seed;
mod start;
mod stock;
mod sync_customer;
mod user_sync;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::report::{Report, Row};

/// Measures the gateway against baselines in the same run.
#[derive(Debug, Parser)]
struct Arguments {
    /// Which to run; all where none is named.
    benches: Vec<Bench>,
    /// Where the table is written when all are run.
    #[arg(long, default_value = "docs/benchmarks.md")]
    report: PathBuf,
    /// Serves an empty handler and nothing else: the baseline of `mirrors`.
    #[arg(long, hide = true)]
    serve_empty: bool,
    /// Sends what is posted to all websockets and does nothing else: the baseline of `fanout`.
    #[arg(long, hide = true)]
    serve_bare: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Bench {
    PutPostgres,
    PutSqlite,
    SyncCustomer,
    Reconcile,
    Mirrors,
    UserSync,
    Documents,
    Start,
    StockPostgres,
    StockSqlite,
    StockReads,
    StockOverload,
    SocketFanout,
    SocketHandshakes,
    SocketMemory,
    SocketLocations,
    SocketDelay,
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the table is what it is for")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if arguments.serve_empty {
        return mirrors::serve_empty().await;
    }
    if arguments.serve_bare {
        return realtime::serve_bare().await;
    }
    let whole = arguments.benches.is_empty();
    let benches = if whole {
        Bench::value_variants().to_vec()
    } else {
        arguments.benches
    };
    let mut rows = Vec::new();
    for bench in benches {
        println!("running {bench:?} …");
        let measured = run(bench).await?;
        for row in &measured {
            println!("  {row}");
        }
        rows.extend(measured);
    }
    let report = Report {
        machine: machine::describe(),
        rows,
    };
    println!("\n{report}");
    if whole {
        std::fs::write(&arguments.report, report.to_string())?;
    }
    anyhow::ensure!(report.is_met(), "a limit is not met");
    Ok(())
}

async fn run(bench: Bench) -> anyhow::Result<Vec<Row>> {
    match bench {
        Bench::PutPostgres => put::postgres().await,
        Bench::PutSqlite => put::sqlite().await,
        Bench::SyncCustomer => sync_customer::run().await,
        Bench::Reconcile => reconcile::run().await,
        Bench::Mirrors => mirrors::run().await,
        Bench::UserSync => user_sync::run().await,
        Bench::Documents => documents::run().await,
        Bench::Start => start::run().await,
        Bench::StockPostgres => stock::postgres().await,
        Bench::StockSqlite => stock::sqlite().await,
        Bench::StockReads => stock::reads().await,
        Bench::StockOverload => stock::overload().await,
        Bench::SocketFanout => realtime::fanout().await,
        Bench::SocketHandshakes => realtime::handshakes().await,
        Bench::SocketMemory => realtime::idle().await,
        Bench::SocketLocations => realtime::locations().await,
        Bench::SocketDelay => realtime::delay().await,
    }
}
