use std::{path::Path, process::Stdio, time::Duration};

use anyhow::Context;
use tokio::process::Command;

use crate::http::{CLIENTS, Rate, p99};

/// What pgbench makes of the statements in `script` with [`CLIENTS`] connections.
pub(crate) async fn run(
    url: &str,
    script: &Path,
    time: Duration,
    variable: &str,
) -> anyhow::Result<Rate> {
    let logs = tempfile::tempdir()?;
    let output = Command::new("pgbench")
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .args([
            format!("--client={CLIENTS}"),
            format!("--time={}", time.as_secs()),
        ])
        .arg(format!("--define={variable}"))
        .args(["--log", "--log-prefix=times"])
        .arg("--file")
        .arg(script)
        .arg(url)
        .current_dir(logs.path())
        .stderr(Stdio::inherit())
        .output()
        .await
        .context("pgbench is missing: it comes with Postgres")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text
        .lines()
        .find(|line| line.starts_with("tps"))
        .context("pgbench printed no tps")?;
    let per_second = line.split_whitespace().nth(2);
    Ok(Rate {
        per_second: per_second.context("pgbench printed no figure")?.parse()?,
        p99: p99(times(logs.path())?),
    })
}

/// How long each transaction took: the third column of the logs, in microseconds.
fn times(logs: &Path) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    for log in std::fs::read_dir(logs)? {
        let text = std::fs::read_to_string(log?.path())?;
        let columns = text.lines().filter_map(|line| line.split(' ').nth(2));
        times.extend(columns.filter_map(|time| time.parse().ok().map(Duration::from_micros)));
    }
    Ok(times)
}
