use axum::http::{HeaderMap, HeaderName, HeaderValue};
use validation::Id;

/// The id of one request: taken from `X-Request-Id` where that holds an id, made otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Id<Self>);

tokio::task_local! {
    static CURRENT: RequestId;
}

impl RequestId {
    /// The header it travels in.
    pub const HEADER: &str = "x-request-id";
    pub(crate) const NAME: HeaderName = HeaderName::from_static(Self::HEADER);

    /// The one that a request names, or a new one.
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers
            .get(Self::NAME)
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

    /// Has `see` look at the id of the request that is being answered here, if one is: a log line has it by this.
    pub fn with_current<T>(see: impl FnOnce(&Self) -> T) -> Option<T> {
        CURRENT.try_with(see).ok()
    }

    /// Does some of the work of the request.
    pub fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self.clone(), work)
    }

    /// Does work of the request that waits for something.
    pub async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    pub(crate) fn header_value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(self.as_str()).ok()
    }
}
