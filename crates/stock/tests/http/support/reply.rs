use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use http_body_util::BodyExt;
use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
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
            headers: parts.headers,
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

    /// A header, empty where it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The answer is an error in the one shape, with this status, code and sentence.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, code: &str, sentence: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.body["code"], code, "{}", self.text);
        assert_eq!(self.body["error"], sentence);
        assert_eq!(self.body["success"], false);
        assert!(self.body["requestId"].is_string() && self.body["timestamp"].is_string());
    }

    /// The answer is a 400 that names `field`.
    #[track_caller]
    pub(crate) fn refuses_field(&self, field: &str) {
        assert_eq!(self.status.as_u16(), 400, "{field}: {}", self.text);
        assert_eq!(self.body["code"], "invalid_request");
        assert_eq!(self.body["fields"][0]["field"], field, "{}", self.text);
    }

    /// The answer refuses lines: the code of the answer, and place, code, what is free and what is asked of each.
    #[track_caller]
    pub(crate) fn refuses_lines(&self, code: &str, lines: &[(&str, i64, i64)]) {
        assert_eq!(self.status.as_u16(), 409, "{}", self.text);
        assert_eq!(self.body["code"], code);
        assert_eq!(self.body["success"], false);
        assert_eq!(faults(&self.body), lines, "{}", self.text);
    }
}

/// Code, what is free and what is asked of the lines that cannot be served.
pub(crate) fn faults(body: &Value) -> Vec<(&str, i64, i64)> {
    let errors = body["errors"].as_array().unwrap().iter();
    let number = |error: &Value, field: &str| error[field].as_i64().unwrap();
    errors
        .map(|error| {
            assert!(error["error"].is_string() && error["item"].is_object());
            let numbers = (number(error, "available"), number(error, "requested"));
            (error["code"].as_str().unwrap(), numbers.0, numbers.1)
        })
        .collect()
}
