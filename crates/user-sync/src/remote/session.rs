use std::sync::PoisonError;

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use super::{Cause, RemoteError, RemoteUsers, Server, shape};

/// A token that a server gave, and for whom.
#[derive(Clone, Debug)]
pub(super) struct Token {
    text: SecretString,
    /// Of address, e-mail and password: changed ones get their own.
    key: [u8; 32],
}

fn key(server: &Server) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [
        server.url.as_str(),
        server.credentials.email.as_str(),
        server.credentials.password.expose_secret(),
    ] {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().into()
}

/// Somebody signed in at a server, who signs in again when the token expires.
///
/// Servers say when it does in a time without a zone, so a token is used until it is refused.
pub(super) struct Session<'a> {
    users: &'a RemoteUsers,
    server: &'a Server,
    current: Mutex<Current>,
}

struct Current {
    token: SecretString,
    /// How many tokens there were before.
    number: u32,
    /// Whether the token has been good for a page.
    is_proven: bool,
}

impl<'a> Session<'a> {
    /// Goes on with the token of the last time, or signs in.
    pub(super) async fn open(
        users: &'a RemoteUsers,
        server: &'a Server,
    ) -> Result<Self, RemoteError> {
        let (token, is_proven) = match users.kept(server) {
            // That it was good once is why one that is refused now is replaced.
            Some(token) => (token, true),
            None => (users.sign_in(server).await?.0, false),
        };
        Ok(Self {
            users,
            server,
            current: Mutex::new(Current {
                token,
                number: 0,
                is_proven,
            }),
        })
    }

    /// Makes a call with the token; one that has expired meanwhile is replaced, once for all calls at the same time.
    pub(super) async fn call(
        &self,
        request: impl Fn() -> RequestBuilder + Send + Sync,
    ) -> Result<Vec<u8>, RemoteError> {
        let mut used = None;
        loop {
            let (token, number) = self.token(used).await?;
            let with_token = || request().bearer_auth(token.expose_secret());
            match self.users.call(with_token).await {
                Ok(body) => {
                    self.prove(number).await;
                    return Ok(body);
                }
                Err(Cause::Unauthorized) => used = Some(number),
                Err(cause) => return Err(RemoteError::Fetch(cause)),
            }
        }
    }

    async fn prove(&self, number: u32) {
        let mut current = self.current.lock().await;
        current.is_proven |= current.number == number;
    }

    /// The present token, a new one where that of the number `refused` is the present one.
    async fn token(&self, refused: Option<u32>) -> Result<(SecretString, u32), RemoteError> {
        let mut current = self.current.lock().await;
        if refused == Some(current.number) {
            if !current.is_proven {
                self.users.forget(self.server);
                return Err(RemoteError::Fetch(Cause::Unauthorized));
            }
            let (token, _) = self.users.sign_in(self.server).await?;
            *current = Current {
                token,
                number: current.number + 1,
                is_proven: false,
            };
        }
        Ok((current.token.clone(), current.number))
    }
}

impl RemoteUsers {
    /// Signs in anew, and says where the token stood.
    pub(super) async fn sign_in(
        &self,
        server: &Server,
    ) -> Result<(SecretString, String), RemoteError> {
        self.forget(server);
        let body = json!({
            "email": server.credentials.email.as_str(),
            "password": server.credentials.password.expose_secret(),
        });
        let url = server.url.join("/api/auth/login");
        let answer = self.call(|| self.client.post(&url).json(&body)).await;
        let (token, place) = shape::token(&answer.map_err(RemoteError::Login)?)?;
        let token = SecretString::from(token);
        let kept = Token {
            text: token.clone(),
            key: key(server),
        };
        self.tokens().insert(server.location, kept);
        Ok((token, place))
    }

    fn tokens(
        &self,
    ) -> std::sync::MutexGuard<'_, std::collections::HashMap<crate::model::LocationId, Token>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self, server: &Server) -> Option<SecretString> {
        let tokens = self.tokens();
        let kept = tokens.get(&server.location)?;
        (kept.key == key(server)).then(|| kept.text.clone())
    }

    fn forget(&self, server: &Server) {
        self.tokens().remove(&server.location);
    }
}
