use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use tokio::task::spawn_blocking;

/// A Postgres server of one's own, which may be stopped without disturbing other tests.
pub(super) struct Server {
    servers: Child,
    pub(super) url: String,
    control: String,
}

impl Server {
    /// Starts one.
    pub(super) async fn start() -> Self {
        spawn_blocking(|| {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/with-servers");
            let mut servers = Command::new(script)
                .args([
                    "sh",
                    "-c",
                    "echo $TEST_POSTGRES_URL $TEST_POSTGRES_CTL; cat",
                ])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut line = String::new();
            let mut said = BufReader::new(servers.stdout.take().unwrap());
            said.read_line(&mut line).unwrap();
            let (url, control) = line
                .trim()
                .split_once(' ')
                .expect("a server and its control");
            Self {
                url: url.to_owned(),
                control: control.to_owned(),
                servers,
            }
        })
        .await
        .unwrap()
    }

    /// Does what `scripts/with-servers` offers: stop, start or restart.
    pub(super) async fn control(&self, what: &'static str) {
        let control = self.control.clone();
        let done = spawn_blocking(move || {
            let mut command = Command::new(control);
            let command = command.arg(what).stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null()).status()
        });
        assert!(done.await.unwrap().unwrap().success(), "{what}");
    }
}

impl Drop for Server {
    /// Its input ends, so it goes, and takes its data with it.
    fn drop(&mut self) {
        drop(self.servers.stdin.take());
        let _ = self.servers.wait();
    }
}
