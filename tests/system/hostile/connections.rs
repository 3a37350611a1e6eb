use test_support::TestDatabase;

use super::raw::Wire;
use crate::harness::{ADMIN_EMAIL, Client, Node, PASSWORD};

const GOOD: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

async fn node() -> (Node, TestDatabase) {
    let test = TestDatabase::sqlite().await;
    (Node::start(test.url()).await, test)
}

/// Everything that is answered to `bytes` before the connection is closed.
fn answers_to(node: &Node, bytes: impl AsRef<[u8]>) -> String {
    let mut wire = Wire::open(node);
    wire.say(bytes);
    wire.hear_all()
}

#[tokio::test]
async fn requests_that_are_not_http_are_refused_and_the_connection_is_closed() {
    let (node, _database) = node().await;
    let mut noise = vec![0xff; 100];
    noise.extend(b"\r\n\r\n");
    let malformed: [&[u8]; 12] = [
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nhost: x\r\n\r\n",
        b"GET  /healthz  HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: \0\r\n\r\n",
        b"G\0T / HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /bookings HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n",
        b"POST /bookings HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        &noise,
    ];
    for bytes in malformed {
        let heard = answers_to(&node, bytes);
        let what = String::from_utf8_lossy(bytes).into_owned();
        assert!(
            heard.is_empty() || heard.starts_with("HTTP/1.1 400 "),
            "{what:?}: {heard}"
        );
    }
    assert_eq!(Client::stranger(&node).get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let (node, _database) = node().await;
    let large = format!(
        "GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n",
        "x".repeat(1 << 20)
    );
    let heard = answers_to(&node, large);
    assert!(
        heard.is_empty() || heard.starts_with("HTTP/1.1 431 "),
        "{heard}"
    );
    let many = "x: y\r\n".repeat(1_000);
    let heard = answers_to(&node, format!("GET /healthz HTTP/1.1\r\n{many}\r\n"));
    assert!(
        heard.is_empty() || heard.starts_with("HTTP/1.1 431 "),
        "{heard}"
    );
    let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(1 << 20));
    let heard = answers_to(&node, long);
    assert!(
        heard.is_empty() || heard.starts_with("HTTP/1.1 4"),
        "{heard}"
    );
    assert_eq!(Client::stranger(&node).get("/healthz").await.status, 200);
}

#[tokio::test]
async fn who_connects_and_asks_for_nothing_is_cut_off() {
    let (node, _database) = node().await;
    let beginnings = [
        "",
        "GET /heal",
        "GET /healthz HTTP/1.1\r\nhost: x\r\n",
        "PRI * HTTP/2.0\r\n",
    ];
    let wires = beginnings.map(|beginning| {
        let mut wire = Wire::open(&node);
        wire.say(beginning);
        wire
    });
    // Each is heard until its end, which comes for all of them at about the same time.
    for wire in wires {
        let heard = wire.hear_all();
        assert!(!heard.starts_with("HTTP/1.1 200"), "{heard}");
    }
    assert_eq!(Client::stranger(&node).get("/healthz").await.status, 200);
}

#[tokio::test]
async fn garbage_behind_a_good_request_is_not_taken_for_one() {
    let (node, _database) = node().await;
    let heard = answers_to(&node, format!("{GOOD}{GOOD}\0\u{1}garbage\r\n\r\n{GOOD}"));
    assert_eq!(heard.matches("HTTP/1.1 200 OK").count(), 2, "{heard}");
    assert!(heard.matches("HTTP/1.1 ").count() <= 3, "{heard}");
}

#[tokio::test]
async fn a_request_cannot_hide_in_the_body_of_another() {
    let (node, test) = node().await;
    let register =
        format!("{{\"email\":\"hidden@x.test\",\"password\":\"{PASSWORD}\",\"name\":\"Hidden\"}}");
    let hidden = format!(
        "POST /api/auth/register HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{register}",
        register.len()
    );
    // Both ways to tell where a body ends, in one head: one of them lies.
    let both = format!(
        "POST /api/auth/logout HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n{hidden}"
    );
    let announced = format!(
        "POST /api/auth/logout HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{hidden}",
        hidden.len()
    );
    for bytes in [both, announced] {
        let heard = answers_to(&node, bytes);
        assert!(heard.matches("HTTP/1.1 ").count() <= 1, "{heard}");
    }
    let (admin, _) = Client::stranger(&node).login(ADMIN_EMAIL).await;
    let accounts = admin.get("/api/accounts?q=hidden").await.is(200);
    assert_eq!(accounts["total"], 0, "{accounts}");
    drop(test);
}
