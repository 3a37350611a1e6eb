use std::sync::Arc;

use axum::{Router, routing::get};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
    task::JoinHandle,
};

use tokio_util::task::TaskTracker;

use super::*;

/// A server whose `/wait` answers when `go` is told, after `begun` was.
struct Server {
    address: SocketAddr,
    begun: Arc<Notify>,
    go: Arc<Notify>,
    stop: CancellationToken,
    served: JoinHandle<()>,
}

impl Server {
    async fn start(grace: Duration) -> Self {
        let listener = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let [begun, go] = [(); 2].map(|()| Arc::new(Notify::new()));
        let (telling, waiting) = (Arc::clone(&begun), Arc::clone(&go));
        let wait = async move || {
            telling.notify_one();
            waiting.notified().await;
            "done"
        };
        let router = Router::new()
            .route("/", get(async || "hello"))
            .route("/wait", get(wait));
        let stop = CancellationToken::new();
        let tracker = TaskTracker::new();
        let served = tracker.spawn(serve(listener, router.into(), stop.clone(), grace));
        Self {
            address,
            begun,
            go,
            stop,
            served,
        }
    }

    async fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }
}

async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    // A reset is an end too.
    let _ = stream.read_to_string(&mut text).await;
    text
}

#[tokio::test]
async fn a_request_in_flight_finishes_and_idle_connections_do_not_hold_up_the_end() {
    let server = Server::start(Duration::from_secs(30)).await;
    let idle = server.ask("/").await;
    let busy = server.ask("/wait").await;
    server.begun.notified().await;
    server.stop.cancel();
    assert!(rest(idle).await.ends_with("hello"));
    server.go.notify_one();
    assert!(rest(busy).await.ends_with("done"));
    server.served.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut() {
    let server = Server::start(Duration::from_millis(10)).await;
    let busy = server.ask("/wait").await;
    server.begun.notified().await;
    server.stop.cancel();
    server.served.await.unwrap();
    assert_eq!(rest(busy).await, "");
}

#[tokio::test]
async fn http2_is_spoken_on_the_same_port() {
    let server = Server::start(Duration::from_secs(30)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .unwrap();
    let mut frame = [0_u8; 9];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame[3], 4, "SETTINGS");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_asks_for_nothing_is_let_go() {
    let server = Server::start(Duration::from_secs(30)).await;
    for beginning in ["", "P", "PRI", "GET / HTTP/1.1\r\nhost: "] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        assert_eq!(rest(stream).await, "", "{beginning:?}");
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = Server::start(Duration::from_secs(30)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n",
        "x".repeat(128 * 1024)
    );
    let _ = stream.write_all(head.as_bytes()).await;
    let answer = rest(stream).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let server = Server::start(Duration::ZERO).await;
    let error = bind(server.address).await.unwrap_err().to_string();
    let expected = format!(
        "BIND_ADDR: {} is in use by another program, it wants a free port",
        server.address
    );
    assert_eq!(error, expected);
}
