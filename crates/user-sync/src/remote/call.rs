use std::{error::Error, io, time::Duration};

use reqwest::{RequestBuilder, Response, StatusCode};

use super::RemoteUsers;

/// How often a call is made at most.
const ATTEMPTS: u32 = 3;
/// The longest answer: a page of a hundred users has some forty thousand bytes, a server that knows no pages sends all.
const LONGEST: usize = 4 << 20;

/// What went wrong with a call, in the words of those who read it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The server does not let us in.
    #[error("Unauthorized")]
    Unauthorized,
    /// No answer in time.
    #[error("Connection timeout")]
    Timeout,
    /// Nobody listens there.
    #[error("Connection refused")]
    Refused,
    /// The connection did not come about, or broke.
    #[error("Connection failed")]
    Broken,
    /// The address may not be called.
    #[error("the address of this server may not be called")]
    Forbidden,
    /// A status that is no success.
    #[error("the server answered {0}")]
    Status(String),
    /// A redirect, which would carry the password elsewhere.
    #[error("the server redirects ({0}), which is not followed; correct the location's onlineUrl")]
    Redirect(u16),
    /// The body is no JSON.
    #[error("Invalid response format: the answer is not JSON")]
    NotJson,
    /// The body has no end.
    #[error("Invalid response format: the answer is larger than 4 MiB")]
    TooLarge,
    /// There are more users than a directory holds.
    #[error("the server has more than a million users")]
    TooMany,
}

impl Cause {
    fn may_pass(&self) -> bool {
        matches!(self, Self::Refused | Self::Broken)
    }
}

/// Why there are no users.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// The sign-in failed.
    #[error("Failed to login to external API: {0}")]
    Login(Cause),
    /// A page failed.
    #[error("Failed to fetch users from external API: {0}")]
    Fetch(Cause),
    /// The answer is JSON, and not what it should be.
    #[error("Invalid response format: {what} not found in response. Available keys: {keys}")]
    Format {
        /// What was looked for.
        what: &'static str,
        /// What was there instead.
        keys: String,
    },
}

impl RemoteError {
    /// Whether the server did not answer in time.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self,
            Self::Login(Cause::Timeout) | Self::Fetch(Cause::Timeout)
        )
    }
}

impl RemoteUsers {
    /// Makes a call and reads its answer, again where that may help: not after a refusal, and not after a timeout,
    /// for nobody waits twice as long.
    pub(super) async fn call(
        &self,
        request: impl Fn() -> RequestBuilder + Send,
    ) -> Result<Vec<u8>, Cause> {
        let mut attempt = 1;
        loop {
            let (cause, may_pass) = match answer(request()).await {
                Ok((status, body)) if status.is_success() => return Ok(body),
                Ok((status, _)) => (of_status(status), status.is_server_error()),
                Err(cause) => {
                    let may_pass = cause.may_pass();
                    (cause, may_pass)
                }
            };
            if !may_pass || attempt == ATTEMPTS {
                return Err(cause);
            }
            attempt += 1;
            pause(self.patience.retry_pause).await;
        }
    }
}

async fn pause(duration: Duration) {
    let _ = tokio::time::timeout(duration, std::future::pending::<()>()).await;
}

async fn answer(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Cause> {
    let request = request
        .header("X-Requested-With", "XMLHttpRequest")
        .header("Accept", "application/json");
    let answer = request.send().await.map_err(|error| of_error(&error))?;
    let status = answer.status();
    if !status.is_success() {
        // What it says is for those who run it; nobody reads it here.
        return Ok((status, Vec::new()));
    }
    Ok((status, body(answer).await?))
}

/// The body, as long as it is not too long.
async fn body(mut answer: Response) -> Result<Vec<u8>, Cause> {
    let announced = answer.content_length().unwrap_or(0);
    if announced > LONGEST as u64 {
        return Err(Cause::TooLarge);
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(piece) = answer.chunk().await.map_err(|error| of_error(&error))? {
        if body.len() + piece.len() > LONGEST {
            return Err(Cause::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn of_status(status: StatusCode) -> Cause {
    match status {
        StatusCode::UNAUTHORIZED => Cause::Unauthorized,
        redirect if redirect.is_redirection() => Cause::Redirect(redirect.as_u16()),
        other => Cause::Status(other.to_string()),
    }
}

fn of_error(error: &reqwest::Error) -> Cause {
    if outbound::is_forbidden(error) {
        return Cause::Forbidden;
    }
    if error.is_timeout() {
        return Cause::Timeout;
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        match kind {
            Some(io::ErrorKind::ConnectionRefused) => return Cause::Refused,
            Some(io::ErrorKind::TimedOut) => return Cause::Timeout,
            _ => cause = error.source(),
        }
    }
    Cause::Broken
}
