use axum::{http::StatusCode, response::Response};
use http_body_util::BodyExt;
use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
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

    /// The answer succeeds with this status; its body.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.body
    }

    /// The answer is an error in the one shape, with this sentence and the code of its status.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, sentence: &str) {
        let code = match status {
            401 => "unauthenticated",
            403 => "forbidden",
            404 => "not_found",
            405 => "method_not_allowed",
            409 => "conflict",
            502 => "upstream_failed",
            504 => "upstream_timeout",
            415 => "unsupported_media_type",
            503 => "unavailable",
            other => panic!("no code for {other}"),
        };
        self.refuses_with(status, code, sentence);
    }

    /// The same with a narrower code.
    #[track_caller]
    pub(crate) fn refuses_with(&self, status: u16, code: &str, sentence: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.body["error"], sentence);
        self.has_code(code);
    }

    /// The answer is a 400 that names `field`.
    #[track_caller]
    pub(crate) fn refuses_field(&self, field: &str) {
        assert_eq!(
            self.status,
            StatusCode::BAD_REQUEST,
            "{field}: {}",
            self.text
        );
        assert_eq!(self.body["fields"][0]["field"], field, "{}", self.text);
        assert!(self.body["fields"][0]["error"].is_string());
        self.has_code("invalid_request");
    }

    #[track_caller]
    fn has_code(&self, code: &str) {
        assert_eq!(self.body["success"], false);
        assert_eq!(self.body["code"], code, "{}", self.text);
        assert!(self.body["requestId"].is_string() && self.body["timestamp"].is_string());
    }
}
