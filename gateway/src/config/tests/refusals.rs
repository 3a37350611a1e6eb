use super::*;

fn refusal(variables: &[(&str, &str)]) -> String {
    read(variables).unwrap_err().to_string()
}

/// `NAME=value: what it wants`
const REFUSED: &str = "
BIND_ADDR=3000: wants an IP address and a port, such as 127.0.0.1:3000
BIND_ADDR=127.0.0.1:99999: wants an IP address and a port, such as 127.0.0.1:3000
DATABASE_URL=mysql://x: must begin with sqlite:// or postgres://
DATABASE_URL=postgres://host:port: cannot be read as a database URL
REDIS_URL=127.0.0.1:6379: wants a URL such as redis://127.0.0.1:6379
REDIS_URL=http://127.0.0.1:6379: wants a URL such as redis://127.0.0.1:6379
REDIS_URL=redis://host:99999: wants a URL such as redis://127.0.0.1:6379
JWT_SECRET=0123456789012345678901234567890: wants at least 32 bytes
CREDENTIALS_KEY=c2hvcnQ=: wants 32 bytes in base64
CREDENTIALS_KEY=!: wants 32 bytes in base64
ACCESS_TOKEN_TTL_SECONDS=0: wants a whole number from 1 to 86400
REFRESH_TOKEN_TTL_DAYS=soon: wants a whole number from 1 to 3650
EXTERNAL_API_TIMEOUT_SECONDS=-1: wants a whole number from 1 to 86400
METAKOCKA_BASE_URL=ftp://main.metakocka.si: wants an http or https URL such as https://main.metakocka.si
METAKOCKA_BASE_URL=main.metakocka.si: wants an http or https URL such as https://main.metakocka.si
METAKOCKA_BASE_URL=https://a.b:99999: wants an http or https URL such as https://main.metakocka.si
METAKOCKA_BASE_URL=https://me:secret@a.b: wants an http or https URL such as https://main.metakocka.si
METAKOCKA_TIMEOUT_SECONDS=1.5: wants a whole number from 1 to 86400
METAKOCKA_RETRY_BASE_SECONDS=x: wants a whole number from 1 to 86400
METAKOCKA_RETRY_MAX_ATTEMPTS=0: wants a whole number from 1 to 100
METAKOCKA_TEST_MODE=yes: wants true or false
RATE_LIMIT_ANONYMOUS_PER_MINUTE=many: wants a whole number from 0 to 1000000
RATE_LIMIT_LOGIN_FAILURES=-5: wants a whole number from 0 to 1000000
RATE_LIMIT_SOCKET_EVENTS_PER_SECOND=1000001: wants a whole number from 0 to 1000000
TRUSTED_PROXIES=10.0.0.0/33: wants addresses or CIDR networks separated by commas, such as 10.0.0.0/8
OUTBOUND_BLOCK_PRIVATE=on: wants true or false
CORS_ALLOWED_ORIGINS=*: wants origins separated by commas, such as https://app.example
CORS_ALLOWED_ORIGINS=https://a.b/path: wants origins separated by commas, such as https://app.example
CORS_ALLOWED_ORIGINS=https://a.b/: wants origins separated by commas, such as https://app.example
AUTO_MIGRATE=maybe: wants true or false
LOG_FORMAT=xml: wants pretty or json
RUST_LOG=gateway=loud: wants a filter such as info or info,gateway=debug
SHUTDOWN_GRACE_SECONDS=3601: wants a whole number from 0 to 3600
";

#[test]
fn a_value_that_cannot_be_used_is_refused_in_one_line() {
    for line in REFUSED.trim().lines() {
        let (given, wants) = line.split_once(": ").unwrap();
        let (name, value) = given.split_once('=').unwrap();
        assert_eq!(
            refusal(&[(name, value)]),
            format!("{name}: {wants}"),
            "{given}"
        );
    }
}

#[test]
fn of_two_that_belong_together_the_missing_one_is_named() {
    for (first, second) in [
        ("ADMIN_EMAIL", "ADMIN_PASSWORD"),
        ("EXTERNAL_API_EMAIL", "EXTERNAL_API_PASSWORD"),
    ] {
        for (given, missing) in [(first, second), (second, first)] {
            let expected = format!("{missing}: is needed where {given} is set");
            assert_eq!(refusal(&[(given, "someone@example.com")]), expected);
        }
    }
}

#[test]
fn the_first_admin_must_be_usable() {
    let refusal =
        |email, password: &str| refusal(&[("ADMIN_EMAIL", email), ("ADMIN_PASSWORD", password)]);
    let length = "ADMIN_PASSWORD: wants 10 to 128 characters";
    assert_eq!(refusal("a@b.c", "ninechars"), length);
    assert_eq!(refusal("a@b.c", "x".repeat(129).as_str()), length);
    let address = "ADMIN_EMAIL: must be an e-mail address of at most 254 characters";
    assert_eq!(refusal("nobody", "long enough"), address);
}

#[test]
fn on_postgres_secrets_must_be_set() {
    let url = ("DATABASE_URL", "postgres://localhost/lockstep");
    let secret = ("JWT_SECRET", "0123456789012345678901234567890123");
    let must = "it must be set where DATABASE_URL is Postgres";
    assert_eq!(
        refusal(&[url]),
        format!("JWT_SECRET: wants at least 32 bytes; {must}")
    );
    assert_eq!(
        refusal(&[url, secret]),
        format!("CREDENTIALS_KEY: wants 32 bytes in base64; {must}")
    );
}
