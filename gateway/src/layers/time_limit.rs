use std::time::Duration;

use api_error::ApiError;
use axum::{
    extract::{MatchedPath, Request},
    response::{IntoResponse as _, Response},
};

/// How long a request may take, its body and all.
pub(super) const USUAL: Duration = Duration::from_secs(30);
const LONG: Duration = Duration::from_mins(10);

/// Routes that work through everything there is.
const LONG_RUNNING: [&str; 6] = [
    "/bookings/reconcile",
    "/bookings/sync-customer",
    "/bookings/sync-drift",
    "/api/stock/export",
    "/api/stock/import",
    "/api/stock/verify",
];

/// How long requests may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeLimits {
    /// All but the next.
    pub(crate) usual: Duration,
    /// Those that work through everything there is.
    pub(crate) long: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            usual: USUAL,
            long: LONG,
        }
    }
}

/// A request took too long.
#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?}")]
struct TimedOut(Duration);

impl TimeLimits {
    /// How long this request may take.
    pub(super) fn of(self, request: &Request) -> Duration {
        let route = request.extensions().get::<MatchedPath>();
        let is_long = route.is_some_and(|route| LONG_RUNNING.contains(&route.as_str()));
        if is_long { self.long } else { self.usual }
    }
}

/// Answers 503 where an answer takes too long; what it was doing is rolled back.
pub(super) async fn within(limit: Duration, answer: impl Future<Output = Response>) -> Response {
    let answer = tokio::time::timeout(limit, answer).await;
    answer.unwrap_or_else(|_| ApiError::unavailable(TimedOut(limit)).into_response())
}
