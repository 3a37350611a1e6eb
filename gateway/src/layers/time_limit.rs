use std::{
    future::{pending, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use api_error::ApiError;
use axum::{
    extract::{MatchedPath, Request},
    response::{IntoResponse as _, Response},
};
use tokio::time::timeout;

/// How long a request may take, its body and all.
pub(super) const USUAL: Duration = Duration::from_secs(30);
/// A remote server may be read for ten minutes, and what it said is to be written down as well.
const LONG: Duration = Duration::from_mins(11);

/// Routes that work through everything there is, or wait for something.
const LONG_RUNNING: [&str; 21] = [
    "/bookings/reconcile",
    "/bookings/sync-customer",
    "/bookings/sync-drift",
    "/api/integrations/metakocka/conflicts/{documentId}",
    "/api/integrations/metakocka/credentials/test",
    "/api/integrations/metakocka/errors/{documentId}/retry",
    "/api/integrations/metakocka/reconciliation",
    "/api/integrations/metakocka/sales-documents/sync",
    "/api/integrations/metakocka/sales-documents/sync-from-metakocka",
    "/api/stock/export",
    "/api/stock/import",
    "/api/stock/verify",
    // Long-polling waits for the next event, or for the ping that is due within 25 s.
    "/socket.io",
    "/socket.io/",
    "/api/user-sync/locations/{id}/check",
    "/api/user-sync/locations/{id}/preview",
    "/api/user-sync/locations/{id}/execute",
    "/api/user-sync/previews/{previewId}/export",
    "/api/user-sync/runs/{id}/export",
    "/api/user-sync/runs/{id}/undo",
    "/api/user-sync/sync-all",
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
///
/// Most answers wait for nothing, and no timer is set for them.
pub(super) async fn within(limit: Duration, answer: impl Future<Output = Response>) -> Response {
    let mut answer = pin!(answer);
    let mut timer = None;
    let in_time = poll_fn(|context| {
        if let Poll::Ready(response) = answer.as_mut().poll(context) {
            return Poll::Ready(Some(response));
        }
        let timer = timer.get_or_insert_with(|| Box::pin(timeout(limit, pending())));
        timer.as_mut().poll(context).map(Result::ok)
    });
    let in_time = in_time.await;
    in_time.unwrap_or_else(|| ApiError::unavailable(TimedOut(limit)).into_response())
}
