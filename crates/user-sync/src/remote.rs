//! The servers that users come from. Each answers a little differently.

mod attempt;
mod call;
mod doctor;
mod fields;
mod read;
mod row;
mod session;
mod shape;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use outbound::RemoteUrl;
use reqwest::Client;

use self::session::Token;
pub use self::{
    call::{Cause, RemoteError},
    doctor::{CheckedStep, Examination, Shape},
};
use crate::model::{Credentials, LocationId};

/// A server, and how to get in.
#[derive(Clone, Debug)]
pub struct Server {
    /// Whose it is.
    pub location: LocationId,
    /// Where it is.
    pub url: RemoteUrl,
    /// Whom it lets in.
    pub credentials: Credentials,
}

/// How patient we are.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Between two attempts of a call that failed.
    pub retry_pause: Duration,
    /// For all pages of a server together.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            retry_pause: Duration::from_secs(1),
            whole: Duration::from_mins(10),
        }
    }
}

/// Reads the users of remote servers. Clones share connections and tokens.
#[derive(Clone, Debug)]
pub struct RemoteUsers {
    client: Client,
    patience: Patience,
    tokens: Arc<Mutex<HashMap<LocationId, Token>>>,
}

impl RemoteUsers {
    /// Calls with `client`, which follows no redirects and ends each call in time.
    pub fn new(client: Client, patience: Patience) -> Self {
        Self {
            client,
            patience,
            tokens: Arc::default(),
        }
    }
}
