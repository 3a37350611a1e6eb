use std::{error::Error, sync::Arc};

use async_trait::async_trait;

use crate::Caller;

/// Why a token gives nobody.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AuthError {
    /// Not a token of ours, revoked, or of an account that is unknown or disabled.
    #[error("Invalid token")]
    Invalid,
    /// Was good once.
    #[error("Token expired")]
    Expired,
    /// It could not be found out.
    #[error("the token could not be verified")]
    Unavailable(#[source] Arc<dyn Error + Send + Sync>),
}

/// Finds out whom a token stands for: an access token or a service token.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The caller, as of now: a disabled account or a revoked token is refused at once.
    async fn authenticate(&self, token: &str) -> Result<Arc<Caller>, AuthError>;

    /// When a good token ends, in seconds since 1970; `None` for one that does not end by itself.
    fn expires_at(&self, _token: &str) -> Option<i64> {
        None
    }
}
