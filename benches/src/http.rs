use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, task::JoinSet};

/// How many clients keep a connection open.
pub(crate) const CLIENTS: usize = 64;

/// One keep-alive connection.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    authorization: String,
    /// What is sent beside the usual headers.
    headers: Vec<(&'static str, String)>,
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
            headers: Vec::new(),
        })
    }

    /// Sends one request and reads the whole answer.
    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Bytes,
    ) -> anyhow::Result<(u16, Bytes)> {
        let response = self.answer(method, path, body).await?;
        let status = response.status().as_u16();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }

    async fn answer(
        &mut self,
        method: &str,
        path: &str,
        body: Bytes,
    ) -> anyhow::Result<Response<Incoming>> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("authorization", &self.authorization)
            .header("content-type", "application/json");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        self.sender.ready().await?;
        let request = request.body(Full::new(body))?;
        Ok(self.sender.send_request(request).await?)
    }

    /// A header of the answer to a `GET`.
    pub(crate) async fn header(
        &mut self,
        path: &str,
        name: &str,
    ) -> anyhow::Result<Option<String>> {
        let response = self.answer("GET", path, Bytes::new()).await?;
        let value = response
            .headers()
            .get(name)
            .map(|value| value.to_str().map(str::to_owned));
        response.into_body().collect().await?;
        Ok(value.transpose()?)
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

/// What came of some load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    /// Requests answered in a second.
    pub(crate) per_second: f64,
    /// How long all but one in a hundred took at most.
    pub(crate) p99: Duration,
}

/// The 99th percentile of `times`.
pub(crate) fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times
        .get(times.len() * 99 / 100)
        .copied()
        .unwrap_or_default()
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
    Ok(measure(address, token, time, request).await?.per_second)
}

/// The same with latencies.
pub(crate) async fn measure<F>(
    address: &str,
    token: &str,
    time: Duration,
    request: F,
) -> anyhow::Result<Rate>
where
    F: Fn(usize, usize) -> (&'static str, String, Bytes) + Send + Sync + 'static,
{
    measure_with((address, token, &[]), time, (200, request)).await
}

/// The same with further headers, and with the status that every answer must have.
pub(crate) async fn measure_with<F>(
    (address, token, headers): (&str, &str, &[(&'static str, &str)]),
    time: Duration,
    (expected, request): (u16, F),
) -> anyhow::Result<Rate>
where
    F: Fn(usize, usize) -> (&'static str, String, Bytes) + Send + Sync + 'static,
{
    let request = Arc::new(request);
    let mut clients = JoinSet::new();
    let started = Instant::now();
    for number in 0..CLIENTS {
        let mut client = Client::connect(address, token).await?;
        let owned = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        client.headers = owned.collect();
        let request = Arc::clone(&request);
        clients.spawn(async move {
            let mut times = Vec::new();
            while started.elapsed() < time {
                let (method, path, body) = request(number, times.len());
                let sent = Instant::now();
                let (status, answer) = client.send(method, &path, body).await?;
                times.push(sent.elapsed());
                anyhow::ensure!(status == expected, "{method} {path}: {status} {answer:?}");
            }
            Ok::<_, anyhow::Error>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(client) = clients.join_next().await {
        times.extend(client??);
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let done = times.len() as f64;
    Ok(Rate {
        per_second: done / started.elapsed().as_secs_f64(),
        p99: p99(times),
    })
}
