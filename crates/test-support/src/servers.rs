/// The throw-away Postgres server of this run, as its superuser.
///
/// # Panics
///
/// When there is none: a test that needs it must not pass without it.
pub fn postgres_url() -> String {
    from_environment("TEST_POSTGRES_URL")
}

/// The throw-away Redis server of this run.
///
/// # Panics
///
/// When there is none.
pub fn redis_url() -> String {
    from_environment("TEST_REDIS_URL")
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by `scripts/with-servers` where their servers are"
)]
#[expect(
    clippy::panic,
    reason = "a test that needs a server must not pass without one"
)]
fn from_environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run `make test`, or `scripts/with-servers cargo test …`")
    })
}
