use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, task::JoinSet};

/// How many clients keep a connection open.
pub(crate) const CLIENTS: usize = 64;

/// One keep-alive connection.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    authorization: String,
}

impl Client {
    #[expect(
        clippy::disallowed_methods,
        reason = "a connection needs its driver; the process ends with the run"
    )]
    pub(crate) async fn connect(address: &str, token: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            authorization: format!("Bearer {token}"),
        })
    }

    /// Sends one request and reads the whole answer.
    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Bytes,
    ) -> anyhow::Result<(u16, Bytes)> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("authorization", &self.authorization)
            .header("content-type", "application/json")
            .body(Full::new(body))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status().as_u16();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }

    /// Sends one request that must succeed, and reads its JSON.
    pub(crate) async fn json(
        &mut self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let (status, answer) = self.send(method, path, body.to_string().into()).await?;
        let answer: Value = serde_json::from_slice(&answer).context("the answer is no JSON")?;
        anyhow::ensure!(
            (200..300).contains(&status),
            "{method} {path}: {status} {answer}"
        );
        Ok(answer)
    }
}

/// Requests per second of [`CLIENTS`] connections that send one request after the other for `time`.
///
/// `request` gives the method, path and body of the `n`th request of a client.
pub(crate) async fn load<F>(
    address: &str,
    token: &str,
    time: Duration,
    request: F,
) -> anyhow::Result<f64>
where
    F: Fn(usize, usize) -> (&'static str, String, Bytes) + Send + Sync + 'static,
{
    let request = Arc::new(request);
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let mut client = Client::connect(address, token).await?;
        let request = Arc::clone(&request);
        clients.spawn(async move {
            let (started, mut done) = (Instant::now(), 0_u32);
            while started.elapsed() < time {
                let (method, path, body) = request(number, done as usize);
                let (status, answer) = client.send(method, &path, body).await?;
                anyhow::ensure!(status == 200, "{method} {path}: {status} {answer:?}");
                done += 1;
            }
            Ok::<_, anyhow::Error>(f64::from(done) / started.elapsed().as_secs_f64())
        });
    }
    let mut total = 0.0;
    while let Some(client) = clients.join_next().await {
        total += client??;
    }
    Ok(total)
}
