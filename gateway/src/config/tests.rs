use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::*;

mod refusals;

/// A configuration from `variables` alone, with its data in a temporary folder.
fn read(variables: &[(&str, &str)]) -> Result<Config, StartError> {
    let folder = tempfile::tempdir().unwrap();
    let mut all = HashMap::from([(
        "DATABASE_URL",
        format!("sqlite://{}/x.db?mode=rwc", folder.path().display()),
    )]);
    all.extend(
        variables
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    Config::read(&|name| all.get(name).cloned())
}

fn with(name: &str, value: &str) -> Config {
    read(&[(name, value)]).unwrap()
}

#[test]
fn without_any_variable_the_defaults_of_the_contract_hold() {
    let config = read(&[]).unwrap();
    assert_eq!(config.bind_addr.to_string(), "127.0.0.1:3000");
    assert_eq!(
        Storage::read(&|_| None).unwrap().url.to_string(),
        "SQLite at data/lockstep.db"
    );
    assert!(config.redis_url.is_none() && config.first_admin.is_none());
    assert_eq!(config.token_lifetimes.access, Duration::from_mins(15));
    assert_eq!(
        config.token_lifetimes.refresh,
        Duration::from_hours(30 * 24)
    );
    assert!(config.external_api.credentials.is_none());
    assert_eq!(config.external_api.timeout, Duration::from_secs(30));
    assert_eq!(config.metakocka.base_url, "https://main.metakocka.si");
    assert_eq!(config.metakocka.timeout, Duration::from_mins(2));
    assert_eq!(config.metakocka.retry_base, Duration::from_secs(5));
    assert_eq!(config.metakocka.retry_max_attempts, 8);
    assert!(!config.metakocka.test_mode);
    let limits = config.rate_limits;
    let limits = [
        limits.anonymous_per_minute,
        limits.login_failures,
        limits.socket_events_per_second,
    ];
    assert_eq!(limits.map(|limit| limit.unwrap().get()), [600, 5, 50]);
    assert!(config.trusted_proxies.is_empty() && config.cors_allowed_origins.is_empty());
    assert_eq!(config.outbound, Reach::Everywhere);
    assert!(config.storage.auto_migrate);
    assert_eq!(config.log.format, LogFormat::Pretty);
    assert_eq!(config.log.filter, "info,sqlx=warn,sea_orm=warn");
    assert_eq!(config.shutdown_grace, Duration::from_secs(10));
}

#[test]
fn variables_of_the_server_are_read() {
    assert_eq!(
        with("BIND_ADDR", " [::]:80 ").bind_addr.to_string(),
        "[::]:80"
    );
    let redis = with("REDIS_URL", "rediss://:secret@[::1]:7000/2")
        .redis_url
        .unwrap();
    assert_eq!(
        (redis.host.as_str(), redis.port, redis.encrypted),
        ("::1", 7000, true)
    );
    assert_eq!(
        with("REDIS_URL", "redis://cache").redis_url.unwrap().port,
        6379
    );
    assert_eq!(
        with("TRUSTED_PROXIES", "10.0.0.0/8, ::1,")
            .trusted_proxies
            .len(),
        2
    );
    assert_eq!(
        with("OUTBOUND_BLOCK_PRIVATE", "1").outbound,
        Reach::PublicOnly
    );
    let origins = with(
        "CORS_ALLOWED_ORIGINS",
        "https://App.example,http://localhost:5173",
    )
    .cors_allowed_origins;
    assert_eq!(origins, ["https://app.example", "http://localhost:5173"]);
    assert!(!with("AUTO_MIGRATE", "false").storage.auto_migrate);
    assert_eq!(with("LOG_FORMAT", "json").log.format, LogFormat::Json);
    assert_eq!(
        with("RUST_LOG", "debug,hyper=off").log.filter,
        "debug,hyper=off"
    );
    assert_eq!(
        with("SHUTDOWN_GRACE_SECONDS", "0").shutdown_grace,
        Duration::ZERO
    );
}

#[test]
fn variables_of_people_and_their_tokens_are_read() {
    let admin = read(&[("ADMIN_EMAIL", "a@b.c"), ("ADMIN_PASSWORD", " ten chars ")])
        .unwrap()
        .first_admin
        .unwrap();
    assert_eq!(
        (admin.email.as_str(), admin.password.expose_secret()),
        ("a@b.c", " ten chars ")
    );
    assert_eq!(
        with("ACCESS_TOKEN_TTL_SECONDS", "1").token_lifetimes.access,
        Duration::from_secs(1)
    );
    assert_eq!(
        with("REFRESH_TOKEN_TTL_DAYS", "1").token_lifetimes.refresh,
        Duration::from_hours(24)
    );
}

#[test]
fn variables_of_remote_systems_are_read() {
    let remote = read(&[
        ("EXTERNAL_API_EMAIL", "a@b.c"),
        ("EXTERNAL_API_PASSWORD", "x"),
    ])
    .unwrap();
    assert_eq!(
        remote.external_api.credentials.unwrap().1.expose_secret(),
        "x"
    );
    assert_eq!(
        with("EXTERNAL_API_TIMEOUT_SECONDS", "2")
            .external_api
            .timeout,
        Duration::from_secs(2)
    );
    assert_eq!(
        with("METAKOCKA_BASE_URL", "http://127.0.0.1:9/x/")
            .metakocka
            .base_url,
        "http://127.0.0.1:9/x"
    );
    assert_eq!(
        with("METAKOCKA_TIMEOUT_SECONDS", "3").metakocka.timeout,
        Duration::from_secs(3)
    );
    assert_eq!(
        with("METAKOCKA_RETRY_BASE_SECONDS", "4")
            .metakocka
            .retry_base,
        Duration::from_secs(4)
    );
    assert_eq!(
        with("METAKOCKA_RETRY_MAX_ATTEMPTS", "1")
            .metakocka
            .retry_max_attempts,
        1
    );
    assert!(with("METAKOCKA_TEST_MODE", "TRUE").metakocka.test_mode);
}

#[test]
fn nought_is_no_limit() {
    assert_eq!(
        with("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "0")
            .rate_limits
            .anonymous_per_minute,
        None
    );
    assert_eq!(
        with("RATE_LIMIT_LOGIN_FAILURES", "0")
            .rate_limits
            .login_failures,
        None
    );
    assert_eq!(
        with("RATE_LIMIT_SOCKET_EVENTS_PER_SECOND", "0")
            .rate_limits
            .socket_events_per_second,
        None
    );
}

#[test]
fn secrets_are_taken_from_the_environment() {
    let secret = "s".repeat(32);
    let key = BASE64_STANDARD.encode([7; 32]);
    let config = read(&[("JWT_SECRET", &secret), ("CREDENTIALS_KEY", &key)]).unwrap();
    assert_eq!(config.secrets.jwt_secret.expose_secret(), secret);
    assert_eq!(config.secrets.credentials_key.expose_secret(), &[7; 32]);
    assert!(!format!("{config:?}").contains(&secret));
}

#[test]
fn unset_secrets_on_sqlite_are_made_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!(
        "sqlite://{}/data/lockstep.db?mode=rwc",
        folder.path().display()
    );
    let read = || {
        Config::read(&|name| (name == "DATABASE_URL").then(|| url.clone()))
            .unwrap()
            .secrets
    };
    let (first, second) = (read(), read());
    assert_eq!(
        first.jwt_secret.expose_secret(),
        second.jwt_secret.expose_secret()
    );
    assert_eq!(
        first.credentials_key.expose_secret(),
        second.credentials_key.expose_secret()
    );
    assert!(folder.path().join("data/jwt_secret").is_file());
    assert!(folder.path().join("data/credentials_key").is_file());
}

#[test]
fn a_damaged_secret_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("jwt_secret"), "short").unwrap();
    let url = format!("sqlite://{}/x.db", folder.path().display());
    let error = Config::read(&|name| (name == "DATABASE_URL").then(|| url.clone())).unwrap_err();
    let file = folder.path().join("jwt_secret");
    let expected = format!(
        "JWT_SECRET: wants at least 32 bytes; {} holds something else",
        file.display()
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let names = [
        "BIND_ADDR",
        "JWT_SECRET",
        "CREDENTIALS_KEY",
        "ADMIN_EMAIL",
        "ADMIN_PASSWORD",
        "REDIS_URL",
        "RUST_LOG",
    ];
    assert!(read(&names.map(|name| (name, ""))).is_ok());
}

#[test]
fn a_file_stands_behind_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".env");
    assert_eq!(
        Environment::load(&file).unwrap().get("LOCKSTEP_TEST_ONLY"),
        None
    );
    std::fs::write(
        &file,
        "# a comment\nLOCKSTEP_TEST_ONLY=\"from the file\"\nPATH=nowhere\n",
    )
    .unwrap();
    let environment = Environment::load(&file).unwrap();
    assert_eq!(
        environment.get("LOCKSTEP_TEST_ONLY").as_deref(),
        Some("from the file")
    );
    assert_ne!(environment.get("PATH").as_deref(), Some("nowhere"));
    std::fs::write(&file, "GOOD=1\nthis is = not 'a line\n").unwrap();
    let error = Environment::load(&file).unwrap_err();
    assert_eq!(
        error.to_string(),
        ".env: wants lines of the form NAME=value (entry 2)"
    );
}
