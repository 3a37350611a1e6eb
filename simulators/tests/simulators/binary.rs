#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use outbound::Reach;

/// A running program, which ends with the test.
struct Program {
    child: Child,
    url: String,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_simulators"))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let said = child.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut url).unwrap();
        Self {
            child,
            url: url.trim_end().to_owned(),
        }
    }

    async fn state(&self) -> Value {
        let client = outbound::client(Reach::Everywhere, Duration::from_secs(10)).unwrap();
        let answer = client.get(format!("{}/_control", self.url)).send().await;
        answer.unwrap().json().await.unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_server_of_users_says_where_it_is() {
    let program = Program::start(&["users", "--count", "800"]);
    assert_eq!(program.state().await["users"], 800);
}

#[tokio::test]
async fn a_metakocka_says_where_it_is() {
    let program = Program::start(&["metakocka", "--company", "17", "--key", "k"]);
    assert_eq!(program.state().await["companies"][0]["id"], "17");
}
