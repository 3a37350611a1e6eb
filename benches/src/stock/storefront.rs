use std::{path::Path, process::Stdio};

use anyhow::Context;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// What a shop would write for itself: Express and `pg`, one transaction an order. It is gone when dropped.
pub(super) struct Storefront {
    _process: Child,
    pub(super) address: String,
}

impl Storefront {
    /// Starts it on the same database, with its packages installed if they are missing.
    pub(super) async fn start(database_url: &str) -> anyhow::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
        if !folder.join("node_modules").is_dir() {
            let installed = Command::new("npm")
                .args(["ci", "--silent"])
                .current_dir(&folder)
                .status();
            anyhow::ensure!(
                installed.await.context("npm is missing")?.success(),
                "npm ci failed"
            );
        }
        let mut process = Command::new("node")
            .arg("storefront.js")
            .current_dir(&folder)
            .env("DATABASE_URL", database_url)
            .env("NODE_ENV", "production")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("node is missing")?;
        let output = process.stdout.take().context("no output")?;
        let mut lines = BufReader::new(output).lines();
        let address = lines.next_line().await?.context("it never listened")?;
        Ok(Self {
            _process: process,
            address,
        })
    }
}
