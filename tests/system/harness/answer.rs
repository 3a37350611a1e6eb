use chrono::DateTime;
use reqwest::{Response, header::HeaderMap};
use serde_json::Value;

/// What the gateway answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// As JSON; a string where it is none.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Result<Self, reqwest::Error> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Self {
            status,
            headers,
            body,
        })
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The body of a refusal that must have this status and code, in the one shape of errors.
    #[track_caller]
    pub(crate) fn refuses(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, &self.body["code"]),
            (status, &code.into()),
            "{}",
            self.body
        );
        self.in_envelope()
    }

    /// The body of any refusal: all of them have one shape.
    #[track_caller]
    pub(crate) fn in_envelope(self) -> Value {
        let body = &self.body;
        assert_eq!(body["success"], false, "{} {body}", self.status);
        for field in ["error", "code", "requestId"] {
            let text = body[field].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{field} is missing: {body}");
        }
        assert_eq!(body["requestId"], self.header("x-request-id"));
        let timestamp = body["timestamp"].as_str().unwrap_or_default();
        assert!(
            DateTime::parse_from_rfc3339(timestamp).is_ok(),
            "{timestamp}"
        );
        assert!(
            timestamp.len() == 24 && timestamp.ends_with('Z'),
            "{timestamp}"
        );
        assert_eq!(self.header("content-type"), "application/json");
        if matches!(self.status, 429 | 503) {
            let wait: u64 = self.header("retry-after").parse().unwrap();
            assert!(wait > 0);
        }
        self.body
    }
}
