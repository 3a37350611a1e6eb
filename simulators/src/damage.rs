use std::{future, io, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, LOCATION},
    },
    response::Response,
};
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use crate::{host::Hangup, reply};

/// Bytes of rubbish sent at once.
const CHUNK: usize = 64 * 1024;

/// What becomes of an answer on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// It comes this many milliseconds late.
    Delay(u64),
    /// It never comes, and the connection stays open.
    Hang,
    /// The connection is closed instead.
    Drop,
    /// Another status, with the JSON that such servers write.
    Status(u16),
    /// Another status, with the HTML page of a web server or proxy: 502, 503.
    Page(u16),
    /// Status 200 with an HTML page, such as a sign-in form.
    Html,
    /// Status 200 with nothing.
    Empty,
    /// The connection breaks in the middle of the body.
    Half,
    /// The JSON stops in the middle, and the answer ends as if all were well.
    Cut,
    /// Half of the body, then silence.
    Stall,
    /// Status 200 with so many bytes of rubbish, without a length.
    Rubbish(usize),
    /// Status 302 to the same path at another address.
    Redirect(String),
}

impl Damage {
    /// The answer that the client gets instead of `answer` to a call of `path`.
    pub(crate) async fn apply(&self, answer: Response, path: &str) -> Response {
        match self {
            Self::Delay(milliseconds) => {
                late(*milliseconds).await;
                answer
            }
            Self::Hang => future::pending().await,
            Self::Drop => {
                let mut answer = Response::new(Body::empty());
                answer.extensions_mut().insert(Hangup);
                answer
            }
            Self::Status(status) => refusal(status_of(*status)),
            Self::Page(status) => reply::html(status_of(*status)),
            Self::Html => reply::html(StatusCode::OK),
            Self::Empty => Response::new(Body::empty()),
            Self::Half => halved(answer, Rest::Broken).await,
            Self::Cut => halved(answer, Rest::Nothing).await,
            Self::Stall => halved(answer, Rest::Silence).await,
            Self::Rubbish(bytes) => rubbish(*bytes),
            Self::Redirect(to) => redirect(&format!("{}{path}", to.trim_end_matches('/'))),
        }
    }
}

/// Lets so much time pass.
pub(crate) async fn late(milliseconds: u64) {
    if milliseconds > 0 {
        sleep_until(Instant::now() + Duration::from_millis(milliseconds)).await;
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn refusal(status: StatusCode) -> Response {
    let message = match status.as_u16() {
        401 => "Unauthorized",
        403 => "Forbidden",
        422 => "The given data was invalid.",
        429 => "Too Many Attempts.",
        _ => "Server Error",
    };
    reply::json(status, &json!({"status": "error", "message": message}))
}

/// What follows the first half of a body.
enum Rest {
    Nothing,
    Broken,
    Silence,
}

async fn halved(answer: Response, rest: Rest) -> Response {
    let (mut parts, body) = answer.into_parts();
    let whole = reply::bytes(body).await;
    let half = whole.slice(..whole.len() / 2);
    let body = match rest {
        Rest::Nothing => Body::from(half),
        Rest::Broken => {
            parts.headers.insert(CONTENT_LENGTH, whole.len().into());
            let broken = io::Error::from(io::ErrorKind::ConnectionReset);
            // The half must be on its way before the connection breaks.
            let later = stream::once(async {
                late(20).await;
                Err(broken)
            });
            Body::from_stream(stream::iter([Ok(half)]).chain(later))
        }
        Rest::Silence => {
            parts.headers.insert(CONTENT_LENGTH, whole.len().into());
            let half = stream::iter([Ok::<_, io::Error>(half)]);
            Body::from_stream(half.chain(stream::pending()))
        }
    };
    Response::from_parts(parts, body)
}

fn rubbish(bytes: usize) -> Response {
    let chunk = Bytes::from(vec![b'x'; CHUNK]);
    let whole = bytes / CHUNK;
    let last = chunk.slice(..bytes % CHUNK);
    let chunks = std::iter::repeat_n(chunk, whole).chain([last]);
    Response::new(Body::from_stream(stream::iter(
        chunks.map(Ok::<_, io::Error>),
    )))
}

fn redirect(to: &str) -> Response {
    let mut answer = reply::html(StatusCode::FOUND);
    if let Ok(to) = HeaderValue::from_str(to) {
        answer.headers_mut().insert(LOCATION, to);
    }
    answer
}
