//! Connections that are websockets from the beginning: one task each, one flush for whatever waits.

#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use engineioxide::{DisconnectReason, Str, socket::Sid};
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _, task::AtomicWaker};
use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, Interval, interval_at, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        protocol::{
            CloseFrame, Role, WebSocketConfig,
            frame::{
                Frame,
                coding::{CloseCode, Data, OpCode},
            },
        },
    },
};

use super::{
    connection::Connection,
    mailbox::{Mail, Mailbox},
    packet::Outgoing,
    transport::{Hearer, MAX_PAYLOAD, PING_INTERVAL, PING_TIMEOUT},
    wire::Wire,
};

/// An idle connection's largest share of memory.
const READ_BUFFER: usize = 512;
/// How much is gathered for one write.
const WRITE_BUFFER: usize = 16 << 10;
/// How many packets of its client a websocket hears in one go, fewer than the answers that a mailbox holds.
const HEARD: usize = 64;
/// How long a client that is told goodbye may take to read what was sent before, and to answer.
const GOODBYE: Duration = Duration::from_mins(1);

/// One client's websocket.
struct Websocket<S, H: Hearer> {
    stream: WebSocketStream<S>,
    known: Known<H>,
    mailbox: Arc<Mailbox>,
    /// Taken out of the mailbox and not written yet.
    taken: VecDeque<Outgoing>,
    is_flushed: bool,
    /// When the client is asked for a sign of life, or was to have given it.
    alarm: Interval,
    is_asked: bool,
}

/// Wakes a websocket for whatever is not mail: its client has sent something, or it is time for something. Who is woken
/// for mail alone, as thousands are at once, needs not look for the rest.
struct Bell {
    has_rung: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_rung.store(true, Ordering::Release);
        self.task.wake();
    }
}

/// How a connection ends.
enum End {
    /// Behind what waits, with a goodbye.
    Goodbye(DisconnectReason),
    /// At once.
    Cut(DisconnectReason, Option<CloseCode>),
}

/// Serves Engine.IO over `stream`, whose client has been told that it is a websocket. `read` is what it has sent since.
pub(crate) async fn serve<S>(server: Arc<super::Server>, stream: S, read: Vec<u8>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    serve_to(server, stream, read).await;
}

async fn serve_to<S, H>(hearer: Arc<H>, stream: S, read: Vec<u8>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    H: Hearer,
{
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(Some(MAX_PAYLOAD))
        .max_frame_size(Some(MAX_PAYLOAD));
    let stream =
        WebSocketStream::from_partially_read(stream, read, Role::Server, Some(config)).await;
    let mailbox = Arc::new(Mailbox::default());
    let connection = Connection::new(Sid::new(), Wire::Websocket(Arc::clone(&mailbox)));
    hearer.begins(Arc::clone(&connection));
    let websocket = Websocket {
        stream,
        mailbox,
        taken: VecDeque::from([open(connection.id)]),
        known: Known {
            hearer,
            connection,
            is_over: false,
        },
        is_flushed: false,
        alarm: interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL),
        is_asked: false,
    };
    websocket.run().await;
}

/// The first packet of every connection.
fn open(id: Sid) -> Outgoing {
    let said = json!({
        "sid": id.as_str(),
        "upgrades": [],
        "pingInterval": PING_INTERVAL.as_millis(),
        "pingTimeout": PING_TIMEOUT.as_millis(),
        "maxPayload": MAX_PAYLOAD,
    });
    Outgoing::new(format!("0{said}"))
}

impl<S, H> Websocket<S, H>
where
    S: AsyncRead + AsyncWrite + Unpin,
    H: Hearer,
{
    async fn run(mut self) {
        let bell = Arc::new(Bell {
            has_rung: AtomicBool::new(true),
            task: AtomicWaker::new(),
        });
        let ring = Waker::from(Arc::clone(&bell));
        let end = poll_fn(|context| {
            bell.task.register(context.waker());
            if bell.has_rung.swap(false, Ordering::Acquire) {
                self.poll(context, &mut Context::from_waker(&ring))
            } else {
                self.poll_mail(context)
            }
        });
        let end = end.await;
        let (End::Goodbye(reason) | End::Cut(reason, _)) = &end;
        self.known.end(reason);
        let rest = self.mailbox.shut();
        match end {
            End::Goodbye(_) => {
                // Behind a client that takes nothing this is its last chance.
                let _ = timeout(GOODBYE, self.say_goodbye(rest)).await;
            }
            End::Cut(_, code) => {
                let frame = code.map(|code| CloseFrame {
                    code,
                    reason: "".into(),
                });
                let _ = self.stream.close(frame).now_or_never();
            }
        }
    }

    /// Reads and writes whatever there is until the connection is to end. What is no mail wakes by `ring`.
    fn poll(&mut self, context: &mut Context<'_>, ring: &mut Context<'_>) -> Poll<End> {
        loop {
            if let Poll::Ready(end) = self.poll_read(ring) {
                return Poll::Ready(end);
            }
            if let Poll::Ready(end) = self.poll_mail(context) {
                return Poll::Ready(end);
            }
            if self.alarm.poll_tick(ring).is_pending() {
                return Poll::Pending;
            }
            if self.is_asked {
                return Poll::Ready(End::Cut(DisconnectReason::HeartbeatTimeout, None));
            }
            self.is_asked = true;
            self.alarm.reset_after(PING_TIMEOUT);
            self.taken.push_back(Outgoing::new("2".to_owned()));
        }
    }

    /// Writes whatever there is until the connection is to end.
    fn poll_mail(&mut self, context: &mut Context<'_>) -> Poll<End> {
        match self.poll_write(context) {
            Ok(written) => written,
            Err(error) => Poll::Ready(broken(&error)),
        }
    }

    /// Hears what has come. After a while others have a turn, and what was answered is written.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<End> {
        for _ in 0..HEARD {
            match std::task::ready!(self.stream.poll_next_unpin(context)) {
                Some(Ok(Message::Text(text))) => {
                    if let Some(end) = self.hear(&text) {
                        return Poll::Ready(end);
                    }
                }
                // Attachments of an event that was refused already, and what the protocol below settles by itself.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(broken(&error)),
                None => return Poll::Ready(End::Cut(DisconnectReason::TransportClose, None)),
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Hears an Engine.IO packet.
    fn hear(&mut self, text: &str) -> Option<End> {
        match text {
            "1" => Some(End::Goodbye(DisconnectReason::TransportClose)),
            "2" | "3" => {
                if std::mem::take(&mut self.is_asked) {
                    self.alarm.reset_after(PING_INTERVAL);
                }
                None
            }
            _ => match text.strip_prefix('4') {
                Some(packet) => {
                    // A copy: the buffer that it was read into is used again.
                    let packet = Str::copy_from_slice(packet);
                    self.known.hearer.hears(&self.known.connection, packet);
                    None
                }
                None => Some(End::Goodbye(DisconnectReason::PacketParsingError)),
            },
        }
    }

    /// Writes what waits and flushes once, or as soon as the client takes it.
    fn poll_write(&mut self, context: &mut Context<'_>) -> Result<Poll<End>, Error> {
        loop {
            while !self.taken.is_empty() {
                if self.stream.poll_ready_unpin(context)?.is_pending() {
                    return Ok(self.mailbox.poll_end(context).map(End::Goodbye));
                }
                if let Some(packet) = self.taken.pop_front() {
                    self.stream.start_send_unpin(message(packet))?;
                    self.is_flushed = false;
                }
            }
            match self.mailbox.poll_take(context, &mut self.taken) {
                Poll::Ready(Mail::Packets) => {}
                Poll::Ready(Mail::End(reason)) => return Ok(Poll::Ready(End::Goodbye(reason))),
                Poll::Pending => break,
            }
        }
        if !self.is_flushed {
            self.is_flushed = self.stream.poll_flush_unpin(context)?.is_ready();
        }
        Ok(Poll::Pending)
    }

    /// Writes the rest, says goodbye, and waits until the client has as well: a connection that is closed over something
    /// unread would take back what was written.
    async fn say_goodbye(&mut self, rest: VecDeque<Outgoing>) -> Result<(), Error> {
        let close = Outgoing::new("1".to_owned());
        let taken = std::mem::take(&mut self.taken);
        for packet in taken.into_iter().chain(rest).chain([close]) {
            self.stream.feed(message(packet)).await?;
        }
        self.stream.close(None).await?;
        while let Some(message) = self.stream.next().await {
            message?;
        }
        Ok(())
    }
}

fn message(packet: Outgoing) -> Message {
    let opcode = OpCode::Data(Data::Text);
    Message::Frame(Frame::message(packet.into_bytes(), opcode, true))
}

/// What follows from an error, and which code tells the client.
fn broken(error: &Error) -> End {
    tracing::debug!(%error, "a websocket broke");
    let code = match error {
        Error::Capacity(_) => Some(CloseCode::Size),
        Error::Utf8(_) => Some(CloseCode::Invalid),
        Error::Protocol(_) => Some(CloseCode::Protocol),
        _ => None,
    };
    End::Cut(DisconnectReason::TransportError, code)
}

/// A connection that Socket.IO knows of; it hears of the end once, whatever ends it.
struct Known<H: Hearer> {
    hearer: Arc<H>,
    connection: Arc<Connection>,
    is_over: bool,
}

impl<H: Hearer> Known<H> {
    fn end(&mut self, reason: &DisconnectReason) {
        if !std::mem::replace(&mut self.is_over, true) {
            self.hearer.ends(&self.connection, reason);
        }
    }
}

impl<H: Hearer> Drop for Known<H> {
    fn drop(&mut self) {
        self.end(&DisconnectReason::TransportError);
    }
}
