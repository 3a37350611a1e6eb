use std::{net::IpAddr, time::Duration};

use axum::http::{Uri, uri::Authority};
use outbound::Reach;
use secrecy::SecretString;
use validation::Email;

use super::{StartError, variables::Variables};

/// The servers that directory users come from, where a location has no credentials of its own.
#[derive(Clone, Debug)]
pub struct ExternalApi {
    /// E-mail and password to sign in with.
    pub credentials: Option<(Email, SecretString)>,
    /// How long one call may take.
    pub timeout: Duration,
}

impl ExternalApi {
    pub(super) fn read(variables: &Variables<'_>) -> Result<Self, StartError> {
        let given = variables.pair(["EXTERNAL_API_EMAIL", "EXTERNAL_API_PASSWORD"])?;
        let credentials = match given {
            Some((email, password)) => Some((email_of("EXTERNAL_API_EMAIL", &email)?, password)),
            None => None,
        };
        Ok(Self {
            credentials,
            timeout: seconds(variables, "EXTERNAL_API_TIMEOUT_SECONDS", 30)?,
        })
    }
}

/// Metakocka, where an organization says nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metakocka {
    /// Scheme, host, port and perhaps a path, without a slash at the end.
    pub base_url: String,
    /// How long one call may take.
    pub timeout: Duration,
    /// The wait before the first repetition; it doubles.
    pub retry_base: Duration,
    /// How often a push is tried at most.
    pub retry_max_attempts: u32,
    /// Whether calls are answered by a simulation instead of Metakocka.
    pub test_mode: bool,
}

impl Metakocka {
    pub(super) fn read(variables: &Variables<'_>) -> Result<Self, StartError> {
        let wants = "an http or https URL such as https://main.metakocka.si";
        let base_url = variables.parse("METAKOCKA_BASE_URL", wants, base_url)?;
        Ok(Self {
            base_url: base_url.unwrap_or_else(|| "https://main.metakocka.si".to_owned()),
            timeout: seconds(variables, "METAKOCKA_TIMEOUT_SECONDS", 120)?,
            retry_base: seconds(variables, "METAKOCKA_RETRY_BASE_SECONDS", 5)?,
            retry_max_attempts: variables.number("METAKOCKA_RETRY_MAX_ATTEMPTS", 8, 1..=100)?,
            test_mode: variables.flag("METAKOCKA_TEST_MODE", false)?,
        })
    }
}

/// Which addresses the gateway may call when an admin names them.
pub(super) fn outbound(variables: &Variables<'_>) -> Result<Reach, StartError> {
    let block = variables.flag("OUTBOUND_BLOCK_PRIVATE", false)?;
    Ok(if block {
        Reach::PublicOnly
    } else {
        Reach::Everywhere
    })
}

/// A Redis server.
#[derive(Clone, Debug)]
pub struct RedisUrl {
    /// The whole URL, which may hold a password.
    pub url: SecretString,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the connection is encrypted (`rediss://`).
    pub encrypted: bool,
}

impl RedisUrl {
    pub(super) fn read(variables: &Variables<'_>) -> Result<Option<Self>, StartError> {
        variables.parse(
            "REDIS_URL",
            "a URL such as redis://127.0.0.1:6379",
            Self::parse,
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let encrypted = match uri.scheme_str()? {
            "redis" => false,
            "rediss" => true,
            _ => return None,
        };
        let authority = uri
            .authority()
            .filter(|authority| names_a_server(authority))?;
        let host = authority
            .host()
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let port = authority.port_u16().unwrap_or(6379);
        Some(Self {
            url: SecretString::from(text),
            host,
            port,
            encrypted,
        })
    }
}

pub(super) fn email_of(name: &'static str, text: &str) -> Result<Email, StartError> {
    Email::parse(text).map_err(|error| StartError::new(name, error.to_string()))
}

pub(super) fn seconds(
    variables: &Variables<'_>,
    name: &'static str,
    default: u32,
) -> Result<Duration, StartError> {
    Ok(Duration::from_secs(
        variables.number(name, default, 1..=86_400)?.into(),
    ))
}

fn base_url(text: &str) -> Option<String> {
    let uri: Uri = text.parse().ok()?;
    let authority = uri.authority()?;
    let is_bare = uri.query().is_none() && !authority.as_str().contains('@');
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    (is_bare && is_web && names_a_server(authority)).then(|| text.trim_end_matches('/').to_owned())
}

/// A host, and a port that is one where there is something behind the host.
fn names_a_server(authority: &Authority) -> bool {
    let (_, server) = authority
        .as_str()
        .rsplit_once('@')
        .unwrap_or(("", authority.as_str()));
    !authority.host().is_empty()
        && (server.len() == authority.host().len() || authority.port_u16().is_some())
}

/// `10.0.0.0/8`, or one address.
pub(super) fn network(text: &str) -> Option<ipnet::IpNet> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(ipnet::IpNet::from))
}

/// `https://app.example`, `http://localhost:5173`: scheme, host and port, nothing behind.
pub(super) fn origin(text: &str) -> Option<axum::http::HeaderValue> {
    let text = base_url(text).filter(|url| url == text)?;
    let (_, behind_scheme) = text.split_once("://")?;
    (!behind_scheme.contains('/')).then_some(())?;
    text.to_ascii_lowercase().parse().ok()
}
