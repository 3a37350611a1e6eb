use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::Context;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::process::{Child, Command};

use crate::http::Client;

const EMAIL: &str = "bench@example.com";
const PASSWORD: &str = "a-password-for-benches";
/// What access tokens are signed with.
pub(crate) const JWT_SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A gateway in a process of its own, gone when dropped.
pub(crate) struct Node {
    process: Child,
    _log: NamedTempFile,
    pub(crate) address: String,
    /// From the start of the process until `/readyz` said yes.
    pub(crate) ready_after: Duration,
}

impl Node {
    /// Starts the release build on `database_url` and waits until it is ready.
    pub(crate) async fn start(database_url: &str) -> anyhow::Result<Self> {
        Self::run(Command::new(release_binary("gateway")?), database_url).await
    }

    /// The same on `cores`, as `taskset` names them, for clients that come and go as fast as they can.
    pub(crate) async fn start_on(cores: &str, database_url: &str) -> anyhow::Result<Self> {
        let mut program = Command::new("taskset");
        program
            .args(["-c", cores])
            .arg(release_binary("gateway")?)
            .env("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "0");
        Self::run(program, database_url).await
    }

    async fn run(mut program: Command, database_url: &str) -> anyhow::Result<Self> {
        // Into a file, as a service's log goes: who read it from a pipe would be part of the load.
        let log = NamedTempFile::new()?;
        let started = Instant::now();
        let mut process = program
            .arg("serve")
            .env("BIND_ADDR", "127.0.0.1:0")
            .env("DATABASE_URL", database_url)
            .env("JWT_SECRET", JWT_SECRET)
            .env(
                "CREDENTIALS_KEY",
                "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            )
            .env("LOG_FORMAT", "json")
            .stdout(log.reopen()?)
            .kill_on_drop(true)
            .spawn()
            .context("the gateway does not start")?;
        let address = listening_at(&mut process, log.path()).await?;
        let mut client = Client::connect(&address, "").await?;
        while client.send("GET", "/readyz", "".into()).await?.0 != 200 {}
        Ok(Self {
            process,
            _log: log,
            address,
            ready_after: started.elapsed(),
        })
    }

    /// Signs in as the admin that [`create_admin`] made.
    pub(crate) async fn sign_in(&self) -> anyhow::Result<String> {
        let mut client = Client::connect(&self.address, "").await?;
        let body = json!({"email": EMAIL, "password": PASSWORD});
        let answer = client.json("POST", "/api/auth/login", &body).await?;
        Ok(answer["accessToken"]
            .as_str()
            .context("no access token")?
            .to_owned())
    }

    /// The process.
    pub(crate) fn id(&self) -> anyhow::Result<u32> {
        self.process.id().context("the gateway has ended")
    }

    /// A figure of `/proc/<pid>/status` in megabytes: `VmRSS`, `VmHWM`.
    pub(crate) fn memory(&self, name: &str) -> anyhow::Result<f64> {
        let pid = self.id()?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status
            .lines()
            .find(|line| line.starts_with(name))
            .context("no such figure")?;
        let kilobytes: f64 = line
            .split_whitespace()
            .nth(1)
            .context("no figure")?
            .parse()?;
        Ok(kilobytes / 1024.0)
    }
}

/// Brings the schema up to date and makes the admin that benches sign in as.
pub(crate) async fn create_admin(database_url: &str) -> anyhow::Result<()> {
    for arguments in [
        &["migrate", "up"][..],
        &["create-admin", "--email", EMAIL, "--password", PASSWORD],
    ] {
        let status = Command::new(release_binary("gateway")?)
            .args(arguments)
            .env("DATABASE_URL", database_url)
            .env("JWT_SECRET", JWT_SECRET)
            .env(
                "CREDENTIALS_KEY",
                "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            )
            .stdout(Stdio::null())
            .status()
            .await?;
        anyhow::ensure!(status.success(), "gateway {arguments:?} failed");
    }
    Ok(())
}

/// The address in the first log line that has one.
async fn listening_at(process: &mut Child, log: &Path) -> anyhow::Result<String> {
    loop {
        let text = std::fs::read_to_string(log)?;
        let address = text.lines().find_map(|line| {
            let event: Value = serde_json::from_str(line).ok()?;
            Some(event["address"].as_str()?.replace("http://", ""))
        });
        if let Some(address) = address {
            return Ok(address);
        }
        let ended = process.try_wait()?;
        anyhow::ensure!(ended.is_none(), "the gateway ended before it listened");
        tokio::task::yield_now().await;
    }
}

/// A program beside this one.
pub(crate) fn release_binary(name: &str) -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let binary = this.parent().unwrap_or(Path::new(".")).join(name);
    anyhow::ensure!(
        binary.exists(),
        "{} is missing: run `make bench`",
        binary.display()
    );
    Ok(binary)
}
