use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    response::Response,
};

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

    /// Counts the request and its latency by method, route and status, and tells the log which route it was.
    pub(super) fn end(self, mut response: Response) -> Response {
        let template = self
            .route
            .as_ref()
            .map_or("unmatched", MatchedPath::as_str)
            .to_owned();
        let labels = [
            ("method", self.method.to_owned()),
            ("route", template),
            ("status", response.status().as_str().to_owned()),
        ];
        metrics::counter!("http_requests_total", &labels).increment(1);
        metrics::histogram!("http_request_duration_seconds", &labels)
            .record(self.started.elapsed().as_secs_f64());
        if let Some(route) = self.route {
            response.extensions_mut().insert(route);
        }
        response
    }
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
