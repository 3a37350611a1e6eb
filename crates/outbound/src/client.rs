use std::{error::Error, net::SocketAddr, time::Duration};

use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};

use crate::{Forbidden, Reach};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// Why there is no client: the system's certificates cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client can be made")]
pub struct ClientError(#[source] reqwest::Error);

/// A client that calls within `reach` and follows no redirects; a call takes `timeout` at most, its body included.
///
/// One is enough for a domain: it keeps connections open and is cheap to clone.
pub fn client(reach: Reach, timeout: Duration) -> Result<Client, ClientError> {
    // The first one wins, and any is right.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("Lockstep/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT.min(timeout))
        .timeout(timeout)
        .redirect(Policy::none())
        .dns_resolver(Within(reach))
        .build()
        .map_err(ClientError)
}

/// Whether a call failed because its server's address may not be called.
pub fn is_forbidden(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<Forbidden>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Resolves names as the system does, to addresses within reach.
struct Within(Reach);

impl Resolve for Within {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let addresses: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One bad address is enough: whoever answers so means no good.
            for address in &addresses {
                reach.check(address.ip())?;
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_is_not_called() {
        let client = client(Reach::PublicOnly, SECOND).unwrap();
        let error = client.get("http://localhost:9").send().await.unwrap_err();
        assert!(is_forbidden(&error), "{error:?}");
    }

    #[tokio::test]
    async fn a_redirect_is_shown_and_not_followed() {
        let listener = TcpListener::bind("localhost:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            let read = socket.read(&mut [0; 1024]).await.unwrap();
            assert!(read > 0);
            let answer = "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
            socket.write_all(answer.as_bytes()).await.unwrap();
            listener
        };
        let client = client(Reach::Everywhere, SECOND).unwrap();
        let call = client.get(format!("http://localhost:{port}/")).send();
        let (_listener, answer) = tokio::join!(server, call);
        assert_eq!(answer.unwrap().status(), 302);
    }

    #[tokio::test]
    async fn nobody_there_is_not_forbidden() {
        let client = client(Reach::Everywhere, SECOND).unwrap();
        let error = client.get("http://127.0.0.1:9").send().await.unwrap_err();
        assert!(!is_forbidden(&error));
    }
}
