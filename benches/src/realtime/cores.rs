use std::{fs, future::Future, thread};

use anyhow::Context;
use rustix::{
    process::{Resource, Rlimit, getrlimit, setrlimit},
    thread::{CpuSet, sched_setaffinity},
};

pub(super) use crate::cores::OF_SERVERS;

/// Where the load program runs.
const OF_LOAD: usize = 1;
/// What the kernel's figures of a process count in a second, on every Linux.
const TICKS: f64 = 100.0;

/// Runs the load of one bench on a core of its own, with as many files open as the system allows; servers that are
/// started from here may open as many.
pub(super) async fn on_own_core<T, F, L>(load: L) -> anyhow::Result<T>
where
    T: Send + 'static,
    F: Future<Output = anyhow::Result<T>>,
    L: FnOnce() -> F + Send + 'static,
{
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = maximum;
    setrlimit(Resource::Nofile, Rlimit { current, maximum })?;
    let pinned = thread::Builder::new().spawn(move || {
        let mut core = CpuSet::new();
        core.set(OF_LOAD);
        sched_setaffinity(None, &core).context("two cores are needed")?;
        let runtime = tokio::runtime::Builder::new_current_thread();
        { runtime }.enable_all().build()?.block_on(load())
    })?;
    let joined = tokio::task::spawn_blocking(move || pinned.join()).await?;
    joined.map_err(|_| anyhow::anyhow!("the load program broke"))?
}

/// The seconds that a process has kept a core busy.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
pub(super) fn busy_seconds(process: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').context("no name")?;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(str::parse::<u64>).sum::<Result<_, _>>()?;
    Ok(ticks as f64 / TICKS)
}
