//! A server on a port of this machine that can also be away, as servers are.

use std::{convert::Infallible, future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// Put into an answer's extensions: the connection is closed instead of answering.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hangup;

/// Why a connection ends without an answer.
#[derive(Debug)]
struct HungUp;

impl std::fmt::Display for HungUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the server hangs up")
    }
}

impl std::error::Error for HungUp {}

/// How long a closing server waits for the answers that are under way.
const LAST_ANSWERS: Duration = Duration::from_millis(200);

enum Command {
    /// Refuse connections, for a while or until further notice.
    Refuse(Option<Duration>, oneshot::Sender<()>),
    /// Take them again.
    Listen(oneshot::Sender<()>),
}

/// Closes and opens a server's port while it runs.
#[derive(Clone, Debug)]
pub(crate) struct Gate(mpsc::UnboundedSender<Command>);

/// The other end of a [`Gate`].
pub(crate) struct GateCommands(mpsc::UnboundedReceiver<Command>);

impl Gate {
    pub(crate) fn new() -> (Self, GateCommands) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), GateCommands(receiver))
    }

    /// Refuses connections from now on and closes those where nothing is under way; comes back when that is done.
    pub(crate) async fn refuse(&self, duration: Option<Duration>) {
        let closed = self.ask_to_refuse(duration);
        // A server that is gone refuses already.
        let _ = closed.await;
    }

    /// As [`Gate::refuse`], without waiting: the caller's own connection may be one that is to end.
    pub(crate) fn ask_to_refuse(&self, duration: Option<Duration>) -> oneshot::Receiver<()> {
        let (done, closed) = oneshot::channel();
        let _ = self.0.send(Command::Refuse(duration, done));
        closed
    }

    /// Takes connections again, on the same port.
    pub(crate) async fn listen(&self) {
        let (done, opened) = oneshot::channel();
        let _ = self.0.send(Command::Listen(done));
        let _ = opened.await;
    }
}

/// A listening server; dropping it cuts every connection and frees the port.
#[derive(Debug)]
pub(crate) struct Host {
    address: SocketAddr,
    serving: JoinSet<()>,
}

impl Host {
    /// Takes `address` (port 0: any free one) and answers with `router`.
    pub(crate) async fn start(
        address: SocketAddr,
        router: Router,
        commands: GateCommands,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let mut serving = JoinSet::new();
        serving.spawn(Port::new(address, listener, router).run(commands));
        Ok(Self { address, serving })
    }

    /// `http://127.0.0.1:port`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits for ever: a server ends when it is dropped.
    pub(crate) async fn run(mut self) {
        while self.serving.join_next().await.is_some() {}
    }
}

/// What the accepting task owns.
struct Port {
    address: SocketAddr,
    listener: Option<TcpListener>,
    reopen: Option<Instant>,
    router: Router,
    connections: JoinSet<()>,
    closing: CancellationToken,
}

impl Port {
    fn new(address: SocketAddr, listener: TcpListener, router: Router) -> Self {
        Self {
            address,
            listener: Some(listener),
            reopen: None,
            router,
            connections: JoinSet::new(),
            closing: CancellationToken::new(),
        }
    }

    async fn run(mut self, mut commands: GateCommands) {
        let mut has_gate = true;
        loop {
            tokio::select! {
                command = commands.0.recv(), if has_gate => match command {
                    Some(command) => self.obey(command).await,
                    None => has_gate = false,
                },
                stream = accept(self.listener.as_ref()) => self.serve(stream),
                () = reached(self.reopen) => self.open().await,
                Some(_) = self.connections.join_next() => {}
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Refuse(duration, done) => {
                self.listener = None;
                self.reopen = duration.map(|duration| Instant::now() + duration);
                std::mem::take(&mut self.closing).cancel();
                let idle = async { while self.connections.join_next().await.is_some() {} };
                // Answers under way still go out, but nobody waits long for them.
                let _ = timeout(LAST_ANSWERS, idle).await;
                let _ = done.send(());
            }
            Command::Listen(done) => {
                self.open().await;
                let _ = done.send(());
            }
        }
    }

    async fn open(&mut self) {
        self.reopen = None;
        if self.listener.is_none() {
            self.listener = TcpListener::bind(self.address).await.ok();
        }
    }

    fn serve(&mut self, stream: TcpStream) {
        let router = self.router.clone();
        let closing = self.closing.clone();
        self.connections.spawn(converse(stream, router, closing));
    }
}

/// The next connection; never one while nobody listens.
async fn accept(listener: Option<&TcpListener>) -> TcpStream {
    let Some(listener) = listener else {
        return future::pending().await;
    };
    loop {
        // What fails here is a client that left before it was accepted.
        if let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            return stream;
        }
        tokio::task::yield_now().await;
    }
}

async fn reached(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => future::pending().await,
    }
}

/// Answers the requests of one connection.
async fn converse(stream: TcpStream, router: Router, closing: CancellationToken) {
    let router = Arc::new(router);
    let service = service_fn(move |request| answer(Arc::clone(&router), request));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new());
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => return,
        () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn answer(router: Arc<Router>, request: Request<Incoming>) -> Result<Response, HungUp> {
    let router = Router::clone(&router);
    let answer: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
    match answer {
        Ok(answer) if answer.extensions().get::<Hangup>().is_none() => Ok(answer),
        _ => Err(HungUp),
    }
}
