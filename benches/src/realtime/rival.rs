use std::{path::Path, process::Stdio};

use anyhow::Context;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use super::cores;
use crate::node::JWT_SECRET;

/// Another server, on the core of servers. It is gone when dropped.
pub(super) struct Rival {
    process: Child,
    /// Where its sockets are.
    pub(super) sockets: String,
    /// Where events are posted.
    pub(super) posts: String,
}

impl Rival {
    /// Node's own Socket.IO, with its packages installed if they are missing.
    pub(super) async fn node() -> anyhow::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
        if !folder.join("node_modules/socket.io").is_dir() {
            let mut install = Command::new("npm");
            let install = install.args(["ci", "--silent"]).current_dir(&folder);
            let status = install.status().await.context("npm is missing")?;
            anyhow::ensure!(status.success(), "npm ci failed");
        }
        let mut program = pinned("node");
        program.arg(folder.join("fanout.js"));
        program.env("NODE_ENV", "production");
        Self::start(program.env("JWT_SECRET", JWT_SECRET)).await
    }

    /// A broadcast over bare websockets.
    pub(super) async fn bare() -> anyhow::Result<Self> {
        let mut program = pinned(&std::env::current_exe()?.display().to_string());
        Self::start(program.arg("--serve-bare")).await
    }

    async fn start(program: &mut Command) -> anyhow::Result<Self> {
        let spawned = program.stdout(Stdio::piped()).kill_on_drop(true).spawn();
        let mut process = spawned.context("taskset is missing")?;
        let output = process.stdout.take().context("no output")?;
        let mut lines = BufReader::new(output).lines();
        let line = lines.next_line().await?.context("it never listened")?;
        let (sockets, posts) = line.split_once(' ').unwrap_or((&line, &line));
        Ok(Self {
            process,
            sockets: sockets.to_owned(),
            posts: posts.to_owned(),
        })
    }

    pub(super) fn id(&self) -> anyhow::Result<u32> {
        self.process.id().context("it has ended")
    }
}

/// A program on the core of servers.
fn pinned(program: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", cores::OF_SERVERS, program]);
    command
}
