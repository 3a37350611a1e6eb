use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
    response::Response,
};
use metrics::{Counter, Histogram};

/// A request whose answer is awaited.
pub(super) struct Measured {
    started: Instant,
    method: &'static str,
    route: Option<MatchedPath>,
}

impl Measured {
    /// Begins with the head of a request.
    pub(super) fn begin(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().cloned();
        Self {
            started: Instant::now(),
            method: name(request.method()),
            route,
        }
    }

    /// The template of its path, where there is one.
    pub(super) fn route(&self) -> Option<&str> {
        self.route.as_ref().map(MatchedPath::as_str)
    }

    /// Counts the request and its latency by method, route and status.
    pub(super) fn end(&self, response: &Response, series: &Series) {
        let route = self.route().unwrap_or("unmatched");
        series.count(
            (self.method, route),
            response.status(),
            self.started.elapsed(),
        );
    }
}

/// The counters and histograms of requests that were met before: naming one anew costs more than counting.
#[derive(Default)]
pub(super) struct Series(RwLock<HashMap<(&'static str, StatusCode), ByRoute>>);

type ByRoute = HashMap<String, (Counter, Histogram)>;

impl Series {
    /// Counts a request to a route that was answered with `status` after so long.
    pub(super) fn count(
        &self,
        (method, route): (&'static str, &str),
        status: StatusCode,
        latency: Duration,
    ) {
        let (answered, latencies) = self.of(method, route, status);
        answered.increment(1);
        latencies.record(latency.as_secs_f64());
    }

    fn of(&self, method: &'static str, route: &str, status: StatusCode) -> (Counter, Histogram) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = known
            .get(&(method, status))
            .and_then(|routes| routes.get(route));
        if let Some(found) = found {
            return found.clone();
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let routes = known.entry((method, status)).or_default();
        let made = routes
            .entry(route.to_owned())
            .or_insert_with(|| named(method, route, status));
        made.clone()
    }
}

fn named(method: &'static str, route: &str, status: StatusCode) -> (Counter, Histogram) {
    let labels = [
        ("method", method.to_owned()),
        ("route", route.to_owned()),
        ("status", status.as_str().to_owned()),
    ];
    (
        metrics::counter!("http_requests_total", &labels),
        metrics::histogram!("http_request_duration_seconds", &labels),
    )
}

/// A client can invent methods, but must not invent time series.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
