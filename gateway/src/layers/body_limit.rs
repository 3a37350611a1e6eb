use api_error::{ApiError, Code};
use axum::{
    body::Body,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    http::header,
    response::{IntoResponse as _, Response},
};
use futures_util::StreamExt as _;

/// The largest body, in bytes.
const LIMIT: usize = 1024 * 1024;
/// How much of a larger one is read and thrown away, so that its sender can read the answer before the connection ends.
const DRAINED: usize = 16 * LIMIT;

/// Routes that read a body of any length piece by piece and have a limit of their own.
const STREAMED: [&str; 1] = ["/api/stock/import"];

/// Stops reading a body of unknown length at the limit.
pub(super) fn bytes_read() -> DefaultBodyLimit {
    DefaultBodyLimit::max(LIMIT)
}

/// The refusal of a body whose announced length is over the limit, whether or not anybody would read it.
pub(super) async fn refusal_of_announced(request: &mut Request) -> Option<Response> {
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or_default();
    let route = request.extensions().get::<MatchedPath>();
    let is_streamed = route.is_some_and(|route| STREAMED.contains(&route.as_str()));
    if announced <= LIMIT || is_streamed {
        return None;
    }
    if announced <= DRAINED {
        drain(std::mem::take(request.body_mut())).await;
    }
    let sentence = "The request body is over 1 MiB";
    Some(ApiError::new(Code::PayloadTooLarge, sentence).into_response())
}

async fn drain(body: Body) {
    let mut chunks = body.into_data_stream();
    let end = async { while let Some(Ok(_)) = chunks.next().await {} };
    let _ = tokio::time::timeout(super::time_limit::USUAL, end).await;
}
