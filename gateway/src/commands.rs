//! What the command line can ask for.

mod stock;

use std::{
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use accounts::{AccountsError, Password, PasswordCost, ThrottleLimits};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use clock::{Clock, SystemClock};
use rand::{TryRng as _, rngs::SysRng};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::runtime::Runtime;
use validation::Email;

use crate::{
    app::App,
    cli::{Cli, Command, CreateAdmin, Migrate, StockTask},
    config::{Config, Environment, Log, Source, StartError, Storage, TokenLifetimes},
    demo, router, server, start, telemetry,
    wiring::{AccountSettings, Parts, People},
};

/// Does what the command line says, with the environment of the process and `.env`.
pub fn run(cli: Cli) -> Result<ExitCode, StartError> {
    let environment = Environment::load(Path::new(".env"))?;
    let source = |name: &str| environment.get(name);
    let runtime = Runtime::new().map_err(|error| StartError::because("the machine", &error))?;
    let done = match cli.command.unwrap_or_default() {
        Command::Serve => runtime.block_on(serve(&source)),
        Command::Migrate { direction } => runtime.block_on(migrate(&source, direction)),
        Command::CreateAdmin(admin) => runtime.block_on(create_admin(&source, admin)),
        Command::Openapi => runtime.block_on(print_openapi()),
        Command::Demo => runtime.block_on(demo::run(&source)),
        Command::Stock {
            task: StockTask::Verify,
        } => return runtime.block_on(stock::verify(&source)),
    };
    done.map(|()| ExitCode::SUCCESS)
}

async fn serve(source: Source<'_>) -> Result<(), StartError> {
    let config = Config::read(source)?;
    let _guard = telemetry::start(&config.log)?;
    let listener = server::bind(config.bind_addr).await?;
    App::start(&config).await?.serve(listener).await
}

async fn migrate(source: Source<'_>, direction: Migrate) -> Result<(), StartError> {
    let _guard = telemetry::start(&Log {
        filter: "warn".to_owned(),
        ..Log::read(source)?
    })?;
    let database = start::connect(&Storage::read(source)?).await?;
    let done = match direction {
        Migrate::Up => migrations::up(&database).await,
        Migrate::Down { steps } => migrations::down(&database, steps).await,
        Migrate::Status => Ok(()),
    };
    done.map_err(|error| start::refused(&error))?;
    let states = migrations::status(&database)
        .await
        .map_err(|error| start::refused(&error))?;
    database.close().await;
    for state in states {
        say(format_args!(
            "{} {}",
            if state.applied { "applied" } else { "missing" },
            state.name
        ));
    }
    Ok(())
}

async fn create_admin(source: Source<'_>, admin: CreateAdmin) -> Result<(), StartError> {
    let email =
        Email::parse(&admin.email).map_err(|error| StartError::because("--email", &error))?;
    let (given, password) = match admin.password {
        Some(password) => (true, SecretString::from(password)),
        None => (false, random_text()?),
    };
    let parsed = Password::parse(password.clone())
        .map_err(|error| StartError::because("--password", &error))?;
    let database = start::database(&Storage::read(source)?).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let accounts = People::new(&database, &clock, without_sessions()?).accounts;
    let made = accounts
        .create_admin(start::registration(email, parsed)?)
        .await;
    let account = made.map_err(|error| match error {
        AccountsError::EmailTaken => StartError::new("--email", "has an account already"),
        other => StartError::because("DATABASE_URL", &other),
    })?;
    database.close().await;
    say(format_args!(
        "The admin {} has the account {}.",
        account.email, account.id
    ));
    if !given {
        say(format_args!(
            "Password, shown only this once: {}",
            password.expose_secret()
        ));
    }
    Ok(())
}

/// Settings for accounts that nobody signs in to here.
fn without_sessions() -> Result<AccountSettings, StartError> {
    Ok(AccountSettings {
        jwt_secret: random_text()?,
        lifetimes: TokenLifetimes {
            access: std::time::Duration::ZERO,
            refresh: std::time::Duration::ZERO,
        },
        throttle: ThrottleLimits::default(),
        password_cost: PasswordCost::RECOMMENDED,
    })
}

/// 32 letters, digits, `-` and `_`.
fn random_text() -> Result<SecretString, StartError> {
    let mut bytes = [0_u8; 24];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| StartError::because("the machine", &error))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes).into())
}

/// The document is the same whatever the configuration; the routes want a database, so they get an empty one.
async fn print_openapi() -> Result<(), StartError> {
    let parts = empty().await?;
    say(format_args!(
        "{}",
        crate::openapi::pretty(&router::routes(&parts.0).1)
    ));
    parts.0.database.close().await;
    Ok(())
}

/// All parts over an empty SQLite database in a folder that goes with them.
pub(crate) async fn empty() -> Result<(Parts, tempfile::TempDir), StartError> {
    let folder = tempfile::tempdir().map_err(|error| StartError::because("TMPDIR", &error))?;
    let url = format!("sqlite://{}/lockstep.db?mode=rwc", folder.path().display());
    let config = Config::read(&|name| (name == "DATABASE_URL").then(|| url.clone()))?;
    let database = start::database(&config.storage).await?;
    Ok((Parts::new(database, &config).await?, folder))
}

/// Prints a line. A reader that went away is no failure.
fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}
