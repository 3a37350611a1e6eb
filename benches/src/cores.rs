use std::{
    process::{Command, Stdio, id},
    thread::available_parallelism,
};

use anyhow::Context;

/// The servers on the first core, the load on the second, so that neither takes the other's time; both share a
/// machine's only core.
///
/// All cores are everybody's again when it is dropped.
#[derive(Debug)]
pub(crate) struct Apart {
    cores: usize,
}

impl Apart {
    /// From here on this process runs on the first core, and what it starts.
    pub(crate) fn servers() -> anyhow::Result<Self> {
        let cores = available_parallelism()?.get();
        if cores > 1 {
            run_on("0")?;
        }
        Ok(Self { cores })
    }

    /// From here on this process runs on the second core; what it started stays where it is.
    pub(crate) fn load(&self) -> anyhow::Result<()> {
        if self.cores > 1 { run_on("1") } else { Ok(()) }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = run_on(&format!("0-{}", self.cores - 1));
    }
}

/// Every thread of this process, and all that it will start.
fn run_on(cores: &str) -> anyhow::Result<()> {
    let status = Command::new("taskset")
        .args([
            "--all-tasks",
            "--cpu-list",
            "--pid",
            cores,
            &id().to_string(),
        ])
        .stdout(Stdio::null())
        .status()
        .context("taskset is missing: it comes with util-linux")?;
    anyhow::ensure!(status.success(), "taskset failed");
    Ok(())
}
