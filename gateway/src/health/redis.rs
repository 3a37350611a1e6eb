use std::io::{Error, ErrorKind, Result};

use secrecy::ExposeSecret as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::config::RedisUrl;

/// Whether a Redis server answers. One that wants a password answers too; of an encrypted one only the port is tried.
pub(super) async fn ping(url: &RedisUrl) -> Result<()> {
    let mut stream = TcpStream::connect((url.host.as_str(), url.port)).await?;
    if url.encrypted {
        return Ok(());
    }
    stream.write_all(b"PING\r\n").await?;
    let mut answer = [0_u8; 5];
    stream.read_exact(&mut answer).await?;
    let has_password = url.url.expose_secret().contains('@');
    match &answer {
        b"+PONG" => Ok(()),
        b"-NOAU" if has_password => Ok(()),
        _ => Err(Error::new(
            ErrorKind::InvalidData,
            "not the answer of a Redis server that is ready",
        )),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use tokio::net::TcpListener;

    use super::*;

    async fn ping_a_server_that_says(answer: &'static [u8], credentials: &str) -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let url = SecretString::from(format!("redis://{credentials}127.0.0.1:{port}"));
        let url = RedisUrl {
            url,
            host: "127.0.0.1".to_owned(),
            port,
            encrypted: false,
        };
        let server = async {
            let (mut stream, _) = listener.accept().await?;
            let mut request = [0_u8; 6];
            stream.read_exact(&mut request).await?;
            assert_eq!(&request, b"PING\r\n");
            stream.write_all(answer).await
        };
        let (outcome, spoken) = tokio::join!(ping(&url), server);
        spoken.and(outcome)
    }

    #[tokio::test]
    async fn a_server_is_ready_when_it_answers_to_a_ping() {
        assert!(ping_a_server_that_says(b"+PONG\r\n", "").await.is_ok());
        assert!(
            ping_a_server_that_says(b"-NOAUTH Authentication required.\r\n", ":secret@")
                .await
                .is_ok()
        );
        assert!(
            ping_a_server_that_says(b"-NOAUTH Authentication required.\r\n", "")
                .await
                .is_err()
        );
        assert!(ping_a_server_that_says(b"-LOADING\r\n", "").await.is_err());
    }

    #[tokio::test]
    async fn a_real_server_is_ready() {
        let url = test_support::redis_url();
        let address = url
            .trim_start_matches("redis://")
            .trim_end_matches('/')
            .split('/')
            .next()
            .unwrap()
            .to_owned();
        let (host, port) = address.rsplit_once(':').unwrap();
        let (host, port) = (host.to_owned(), port.parse().unwrap());
        ping(&RedisUrl {
            url: SecretString::from(url),
            host,
            port,
            encrypted: false,
        })
        .await
        .unwrap();
    }
}
