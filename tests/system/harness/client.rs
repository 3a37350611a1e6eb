use std::time::Duration;

use outbound::Reach;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Answer, Node, PASSWORD};

/// Somebody who calls a node.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Client {
    /// Somebody without a token.
    pub(crate) fn stranger(node: &Node) -> Self {
        // The gateway's own client brings what encrypts; it follows no redirects either.
        let http = outbound::client(Reach::Everywhere, Duration::from_mins(2)).unwrap();
        Self {
            http,
            base: format!("http://{}", node.address()),
            token: None,
        }
    }

    /// The same caller at another node.
    pub(crate) fn at(&self, node: &Node) -> Self {
        let base = format!("http://{}", node.address());
        Self {
            base,
            ..self.clone()
        }
    }

    /// Somebody with this token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The token that is sent.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Whoever signs in with everybody's password, and what is said of them.
    pub(crate) async fn login(&self, email: &str) -> (Self, Value) {
        let request = json!({"email": email, "password": PASSWORD});
        let session = self.post("/api/auth/login", &request).await.is(200);
        (
            self.with_token(session["accessToken"].as_str().unwrap()),
            session,
        )
    }

    /// A request that is not sent yet.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request that the node may not live to answer.
    pub(crate) async fn attempt(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, reqwest::Error> {
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        Answer::read(request.send().await?).await
    }

    /// Sends a request.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let answer = self.attempt(method, path, body).await;
        answer.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send("PATCH", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    /// All items of a list, page by page.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut page) = (Vec::new(), 1);
        let separator = if path.contains('?') { '&' } else { '?' };
        loop {
            let asked = format!("{path}{separator}page={page}&perPage=200");
            let list = self.get(&asked).await.is(200);
            items.extend(list["items"].as_array().unwrap().iter().cloned());
            if items.len() as u64 >= list["total"].as_u64().unwrap() {
                return items;
            }
            page += 1;
        }
    }
}
