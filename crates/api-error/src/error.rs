use std::{error::Error, sync::Arc, time::Duration};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};
use validation::{Violation, Violations};

use crate::Code;

/// An error answer. [`envelope`](crate::envelope()) writes its body.
#[derive(Clone, Debug)]
pub struct ApiError(pub(crate) Box<Answer>);

/// What an error answer is made of, apart so that a `Result` stays small.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) sentence: String,
    pub(crate) fields: Vec<Violation>,
    pub(crate) context: Map<String, Value>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// An error of `code` that says `sentence`.
    pub fn new(code: Code, sentence: impl Into<String>) -> Self {
        Self(Box::new(Answer {
            status: code.status(),
            code: code.as_str(),
            sentence: sentence.into(),
            fields: Vec::new(),
            context: Map::new(),
            retry_after: None,
            cause: None,
        }))
    }

    /// 400, with one entry a field.
    pub fn invalid(violations: Violations) -> Self {
        let fields = violations.into_vec();
        let sentence = match fields.as_slice() {
            [] => Code::InvalidRequest.sentence().to_owned(),
            [one] => format!("{} {}", one.field, one.error),
            several => {
                let names: Vec<_> = several.iter().map(|v| v.field.as_str()).collect();
                format!("Several fields are not valid: {}", names.join(", "))
            }
        };
        let mut error = Self::new(Code::InvalidRequest, sentence);
        error.0.fields = fields;
        error
    }

    /// 401.
    pub fn unauthenticated(sentence: impl Into<String>) -> Self {
        Self::new(Code::Unauthenticated, sentence)
    }

    /// 403.
    pub fn forbidden(sentence: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, sentence)
    }

    /// 404.
    pub fn not_found(sentence: impl Into<String>) -> Self {
        Self::new(Code::NotFound, sentence)
    }

    /// 409.
    pub fn conflict(sentence: impl Into<String>) -> Self {
        Self::new(Code::Conflict, sentence)
    }

    /// 429, to be tried again after `wait`.
    pub fn rate_limited(wait: Duration) -> Self {
        Self::new(Code::RateLimited, Code::RateLimited.sentence()).after(wait)
    }

    /// 500. The cause is logged, never shown.
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::new(Code::Internal, Code::Internal.sentence()).because(cause)
    }

    /// 503, to be tried again in a second. The cause is logged, never shown.
    pub fn unavailable(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::new(Code::Unavailable, Code::Unavailable.sentence())
            .because(cause)
            .after(Duration::from_secs(1))
    }

    /// 503, to be tried again after `wait`: more is asked than can be done now, which is nobody's fault.
    pub fn overloaded(wait: Duration) -> Self {
        Self::new(Code::Unavailable, Code::Unavailable.sentence()).after(wait)
    }

    /// An error whose only trace is its status.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let code = Code::of_status(status);
        let error = Self::new(code, code.sentence());
        if code == Code::Unavailable {
            error.after(Duration::from_secs(1))
        } else {
            error
        }
    }

    fn because(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Arc::new(cause));
        self
    }

    fn after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// The same with a narrower code than that of its status.
    #[must_use]
    pub fn with_code(mut self, code: &'static str) -> Self {
        self.0.code = code;
        self
    }

    /// The same with a further field in the answer.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.context.insert(field.to_owned(), value);
        }
        self
    }

    /// The status it answers with.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable code that it says.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What is wrong, field by field.
    pub fn fields(&self) -> &[Violation] {
        &self.0.fields
    }

    /// What lies behind it, to be logged and never shown.
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.0.cause.as_deref()
    }

    /// The sentence that it says.
    pub fn sentence(&self) -> &str {
        &self.0.sentence
    }
}

impl From<Violations> for ApiError {
    fn from(violations: Violations) -> Self {
        Self::invalid(violations)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
