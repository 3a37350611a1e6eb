use axum::{http::StatusCode, response::Response};
use http_body_util::BodyExt as _;
use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    /// Null where it is no JSON.
    pub(crate) body: Value,
    /// The body as it was sent.
    pub(crate) text: String,
}

impl Reply {
    pub(super) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            status: parts.status,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    /// The answer has this status; its body.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.body
    }

    /// The answer is an error in the one shape, with this status and code; its body.
    #[track_caller]
    pub(crate) fn refuses(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.body["code"], code, "{}", self.text);
        assert_eq!(self.body["success"], false);
        assert!(self.body["requestId"].is_string() && self.body["timestamp"].is_string());
        self.body
    }

    /// The answer is a 400 that names `field`.
    #[track_caller]
    pub(crate) fn refuses_field(&self, field: &str) {
        assert_eq!(self.status.as_u16(), 400, "{field}: {}", self.text);
        assert_eq!(self.body["code"], "invalid_request");
        assert_eq!(self.body["fields"][0]["field"], field, "{}", self.text);
    }
}
