//! The configuration: read once, typed, refused in one line that names the variable.

mod error;
mod limits;
mod remote;
mod secrets;
#[cfg(test)]
mod tests;
mod variables;

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::http::HeaderValue;
use database::DatabaseUrl;
use ipnet::IpNet;
use outbound::Reach;
use secrecy::{ExposeSecret as _, SecretString};
use validation::Email;

use self::variables::Variables;
pub use self::{
    error::StartError,
    limits::RateLimits,
    remote::{ExternalApi, Metakocka, RedisUrl},
    secrets::Secrets,
    variables::Environment,
};

const DEFAULT_DATABASE_URL: &str = "sqlite://data/lockstep.db?mode=rwc";
const DEFAULT_LOG_FILTER: &str = "info,sqlx=warn,sea_orm=warn";

/// All that the environment decides about `serve`.
#[derive(Debug)]
pub struct Config {
    /// Where to listen.
    pub bind_addr: SocketAddr,
    /// The database.
    pub storage: Storage,
    /// What carries ephemeral events between nodes, where there is such a server.
    pub redis_url: Option<RedisUrl>,
    /// What signs and encrypts.
    pub secrets: Secrets,
    /// The admin to make where the database has none.
    pub first_admin: Option<FirstAdmin>,
    /// How long tokens hold.
    pub token_lifetimes: TokenLifetimes,
    /// Servers of directory users.
    pub external_api: ExternalApi,
    /// Metakocka.
    pub metakocka: Metakocka,
    /// How often somebody may do something.
    pub rate_limits: RateLimits,
    /// The proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Which addresses may be called.
    pub outbound: Reach,
    /// The web pages of other origins that may call with a browser's credentials.
    pub cors_allowed_origins: Vec<HeaderValue>,
    /// How it logs.
    pub log: Log,
    /// How long requests in flight have when the gateway stops.
    pub shutdown_grace: Duration,
}

/// Where variables come from.
pub type Source<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// The database: all that commands need that do not serve.
#[derive(Clone, Debug)]
pub struct Storage {
    /// Where the data lives.
    pub url: DatabaseUrl,
    /// Whether the start brings the schema up to date.
    pub auto_migrate: bool,
}

/// An admin for an empty database.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    /// The address to sign in with.
    pub email: Email,
    /// 10 to 128 characters.
    pub password: SecretString,
}

/// How long tokens hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLifetimes {
    /// An access token's.
    pub access: Duration,
    /// A refresh token's.
    pub refresh: Duration,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// How the gateway logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// Which events are logged, in the language of `RUST_LOG`.
    pub filter: String,
}

impl Config {
    /// Reads every variable from `source`. Where they are unset on SQLite, secrets are made and kept beside the file.
    pub fn read(source: Source<'_>) -> Result<Self, StartError> {
        let variables = &Variables(source);
        let address = "an IP address and a port, such as 127.0.0.1:3000";
        let bind_addr = variables.parse("BIND_ADDR", address, |text| text.parse().ok())?;
        let storage = Storage::read(source)?;
        Ok(Self {
            bind_addr: bind_addr.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 3000).into()),
            redis_url: RedisUrl::read(variables)?,
            first_admin: FirstAdmin::read(variables)?,
            token_lifetimes: TokenLifetimes::read(variables)?,
            external_api: ExternalApi::read(variables)?,
            metakocka: Metakocka::read(variables)?,
            rate_limits: RateLimits::read(variables)?,
            trusted_proxies: variables.list(
                "TRUSTED_PROXIES",
                "addresses or CIDR networks separated by commas, such as 10.0.0.0/8",
                remote::network,
            )?,
            outbound: remote::outbound(variables)?,
            cors_allowed_origins: variables.list(
                "CORS_ALLOWED_ORIGINS",
                "origins separated by commas, such as https://app.example",
                remote::origin,
            )?,
            log: Log::read(source)?,
            shutdown_grace: Duration::from_secs(
                variables
                    .number("SHUTDOWN_GRACE_SECONDS", 10, 0..=3_600)?
                    .into(),
            ),
            // Last, for a start that is refused must leave nothing behind.
            secrets: Secrets::read(variables, &storage.url)?,
            storage,
        })
    }
}

impl Storage {
    /// Reads `DATABASE_URL` and `AUTO_MIGRATE`.
    pub fn read(source: Source<'_>) -> Result<Self, StartError> {
        let variables = Variables(source);
        let url = variables.text("DATABASE_URL");
        let url = url.as_deref().unwrap_or(DEFAULT_DATABASE_URL).parse();
        let url = url.map_err(|error: database::DatabaseUrlError| {
            StartError::new("DATABASE_URL", error.to_string())
        })?;
        Ok(Self {
            url,
            auto_migrate: variables.flag("AUTO_MIGRATE", true)?,
        })
    }
}

impl Log {
    /// Reads `LOG_FORMAT` and `RUST_LOG`.
    pub fn read(source: Source<'_>) -> Result<Self, StartError> {
        let variables = Variables(source);
        let format = variables.parse("LOG_FORMAT", "pretty or json", |text| match text {
            "pretty" => Some(LogFormat::Pretty),
            "json" => Some(LogFormat::Json),
            _ => None,
        })?;
        let wants = "a filter such as info or info,gateway=debug";
        let filter = variables.parse("RUST_LOG", wants, |text| {
            tracing_subscriber::EnvFilter::try_new(text)
                .ok()
                .map(|_| text.to_owned())
        })?;
        Ok(Self {
            format: format.unwrap_or(LogFormat::Pretty),
            filter: filter.unwrap_or_else(|| DEFAULT_LOG_FILTER.to_owned()),
        })
    }
}

impl FirstAdmin {
    fn read(variables: &Variables<'_>) -> Result<Option<Self>, StartError> {
        let Some((email, password)) = variables.pair(["ADMIN_EMAIL", "ADMIN_PASSWORD"])? else {
            return Ok(None);
        };
        let email = remote::email_of("ADMIN_EMAIL", &email)?;
        if !(10..=128).contains(&password.expose_secret().chars().count()) {
            return Err(StartError::new(
                "ADMIN_PASSWORD",
                "wants 10 to 128 characters",
            ));
        }
        Ok(Some(Self { email, password }))
    }
}

impl TokenLifetimes {
    fn read(variables: &Variables<'_>) -> Result<Self, StartError> {
        let access = remote::seconds(variables, "ACCESS_TOKEN_TTL_SECONDS", 900)?;
        let days = variables.number("REFRESH_TOKEN_TTL_DAYS", 30, 1..=3_650)?;
        Ok(Self {
            access,
            refresh: Duration::from_secs(u64::from(days) * 86_400),
        })
    }
}
