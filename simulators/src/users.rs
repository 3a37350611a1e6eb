//! The servers that a location's users come from.

mod answer;
mod behavior;
mod control;
mod fault;
mod sample;
mod state;
mod user;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::Router;
use clock::{Clock, SystemClock};

use self::state::State;
use crate::host::{Gate, GateCommands, Host};

pub use self::{
    behavior::{Behavior, Change, Moves, Paging, TokenAt, Total, UsersAt},
    fault::{Call, Calls, Fault, Seen},
    sample::{dev, people, person, production, test, test_before},
    user::User,
};

/// Whom a server lets in unless told otherwise: the e-mail.
pub const EMAIL: &str = "admin@example.com";
/// Whom a server lets in unless told otherwise: the password.
pub const PASSWORD: &str = "remote-password";

/// A server of users. It listens until it is dropped, and can be changed while it runs.
#[derive(Debug)]
pub struct UserServer {
    shared: Shared,
    host: Host,
}

/// What the server and its handle have in common.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    state: Arc<Mutex<State>>,
    gate: Gate,
    clock: Arc<dyn Clock>,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UserServer {
    /// A server of `users` on a free port of this machine.
    pub async fn start(users: Vec<User>) -> io::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(address, users, Arc::new(SystemClock)).await
    }

    /// A server of `users` at `address`, whose tokens age by `clock`.
    pub async fn start_at(
        address: SocketAddr,
        users: Vec<User>,
        clock: Arc<dyn Clock>,
    ) -> io::Result<Self> {
        let (shared, commands) = Self::shared(users, clock);
        let router = router(shared.clone());
        let host = Host::start(address, router, commands).await?;
        Ok(Self { shared, host })
    }

    fn shared(users: Vec<User>, clock: Arc<dyn Clock>) -> (Shared, GateCommands) {
        let (gate, commands) = Gate::new();
        let state = Arc::new(Mutex::new(State::new(users)));
        let shared = Shared { state, gate, clock };
        (shared, commands)
    }

    /// Where it is: what a location's `onlineUrl` says.
    pub fn url(&self) -> String {
        self.host.url()
    }

    /// Whom it lets in from now on. Tokens given out stay good.
    pub fn set_credentials(&self, email: &str, password: &str) {
        let credentials = (email.to_owned(), password.to_owned());
        self.shared.lock().credentials = credentials;
    }

    /// Its users, the newest first.
    pub fn users(&self) -> Vec<User> {
        self.shared.lock().users().to_vec()
    }

    /// Has these users from now on.
    pub fn set_users(&self, users: Vec<User>) {
        self.shared.lock().set_users(users);
    }

    /// Changes its users at once.
    pub fn edit_users(&self, edit: impl FnOnce(&mut Vec<User>)) {
        let mut state = self.shared.lock();
        let mut users = state.users().to_vec();
        edit(&mut users);
        state.set_users(users);
    }

    /// How it behaves now.
    pub fn behavior(&self) -> Behavior {
        self.shared.lock().behavior.clone()
    }

    /// Changes how it behaves.
    pub fn behave(&self, change: impl FnOnce(&mut Behavior)) {
        change(&mut self.shared.lock().behavior);
    }

    /// Adds something that goes wrong. Where several could, the first one added does.
    pub fn fail(&self, fault: Fault) {
        self.shared.lock().faults.push(fault);
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        self.shared.lock().faults.clear();
    }

    /// Every token given out is refused from now on.
    pub fn expire_tokens(&self) {
        self.shared.lock().tokens.clear();
    }

    /// How often it was called.
    pub fn calls(&self) -> Calls {
        self.shared.lock().calls.clone()
    }

    /// The calls in their order, the last 10,000 of them.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.lock().seen.iter().cloned().collect()
    }

    /// Forgets its calls.
    pub fn forget_calls(&self) {
        self.shared.lock().forget_calls();
    }

    /// Refuses connections from now on; comes back when it does.
    pub async fn refuse(&self) {
        self.shared.gate.refuse(None).await;
    }

    /// Takes connections again, at the same address.
    pub async fn listen(&self) {
        self.shared.gate.listen().await;
    }

    /// Serves for as long as this is polled.
    pub async fn run(self) {
        self.host.run().await;
    }
}

/// Answers every path; there are no extractors, for the answers to nonsense are the real server's, not ours.
fn router(shared: Shared) -> Router {
    Router::new().fallback(answer::answer).with_state(shared)
}
