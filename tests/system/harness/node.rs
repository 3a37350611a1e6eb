use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{sync::oneshot, task::spawn_blocking, time::timeout};

use super::{PATIENCE, setting};

pub(crate) const JWT_SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const ADMIN_EMAIL: &str = "admin@lockstep.test";
/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// What every node of a test is told; tokens outlive the longest soak.
const VARIABLES: [(&str, &str); 9] = [
    ("BIND_ADDR", "127.0.0.1:0"),
    ("JWT_SECRET", JWT_SECRET),
    (
        "CREDENTIALS_KEY",
        "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    ),
    ("ADMIN_EMAIL", ADMIN_EMAIL),
    ("ADMIN_PASSWORD", PASSWORD),
    ("ACCESS_TOKEN_TTL_SECONDS", "86400"),
    ("RATE_LIMIT_ANONYMOUS_PER_MINUTE", "0"),
    ("RATE_LIMIT_LOGIN_FAILURES", "0"),
    ("LOG_FORMAT", "json"),
];

/// A running gateway.
pub(crate) struct Node {
    process: Process,
    address: String,
    database_url: String,
    variables: Vec<(String, String)>,
    folder: Arc<TempDir>,
}

struct Process {
    child: Option<Child>,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Node {
    /// Starts the binary on this database, and waits until it listens.
    pub(crate) async fn start(database_url: &str) -> Self {
        Self::start_with(database_url, &[]).await
    }

    /// The same with further variables, which win over the usual ones.
    pub(crate) async fn start_with(database_url: &str, variables: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables = variables.iter().map(own).collect();
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::start_in(folder, database_url, variables).await
    }

    async fn start_in(
        folder: Arc<TempDir>,
        database_url: &str,
        variables: Vec<(String, String)>,
    ) -> Self {
        let mut child = Command::new(binary())
            .arg("serve")
            .current_dir(folder.path())
            .env_clear()
            .envs(VARIABLES)
            .env("DATABASE_URL", database_url)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (listens, address) = oneshot::channel();
        let log = Arc::new(Mutex::new(String::new()));
        let (out, kept) = (child.stdout.take().unwrap(), Arc::clone(&log));
        let reader = Some(thread::spawn(move || follow(out, &kept, listens)));
        let process = Process {
            child: Some(child),
            log,
            reader,
        };
        let address = timeout(PATIENCE, address).await.unwrap();
        let address = address.unwrap_or_else(|_| panic!("it never listened: {}", process.log()));
        Self {
            process,
            address,
            database_url: database_url.to_owned(),
            variables,
            folder,
        }
    }

    /// Runs another command of the binary beside it, as it was set up itself: how it ended, and what it said.
    pub(crate) async fn run(&self, arguments: &[&str]) -> (ExitStatus, String) {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(VARIABLES)
            .env("DATABASE_URL", &self.database_url)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        let output = timeout(PATIENCE, spawn_blocking(move || command.output())).await;
        let output = output.expect("it does not end").unwrap().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status, String::from_utf8_lossy(&said).into_owned())
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// The same program again, on the same database and another port.
    pub(crate) async fn restart(&mut self) {
        self.process.kill();
        let variables = std::mem::take(&mut self.variables);
        *self = Self::start_in(Arc::clone(&self.folder), &self.database_url, variables).await;
    }

    /// Sends `signal`, as `kill` names it.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.process.child.as_ref().unwrap().id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end: how it ended, and all it logged.
    pub(crate) async fn end(mut self) -> (ExitStatus, String) {
        let mut child = self.process.child.take().unwrap();
        let ended = timeout(PATIENCE, spawn_blocking(move || child.wait())).await;
        let status = ended.expect("it does not end").unwrap().unwrap();
        self.process.reader.take().unwrap().join().unwrap();
        (status, self.process.log())
    }

    /// Tells it to stop, and expects that it does so in order.
    pub(crate) async fn stop(self) -> String {
        self.signal("TERM");
        let (status, log) = self.end().await;
        assert_eq!(status.code(), Some(0), "{log}");
        log
    }
}

impl Process {
    fn log(&self) -> String {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Process {
    #[expect(
        clippy::print_stderr,
        reason = "a failed test shows what the gateway said"
    )]
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            let log = self.log();
            let unusual = log.lines().filter(|line| is_unusual(line));
            let last: Vec<_> = unusual.rev().take(20).collect();
            eprintln!("what the gateway warned of, the last first: {last:#?}");
        }
    }
}

/// Whether a log line tells of something that should not be.
pub(crate) fn is_unusual(line: &str) -> bool {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    line["level"] != "INFO" && line["message"] != "request refused"
}

/// Reads the log to its end, so that the gateway never waits for a reader.
fn follow(out: ChildStdout, log: &Mutex<String>, listens: oneshot::Sender<String>) {
    let mut listens = Some(listens);
    for line in BufReader::new(out).lines().map_while(Result::ok) {
        if listens.is_some() {
            let said: Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(address) = said["address"].as_str() {
                let _ = listens.take().unwrap().send(address.to_owned());
            }
        }
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push_str(&line);
        log.push('\n');
    }
}

fn binary() -> PathBuf {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/debug/gateway");
    let binary = PathBuf::from(setting("GATEWAY_BIN").unwrap_or_else(|| built.to_owned()));
    assert!(
        binary.is_file(),
        "{} is missing: build it with `cargo build -p gateway`, or name another in GATEWAY_BIN",
        binary.display()
    );
    binary
}
