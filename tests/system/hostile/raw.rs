use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::harness::{Client, Node};

/// Longer than anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends requests as they are, also such as no decent client would.
pub(crate) struct Raw(Client);

/// An answer as it came.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Raw {
    /// Sends as `client` does, with its token.
    pub(crate) fn new(client: Client) -> Self {
        Self(client)
    }

    /// With these headers, and a body.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Reply {
        let mut request = self.0.request(method, path).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    /// Without a body.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "").await
    }

    /// With a JSON body, or what says that it is one.
    pub(crate) async fn json(
        &self,
        method: &str,
        path: &str,
        body: impl Into<reqwest::Body>,
    ) -> Reply {
        let headers = [("content-type", "application/json")];
        self.send(method, path, &headers, body).await
    }
}

impl Reply {
    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| Value::String(self.text.clone()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }

    /// A refusal of the caller's mistake in the one shape of every error, with this code.
    pub(crate) fn expect_refusal(&self, what: &str) -> Value {
        let (status, body) = (self.status, self.body());
        assert!((400..500).contains(&status), "{what}: {status} {body}");
        let code = match status {
            400 => "invalid_request",
            401 => "unauthenticated",
            403 => "forbidden",
            404 => "not_found",
            405 => "method_not_allowed",
            413 => "payload_too_large",
            415 => "unsupported_media_type",
            429 => "rate_limited",
            // Narrower codes are allowed here.
            409 => body["code"].as_str().unwrap_or_default(),
            other => panic!("{what}: {other} {body}"),
        };
        assert_eq!(body["code"], code, "{what}: {body}");
        assert_eq!(body["success"], false, "{what}: {body}");
        assert_eq!(
            body["requestId"],
            self.header("x-request-id"),
            "{what}: {body}"
        );
        for field in ["error", "timestamp", "requestId"] {
            let text = body[field].as_str();
            assert!(
                text.is_some_and(|text| !text.is_empty()),
                "{what}: {field} of {body}"
            );
        }
        body
    }
}

/// A connection on which bytes are sent as they are.
pub(crate) struct Wire(TcpStream);

impl Wire {
    pub(crate) fn open(node: &Node) -> Self {
        let stream = TcpStream::connect(node.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// Sends what still can be sent: the other end may have had enough.
    pub(crate) fn say(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.0.write_all(bytes.as_ref());
    }

    /// Everything that comes until the other end closes the connection.
    pub(crate) fn hear_all(mut self) -> String {
        let mut heard = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            match self.0.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => heard.extend_from_slice(&chunk[..length]),
                // A connection that is reset has been closed, too.
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
                Err(error) => panic!(
                    "still open after {PATIENCE:?}: {error}; heard {:?}",
                    String::from_utf8_lossy(&heard)
                ),
            }
        }
        String::from_utf8_lossy(&heard).into_owned()
    }
}
