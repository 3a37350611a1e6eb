use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::Context;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::http::Client;

const EMAIL: &str = "bench@example.com";
const PASSWORD: &str = "a-password-for-benches";

/// A gateway in a process of its own, gone when dropped.
pub(crate) struct Node {
    process: Child,
    pub(crate) address: String,
    /// From the start of the process until `/readyz` said yes.
    pub(crate) ready_after: Duration,
}

impl Node {
    /// Starts the release build on `database_url` and waits until it is ready.
    pub(crate) async fn start(database_url: &str) -> anyhow::Result<Self> {
        let binary = release_binary("gateway")?;
        let started = Instant::now();
        let mut process = Command::new(binary)
            .arg("serve")
            .env("BIND_ADDR", "127.0.0.1:0")
            .env("DATABASE_URL", database_url)
            .env("JWT_SECRET", "0123456789abcdef0123456789abcdef")
            .env(
                "CREDENTIALS_KEY",
                "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            )
            .env("LOG_FORMAT", "json")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the gateway does not start")?;
        let output = process.stdout.take().context("the gateway has no output")?;
        let address = listening_at(output).await?;
        let mut client = Client::connect(&address, "").await?;
        while client.send("GET", "/readyz", "".into()).await?.0 != 200 {}
        Ok(Self {
            process,
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

    /// A figure of `/proc/<pid>/status` in megabytes: `VmRSS`, `VmHWM`.
    pub(crate) fn memory(&self, name: &str) -> anyhow::Result<f64> {
        let pid = self.process.id().context("the gateway has ended")?;
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
            .env("JWT_SECRET", "0123456789abcdef0123456789abcdef")
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

/// The address in the first log line that has one; the rest of the log is read and thrown away.
#[expect(
    clippy::disallowed_methods,
    reason = "somebody must read the log, or the gateway would wait for it"
)]
async fn listening_at(output: tokio::process::ChildStdout) -> anyhow::Result<String> {
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        let event: Value = serde_json::from_str(&line).unwrap_or_default();
        let address = event["fields"]["address"]
            .as_str()
            .or(event["address"].as_str());
        if let Some(address) = address {
            let address = address.trim_start_matches("http://").to_owned();
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(address);
        }
    }
    anyhow::bail!("the gateway ended before it listened")
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
