use std::{fs, thread};

/// The processor, its cores and the memory.
pub(crate) fn describe() -> String {
    let field = |path: &str, name: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let processor =
        field("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".to_owned());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let kilobytes = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let gigabytes = kilobytes
        .trim_end_matches(" kB")
        .parse::<u64>()
        .unwrap_or_default()
        / 1_048_576;
    format!("{processor}, {cores} cores, {gigabytes} GiB")
}
