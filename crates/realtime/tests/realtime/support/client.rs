use std::{collections::VecDeque, time::Duration};

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::time::timeout;
use tower::ServiceExt;

/// Longer than anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client in one namespace.
pub(crate) struct Client {
    router: Router,
    path: String,
    namespace: String,
    /// Socket.IO packets that came and were not looked at yet.
    packets: VecDeque<String>,
    asked: u64,
}

impl Client {
    /// Opens a connection and asks for a namespace.
    pub(crate) async fn knock(router: &Router, namespace: &str, auth: &str) -> Self {
        let open = call(router, "GET", "/socket.io/?EIO=4&transport=polling", "").await;
        let open: Value = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
        let mut client = Self {
            router: router.clone(),
            path: format!(
                "/socket.io/?EIO=4&transport=polling&sid={}",
                open["sid"].as_str().unwrap()
            ),
            namespace: if namespace == "/" {
                String::new()
            } else {
                format!("{namespace},")
            },
            packets: VecDeque::new(),
            asked: 0,
        };
        client.send(&format!("0{}{auth}", client.namespace)).await;
        client
    }

    /// The same, and comes in.
    pub(crate) async fn join(router: &Router, namespace: &str, auth: &str) -> Self {
        let mut client = Self::knock(router, namespace, auth).await;
        let welcome = client.packet().await;
        let expected = format!("0{}{{\"sid\":", client.namespace);
        assert!(welcome.starts_with(&expected), "{welcome}");
        client
    }

    /// Sends a Socket.IO packet as it is.
    pub(crate) async fn send(&mut self, packet: &str) {
        let answer = call(&self.router, "POST", &self.path, &format!("4{packet}")).await;
        assert_eq!(answer, "ok", "{packet}");
    }

    /// The next packet.
    pub(crate) async fn packet(&mut self) -> String {
        while self.packets.is_empty() {
            let waited = timeout(PATIENCE, call(&self.router, "GET", &self.path, "")).await;
            let payload = waited.unwrap();
            for packet in payload.split('\x1e') {
                match packet.chars().next() {
                    Some('4') => self.packets.push_back(packet[1..].to_owned()),
                    Some('2') => drop(call(&self.router, "POST", &self.path, "3").await),
                    _ => self.packets.push_back(format!("closed: {packet}")),
                }
            }
        }
        self.packets.pop_front().unwrap()
    }

    /// The message and the data of the refusal that comes next.
    pub(crate) async fn refusal(&mut self) -> (String, Value) {
        let packet = self.packet().await;
        let body = packet.strip_prefix(&format!("4{}", self.namespace));
        let body: Value = serde_json::from_str(body.unwrap_or(&packet)).unwrap();
        (
            body["message"].as_str().unwrap().to_owned(),
            body["data"].clone(),
        )
    }

    /// The event that comes next: its name and what it says.
    pub(crate) async fn event(&mut self) -> (String, Value) {
        let packet = self.packet().await;
        let body = packet.strip_prefix(&format!("2{}", self.namespace));
        let body: Value = serde_json::from_str(body.unwrap_or(&packet)).unwrap();
        (body[0].as_str().unwrap().to_owned(), body[1].clone())
    }

    /// What the event says that comes next, which has this name.
    pub(crate) async fn hears(&mut self, name: &str) -> Value {
        let (heard, payload) = self.event().await;
        assert_eq!(heard, name, "{payload}");
        payload
    }

    /// The ids of the next `count` recorded events.
    pub(crate) async fn ids(&mut self, count: usize) -> Vec<i64> {
        let mut ids = Vec::new();
        while ids.len() < count {
            ids.push(self.event().await.1["eventId"].as_i64().unwrap());
        }
        ids
    }

    /// Sends an event and gives its ack; events that come before it stay.
    pub(crate) async fn ask(&mut self, name: &str, payload: Value) -> Value {
        self.asked += 1;
        let asked = format!("{}{}", self.namespace, self.asked);
        self.send(&format!("2{asked}{}", json!([name, payload])))
            .await;
        let mut others = VecDeque::new();
        let ack = loop {
            let packet = self.packet().await;
            match packet.strip_prefix(&format!("3{asked}")) {
                Some(body) => break serde_json::from_str::<Value>(body).unwrap()[0].clone(),
                None => others.push_back(packet),
            }
        };
        others.append(&mut self.packets);
        self.packets = others;
        ack
    }

    /// Sends an event that nobody answers.
    pub(crate) async fn say(&mut self, name: &str, payload: Value) {
        let packet = format!("2{}{}", self.namespace, json!([name, payload]));
        self.send(&packet).await;
    }

    /// Shows that nothing has come so far: whatever was sent before comes before the ack.
    pub(crate) async fn has_heard_nothing(&mut self) {
        let ack = self.ask("no:event", Value::Null).await;
        assert_eq!(ack["ok"], false);
        assert!(self.packets.is_empty(), "{:?}", self.packets);
    }

    /// Shows that it was refused once more and then sent away.
    pub(crate) async fn is_expelled_after_error(&mut self) {
        assert_eq!(self.hears("error").await["code"], "rate_limited");
        self.is_expelled().await;
    }

    /// Shows that it was sent away.
    pub(crate) async fn is_expelled(&mut self) {
        assert_eq!(self.packet().await, format!("1{}", self.namespace));
    }
}

async fn call(router: &Router, method: &str, path: &str, body: &str) -> String {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "text/plain;charset=UTF-8")
        .body(Body::from(body.to_owned()))
        .unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}
