use test_support::TestDatabase;

use crate::process::Place;

const LATER: &str = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)";
const SECRET: (&str, &str) = ("JWT_SECRET", "0123456789012345678901234567890123456789");
const KEY: (&str, &str) = (
    "CREDENTIALS_KEY",
    "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
);

#[test]
fn a_value_that_cannot_be_used_is_named_and_nothing_is_left_behind() {
    for (name, value, wants) in [
        (
            "BIND_ADDR",
            "nonsense",
            "BIND_ADDR: wants an IP address and a port, such as 127.0.0.1:3000",
        ),
        (
            "DATABASE_URL",
            "mysql://x",
            "DATABASE_URL: must begin with sqlite:// or postgres://",
        ),
        ("JWT_SECRET", "short", "JWT_SECRET: wants at least 32 bytes"),
        (
            "CREDENTIALS_KEY",
            "c2hvcnQ=",
            "CREDENTIALS_KEY: wants 32 bytes in base64",
        ),
        (
            "ADMIN_EMAIL",
            "a@b.c",
            "ADMIN_PASSWORD: is needed where ADMIN_EMAIL is set",
        ),
        ("LOG_FORMAT", "xml", "LOG_FORMAT: wants pretty or json"),
        (
            "RUST_LOG",
            "x=y=z",
            "RUST_LOG: wants a filter such as info or info,gateway=debug",
        ),
        (
            "METAKOCKA_BASE_URL",
            "nowhere",
            "METAKOCKA_BASE_URL: wants an http or https URL such as https://main.metakocka.si",
        ),
    ] {
        let place = Place::new();
        assert_eq!(place.refusal(&[(name, value)]), wants);
        assert!(!place.holds("data/lockstep.db"), "{name}");
    }
}

#[test]
fn a_password_of_nine_characters_is_refused() {
    let refusal =
        Place::new().refusal(&[("ADMIN_EMAIL", "a@b.c"), ("ADMIN_PASSWORD", "ninechars")]);
    assert_eq!(refusal, "ADMIN_PASSWORD: wants 10 to 128 characters");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let place = Place::new();
    let other = Place::new().serve(&[]);
    let refusal = place.refusal(&[("BIND_ADDR", other.address())]);
    assert_eq!(
        refusal,
        format!(
            "BIND_ADDR: {} is in use by another program, it wants a free port",
            other.address()
        )
    );
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let url = "postgres://me:hunter2secret@127.0.0.1:1/lockstep";
    let refusal = Place::new().refusal(&[("DATABASE_URL", url), SECRET, KEY]);
    let expected = "DATABASE_URL: wants a database that can be reached; Postgres at 127.0.0.1:1/lockstep: cannot connect";
    assert!(
        refusal.starts_with(expected) && !refusal.contains("hunter2"),
        "{refusal}"
    );
    let place = Place::new();
    place.write("file", "");
    let refusal = place.refusal(&[("DATABASE_URL", "sqlite://file/x.db?mode=rwc"), SECRET, KEY]);
    assert!(
        refusal.starts_with(
            "DATABASE_URL: wants a database that can be reached; SQLite at file/x.db: "
        ),
        "{refusal}"
    );
    let refusal = place.refusal(&[("DATABASE_URL", "sqlite://missing.db"), SECRET, KEY]);
    assert!(
        refusal.starts_with("DATABASE_URL: wants a database that can be reached"),
        "{refusal}"
    );
}

#[test]
fn a_folder_that_cannot_keep_secrets_is_named() {
    let place = Place::new();
    place.write("file", "");
    let refusal = place.refusal(&[("DATABASE_URL", "sqlite://file/x.db?mode=rwc")]);
    assert!(
        refusal.starts_with("JWT_SECRET: must be set, for it cannot be kept in file/jwt_secret: "),
        "{refusal}"
    );
}

#[tokio::test]
async fn on_postgres_secrets_must_be_given() {
    let database = TestDatabase::postgres().await;
    let url = ("DATABASE_URL", database.url());
    let must = "it must be set where DATABASE_URL is Postgres";
    assert_eq!(
        Place::new().refusal(&[url]),
        format!("JWT_SECRET: wants at least 32 bytes; {must}")
    );
    assert_eq!(
        Place::new().refusal(&[url, SECRET]),
        format!("CREDENTIALS_KEY: wants 32 bytes in base64; {must}")
    );
}

async fn a_newer_schema_is_refused(database: TestDatabase) {
    database.tamper(LATER).await;
    for auto_migrate in ["true", "false"] {
        let refusal = Place::new().refusal(&[
            ("DATABASE_URL", database.url()),
            ("AUTO_MIGRATE", auto_migrate),
            SECRET,
            KEY,
        ]);
        let expected =
            "DATABASE_URL: the schema is newer than this binary: it has the migration m9999_later";
        assert_eq!(refusal, expected);
    }
}

async fn an_older_schema_is_refused_unless_it_may_be_migrated(database: TestDatabase) {
    database::Database::close(database.database()).await;
    let url = ("DATABASE_URL", database.url());
    let place = Place::new();
    assert!(place.run(&["migrate", "down"], &[url]).status.success());
    let refusal = place.refusal(&[url, ("AUTO_MIGRATE", "false"), SECRET, KEY]);
    let expected = "AUTO_MIGRATE: must be true, or `gateway migrate up` run before: the schema is older than this binary";
    assert!(refusal.starts_with(expected), "{refusal}");
    place.serve(&[url, SECRET, KEY]);
}

test_support::on_both!(
    a_newer_schema_is_refused,
    an_older_schema_is_refused_unless_it_may_be_migrated
);

#[test]
fn a_malformed_env_file_is_named_and_no_value_shown() {
    let place = Place::new();
    place.write(".env", "LOG_FORMAT=json\nJWT_SECRET='hunter2secret\n");
    assert_eq!(
        place.refusal(&[]),
        ".env: wants lines of the form NAME=value (entry 2)"
    );
}

#[test]
fn the_env_file_is_read_behind_the_environment() {
    let place = Place::new();
    place.write(".env", "LOG_FORMAT=xml\nRUST_LOG=a=b=c\n");
    assert_eq!(place.refusal(&[]), "LOG_FORMAT: wants pretty or json");
    assert!(
        place
            .refusal(&[("LOG_FORMAT", "json")])
            .starts_with("RUST_LOG: ")
    );
}

#[test]
fn a_command_line_that_is_not_understood_ends_with_2() {
    for arguments in [
        &["nonsense"][..],
        &["migrate"],
        &["create-admin"],
        &["serve", "--port", "1"],
    ] {
        let output = Place::new().run(arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
}
