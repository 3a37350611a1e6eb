use std::{
    process::{Command, id},
    thread::available_parallelism,
};

use anyhow::Context;

/// Where servers run, as `taskset` names cores.
pub(crate) const OF_SERVERS: &str = "0";
/// How often it is tried to move all threads.
const ATTEMPTS: u32 = 5;

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
            run_on(OF_SERVERS)?;
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
    // A thread that ends while it is moved fails the whole call.
    for _ in 0..ATTEMPTS {
        let mut taskset = Command::new("taskset");
        taskset.args(["--all-tasks", "--cpu-list", "--pid", cores]);
        let moved = taskset.arg(id().to_string()).output();
        let moved = moved.context("taskset is missing: it comes with util-linux")?;
        if moved.status.success() {
            return Ok(());
        }
    }
    anyhow::bail!("taskset failed")
}
