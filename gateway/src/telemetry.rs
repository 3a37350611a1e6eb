//! Log lines on stdout, and the metrics that `/metrics` shows.

mod json;
mod moment;
mod pretty;
mod writer;

use std::{
    io::{self, IsTerminal as _},
    panic,
    sync::OnceLock,
};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, fmt::format::JsonFields};

use crate::config::{Log, LogFormat, StartError};
pub(crate) use writer::LogGuard;

/// Upper bounds of the latency histogram, in seconds.
const LATENCY_BUCKETS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];

/// Begins to log. What was logged is written when the guard is dropped.
pub(crate) fn start(log: &Log) -> Result<LogGuard, StartError> {
    let unusable = |error: &dyn std::error::Error| StartError::because("RUST_LOG", error);
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| unusable(&error))?;
    let (lines, guard) = writer::spawn(io::stdout());
    let lines = fmt().with_env_filter(filter).with_writer(lines);
    let started = match log.format {
        LogFormat::Pretty => lines
            .event_format(pretty::PrettyLines::new(io::stdout().is_terminal()))
            .try_init(),
        LogFormat::Json => lines
            .fmt_fields(JsonFields::new())
            .event_format(json::JsonLines)
            .try_init(),
    };
    started.map_err(|error| unusable(error.as_ref()))?;
    panic::set_hook(Box::new(|panic| {
        let location = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(
            location,
            said = panic.payload_as_str().unwrap_or("no message"),
            "panic"
        );
    }));
    Ok(guard)
}

/// The metrics of this process. The first call begins to gather them.
pub(crate) fn metrics() -> PrometheusHandle {
    static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();
    let begin = || {
        let builder = PrometheusBuilder::new();
        let recorder = builder
            .set_buckets(&LATENCY_BUCKETS)
            .unwrap_or_default()
            .build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("something else gathers metrics already");
        }
        describe();
        handle
    };
    METRICS.get_or_init(begin).clone()
}

fn describe() {
    realtime::describe_metrics();
    metrics::describe_counter!("http_requests_total", "Answered requests");
    metrics::describe_histogram!(
        "http_request_duration_seconds",
        "From the request's head to the answer's head"
    );
    metrics::describe_gauge!(
        "database_connections",
        "Open database connections, by whether somebody uses them"
    );
    metrics::describe_gauge!(
        "database_connections_limit",
        "The most connections that there may be"
    );
    metrics::describe_gauge!(
        "outbox_lag_events",
        "Recorded events that this node has not handed on yet"
    );
    metrics::describe_gauge!("outbox_lag_seconds", "The age of the oldest of them");
}
