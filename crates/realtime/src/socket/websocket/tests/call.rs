//! Both sides of a connection.

use std::{
    io,
    pin::Pin,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;
use tokio::{
    io::{DuplexStream, ReadBuf, duplex},
    sync::mpsc,
    task::JoinHandle,
};
use tokio_util::task::TaskTracker;

use super::super::*;

/// What the connection between the two holds.
pub(super) const ROOM: usize = 64 << 10;

/// Hears what a connection does.
pub(super) struct Ears {
    pub(super) connection: mpsc::UnboundedSender<Arc<Connection>>,
    pub(super) heard: mpsc::UnboundedSender<String>,
    pub(super) ended: mpsc::UnboundedSender<DisconnectReason>,
}

impl Hearer for Ears {
    fn begins(&self, connection: Arc<Connection>) {
        self.connection.send(connection).unwrap();
    }

    fn hears(self: &Arc<Self>, _: &Arc<Connection>, packet: Str) {
        drop(self.heard.send(packet.to_string()));
    }

    fn ends(&self, _: &Arc<Connection>, reason: &DisconnectReason) {
        drop(self.ended.send(reason.clone()));
    }
}

/// Both sides of a connection, which has been opened.
pub(super) struct Call {
    pub(super) client: WebSocketStream<DuplexStream>,
    pub(super) open: Value,
    pub(super) connection: Arc<Connection>,
    pub(super) heard: mpsc::UnboundedReceiver<String>,
    pub(super) ended: mpsc::UnboundedReceiver<DisconnectReason>,
    pub(super) served: JoinHandle<()>,
    pub(super) writes: Arc<AtomicUsize>,
}

impl Call {
    pub(super) async fn begin() -> Self {
        Self::over(ROOM).await
    }

    /// Over a connection that holds `room` bytes that nobody has read.
    pub(super) async fn over(room: usize) -> Self {
        let (client, server) = duplex(room);
        let writes = Arc::new(AtomicUsize::new(0));
        let (connection, mut connections) = mpsc::unbounded_channel();
        let (heard, packets) = mpsc::unbounded_channel();
        let (ended, ends) = mpsc::unbounded_channel();
        let ears = Arc::new(Ears {
            connection,
            heard,
            ended,
        });
        let server = Counted(server, Arc::clone(&writes));
        let task = TASKS.spawn(serve_to(ears, server, Vec::new()));
        let mut client = WebSocketStream::from_raw_socket(client, Role::Client, None).await;
        let open = text(client.next().await);
        Self {
            client,
            open: serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap(),
            connection: connections.recv().await.unwrap(),
            heard: packets,
            ended: ends,
            served: task,
            writes,
        }
    }

    pub(super) async fn says(&mut self, text: &str) {
        self.client.send(Message::text(text)).await.unwrap();
    }

    pub(super) async fn reads(&mut self) -> String {
        text(self.client.next().await)
    }

    /// Shows that the server closes with this code, after it has told why.
    pub(super) async fn is_closed(&mut self, code: CloseCode, reason: DisconnectReason) {
        assert_eq!(self.ended.recv().await, Some(reason));
        let Some(Ok(Message::Close(Some(frame)))) = self.client.next().await else {
            panic!("no goodbye");
        };
        assert_eq!(frame.code, code);
    }
}

pub(super) static TASKS: LazyLock<TaskTracker> = LazyLock::new(TaskTracker::new);

fn text(read: Option<Result<Message, Error>>) -> String {
    match read {
        Some(Ok(Message::Text(text))) => text.to_string(),
        other => panic!("no text: {other:?}"),
    }
}

pub(super) fn fragment(text: &str, opcode: Data, is_last: bool) -> Message {
    let data = text.to_owned().into_bytes();
    Message::Frame(Frame::message(data, OpCode::Data(opcode), is_last))
}

/// Counts writes.
struct Counted(DuplexStream, Arc<AtomicUsize>);

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
