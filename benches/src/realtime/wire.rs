use anyhow::Context;
use bytes::{Buf, Bytes, BytesMut};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// What is read at once at most.
const ROOM: usize = 4 << 10;

/// One client over websocket that does no more than it must: its core serves thousands of them.
pub(super) struct Client {
    stream: TcpStream,
    read: BytesMut,
}

impl Client {
    /// A connection that speaks websocket.
    pub(super) async fn upgrade(address: &str, path: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let read = BytesMut::new();
        let mut client = Self { stream, read };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        client.stream.write_all(request.as_bytes()).await?;
        let end = loop {
            let found = client.read.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(place) = found {
                break place + 4;
            }
            client.fill().await?;
        };
        let head = client.read.split_to(end);
        anyhow::ensure!(head.starts_with(b"HTTP/1.1 101"), "not upgraded: {head:?}");
        Ok(client)
    }

    /// A connection of a Socket.IO client that has joined `namespace`.
    pub(super) async fn join(
        address: &str,
        namespace: &str,
        token: Option<&str>,
    ) -> anyhow::Result<Self> {
        let path = "/socket.io/?EIO=4&transport=websocket";
        let mut client = Self::upgrade(address, path).await?;
        let open = client.frame().await?;
        anyhow::ensure!(open.starts_with(b"0{"), "not opened: {open:?}");
        let place = match namespace {
            "/" => String::new(),
            other => format!("{other},"),
        };
        let auth = serde_json::json!({"token": token});
        client.send(&format!("40{place}{auth}")).await?;
        let answer = client.packet().await?;
        let welcome = format!("0{place}{{");
        anyhow::ensure!(
            answer.starts_with(welcome.as_bytes()),
            "not let in: {answer:?}"
        );
        Ok(client)
    }

    /// The next Socket.IO packet; heartbeats are answered.
    pub(super) async fn packet(&mut self) -> anyhow::Result<Bytes> {
        loop {
            let mut frame = self.frame().await?;
            match frame.first() {
                Some(b'4') => {
                    frame.advance(1);
                    return Ok(frame);
                }
                Some(b'2') => self.send("3").await?,
                _ => anyhow::bail!("not expected: {frame:?}"),
            }
        }
    }

    /// Sends an event and waits for its ack.
    pub(super) async fn ask(
        &mut self,
        namespace: &str,
        event: &str,
        payload: &Value,
    ) -> anyhow::Result<Value> {
        let said = serde_json::json!([event, payload]);
        self.send(&format!("42{namespace},1{said}")).await?;
        let expected = format!("3{namespace},1");
        loop {
            let packet = self.packet().await?;
            if let Some(answer) = packet.strip_prefix(expected.as_bytes()) {
                let answer: Value = serde_json::from_slice(answer)?;
                anyhow::ensure!(answer[0]["ok"] == true, "{event}: {answer}");
                return Ok(answer);
            }
        }
    }

    /// Sends one text frame. Its mask is zero, which leaves the text as it is.
    pub(super) async fn send(&mut self, text: &str) -> anyhow::Result<()> {
        let mut frame = Vec::with_capacity(text.len() + 8);
        frame.push(0x81);
        match u8::try_from(text.len()) {
            Ok(length) if length < 126 => frame.push(0x80 | length),
            _ => {
                frame.push(0xFE);
                frame.extend(u16::try_from(text.len())?.to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        Ok(self.stream.write_all(&frame).await?)
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        self.read.reserve(ROOM);
        let count = self.stream.read_buf(&mut self.read).await?;
        anyhow::ensure!(count > 0, "the server has closed the connection");
        Ok(())
    }

    /// The text of the next frame.
    pub(super) async fn frame(&mut self) -> anyhow::Result<Bytes> {
        loop {
            if let Some((header, length)) = self.measured()
                && self.read.len() >= header + length
            {
                anyhow::ensure!(self.read[0] == 0x81, "a frame of another kind");
                self.read.advance(header);
                return Ok(self.read.split_to(length).freeze());
            }
            self.fill().await?;
        }
    }

    /// How long the header and the text of the next frame are, if that is known.
    fn measured(&self) -> Option<(usize, usize)> {
        match *self.read.get(1)? {
            126 => {
                let length = self.read.get(2..4)?;
                let length = u16::from_be_bytes(length.try_into().ok()?);
                Some((4, usize::from(length)))
            }
            length => Some((2, usize::from(length))),
        }
    }
}

/// Tries to read a number behind a name in the text of an event.
pub(super) fn number(packet: &[u8], name: &str) -> anyhow::Result<f64> {
    let text = std::str::from_utf8(packet)?;
    let (_, behind) = text.split_once(name).context("no such field")?;
    let behind = behind.trim_start_matches(['"', ':', ' ']);
    let end = behind.find([',', '}']).context("no end")?;
    Ok(behind[..end].parse()?)
}
