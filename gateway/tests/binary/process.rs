use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    sync::Arc,
    thread::{self, JoinHandle},
};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with the database and whatever else one test's processes leave behind.
#[derive(Clone)]
pub(crate) struct Place(Arc<TempDir>);

impl Place {
    pub(crate) fn new() -> Self {
        Self(Arc::new(tempfile::tempdir().unwrap()))
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.0.path().join(file), text).unwrap();
    }

    pub(crate) fn make(&self, folder: &str) {
        std::fs::create_dir(self.0.path().join(folder)).unwrap();
    }

    pub(crate) fn path(&self, file: &str) -> String {
        self.0.path().join(file).display().to_string()
    }

    pub(crate) fn is_empty(&self, folder: &str) -> bool {
        std::fs::read_dir(self.0.path().join(folder))
            .unwrap()
            .next()
            .is_none()
    }

    pub(crate) fn holds(&self, file: &str) -> bool {
        self.0.path().join(file).exists()
    }

    /// The binary in this folder, with no variables but these and a free port.
    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gateway"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("BIND_ADDR", "127.0.0.1:0");
        command.envs(variables.iter().copied()).stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        self.command(arguments, variables).output().unwrap()
    }

    /// The one line of a start that is refused.
    pub(crate) fn refusal(&self, variables: &[(&str, &str)]) -> String {
        let Output { status, stderr, .. } = self.run(&[], variables);
        let stderr = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(2), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        stderr.trim_end().to_owned()
    }

    /// Starts it, and waits until it listens.
    pub(crate) fn serve(&self, variables: &[(&str, &str)]) -> Gateway {
        self.start(&["serve"], variables)
    }

    /// Starts it to do as it is told, and waits until it listens.
    pub(crate) fn start(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Gateway {
        let mut child = self
            .command(arguments, variables)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening on http://") {
            line.clear();
            assert_ne!(
                log.read_line(&mut line).unwrap(),
                0,
                "it ended before it listened"
            );
        }
        let (_, address) = line.split_once("listening on http://").unwrap();
        let end = address
            .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':')
            .unwrap();
        let address = address[..end].to_owned();
        Gateway {
            child,
            address,
            listening: line,
            rest: Some(thread::spawn(move || read(log))),
            _place: self.clone(),
        }
    }
}

fn read(mut log: BufReader<ChildStdout>) -> String {
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    text
}

/// A gateway that listens.
pub(crate) struct Gateway {
    child: Child,
    address: String,
    /// The log line that says so.
    pub(crate) listening: String,
    rest: Option<JoinHandle<String>>,
    _place: Place,
}

impl Gateway {
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn get(&self, path: &str, token: Option<&str>) -> Answer {
        self.ask("GET", path, token, "")
    }

    pub(crate) fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Answer {
        self.ask("POST", path, token, &body.to_string())
    }

    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    fn ask(&self, method: &str, path: &str, token: Option<&str>, body: &str) -> Answer {
        let token = token
            .map(|token| format!("authorization: Bearer {token}\r\n"))
            .unwrap_or_default();
        let length = body.len();
        let mut stream = self.connect();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{token}\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer {
            status,
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    /// Sends `signal`, as `kill` names it.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for the end; how it ended, and what it logged after it listened.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        (status, self.rest.take().unwrap().join().unwrap())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What it answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and headers, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}
