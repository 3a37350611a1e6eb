use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr},
};

use axum::{extract::FromRequestParts, http::request::Parts};

/// The address that a request came from, as far as proxies are trusted. The gateway puts it into the request's
/// extensions; where nobody did, it is the unspecified address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

impl Default for ClientAddress {
    fn default() -> Self {
        Self(Ipv4Addr::UNSPECIFIED.into())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_default())
    }
}

/// How the client reached us: directly, or the outermost proxy that is trusted. The gateway puts it into the request's
/// extensions; where nobody did, it is plain HTTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientScheme {
    /// Readable on the way.
    #[default]
    Http,
    /// Encrypted: cookies can be kept to it.
    Https,
}

impl<S: Send + Sync> FromRequestParts<S> for ClientScheme {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_default())
    }
}
