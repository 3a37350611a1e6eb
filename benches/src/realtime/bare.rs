use std::io::Write as _;

use axum::{Router, extract::State, routing::post};
use futures_util::SinkExt as _;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::broadcast::{self, error::RecvError},
    task::JoinSet,
};
use tokio_tungstenite::{
    accept_async,
    tungstenite::{Message, Utf8Bytes},
};

/// Events that wait for a client.
const QUEUE: usize = 256;

/// Sends every body that is posted to all websockets, as one text that all of them share, and prints both addresses.
/// There is no Socket.IO and nobody is asked who they are: less than this no server can do.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let (sockets, posts) = (
        TcpListener::bind("127.0.0.1:0").await?,
        TcpListener::bind("127.0.0.1:0").await?,
    );
    let (places, mut output) = (
        (sockets.local_addr()?, posts.local_addr()?),
        std::io::stdout(),
    );
    writeln!(output, "{} {}", places.0, places.1)?;
    output.flush()?;
    let (room, _) = broadcast::channel(QUEUE);
    let router = Router::new()
        .route("/api/socket", post(tell))
        .with_state(room.clone());
    let posts = axum::serve::ListenerExt::tap_io(posts, |stream| drop(stream.set_nodelay(true)));
    let mut clients = JoinSet::new();
    let accepting = async {
        loop {
            let (stream, _) = sockets.accept().await?;
            clients.spawn(serve_one(stream, room.subscribe()));
        }
    };
    tokio::select! {
        served = axum::serve(posts, router) => Ok(served?),
        ended = accepting => ended,
    }
}

async fn tell(State(room): State<broadcast::Sender<Utf8Bytes>>, body: String) {
    let _ = room.send(format!("42[\"STOCK_UPDATED\",{body}]").into());
}

async fn serve_one(
    stream: TcpStream,
    mut room: broadcast::Receiver<Utf8Bytes>,
) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let mut socket = accept_async(stream).await?;
    loop {
        match room.recv().await {
            Ok(text) => socket.feed(Message::Text(text)).await?,
            Err(RecvError::Lagged(missed)) => anyhow::bail!("{missed} events were missed"),
            Err(RecvError::Closed) => return Ok(()),
        }
        while let Ok(text) = room.try_recv() {
            socket.feed(Message::Text(text)).await?;
        }
        socket.flush().await?;
    }
}
