use axum::http::{HeaderMap, HeaderValue};
use validation::Id;

/// The id of one request: taken from `X-Request-Id` where that holds an id, made otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Id<Self>);

impl RequestId {
    /// The header it travels in.
    pub const HEADER: &str = "x-request-id";

    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let given = headers
            .get(Self::HEADER)
            .and_then(|value| value.to_str().ok());
        Self(
            given
                .and_then(|id| Id::parse(id).ok())
                .unwrap_or_else(Id::generate),
        )
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn header_value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(self.as_str()).ok()
    }
}
