use std::{any::Any, panic::AssertUnwindSafe};

use api_error::ApiError;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

/// A handler panicked. What it said is logged and not shown.
#[derive(Debug, thiserror::Error)]
#[error("panic: {0}")]
struct Panicked(String);

/// Answers 500 where a handler panics. What it was doing is dropped, so nobody sees it half done.
pub(super) async fn caught(answer: impl Future<Output = Response>) -> Response {
    let answer = AssertUnwindSafe(answer).catch_unwind().await;
    answer.unwrap_or_else(|panic| {
        ApiError::internal(Panicked(message(panic.as_ref()))).into_response()
    })
}

/// What a panic said.
pub(crate) fn message(panic: &(dyn Any + Send)) -> String {
    let literal = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    literal
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}
