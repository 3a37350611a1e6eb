use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// How many lines wait for a slow reader before lines are dropped: a log that nobody reads must not stop the service.
const BACKLOG: usize = 16_384;
/// How long lines gather before they are written together: a thread that is woken for each line costs more than the line.
const GATHERED: Duration = Duration::from_millis(10);
/// How long the end waits for a reader that stands still.
const FLUSH: Duration = Duration::from_secs(1);

enum Message {
    Line(Vec<u8>),
    Stop,
}

/// Hands each log line to the thread that writes.
#[derive(Clone)]
pub(super) struct Lines {
    sender: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

/// Writes what was logged when it is dropped.
#[derive(Debug)]
pub(crate) struct LogGuard {
    sender: SyncSender<Message>,
    done: Receiver<()>,
}

/// A thread that writes lines to `output`, so that no request waits for it.
pub(super) fn spawn(output: impl Write + Send + 'static) -> (Lines, LogGuard) {
    let (sender, receiver) = sync_channel(BACKLOG);
    let (finished, done) = sync_channel(1);
    let dropped = Arc::new(AtomicU64::new(0));
    let lines = Lines {
        sender: sender.clone(),
        dropped: Arc::clone(&dropped),
    };
    thread::spawn(move || {
        write_all(
            &receiver,
            io::BufWriter::with_capacity(64 * 1024, output),
            &dropped,
        );
        let _ = finished.send(());
    });
    (lines, LogGuard { sender, done })
}

/// Writes until it is told to stop. A reader that went away is no reason to end.
fn write_all(lines: &Receiver<Message>, mut output: impl Write, dropped: &AtomicU64) {
    while let Ok(mut message) = lines.recv() {
        loop {
            let Message::Line(line) = message else {
                let _ = output.flush();
                return;
            };
            let _ = output.write_all(&line);
            let Ok(next) = lines.try_recv() else { break };
            message = next;
        }
        let lost = dropped.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _ = writeln!(
                output,
                r#"{{"level":"WARN","message":"{lost} log lines were dropped: nobody read them"}}"#
            );
        }
        let _ = output.flush();
        thread::sleep(GATHERED);
    }
}

impl Write for Lines {
    /// One call is one line: the formatter writes an event at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.sender.try_send(Message::Line(line.to_vec())).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        if self.sender.try_send(Message::Stop).is_ok() {
            let _ = self.done.recv_timeout(FLUSH);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc::channel};

    use super::*;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Blocks until its other end is dropped.
    struct Stuck(std::sync::mpsc::Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_written_before_the_guard_is_gone() {
        let memory = Memory::default();
        let (mut lines, guard) = spawn(memory.clone());
        for n in 0..1_000 {
            writeln!(lines, "{n}").unwrap();
        }
        drop(guard);
        let written = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
        // `writeln!` may write a line in parts; the formatter does not.
        assert!(written.ends_with("998\n999\n"), "{written}");
    }

    #[test]
    fn a_reader_that_stands_still_blocks_nobody() {
        let (release, stuck) = channel();
        let (mut lines, guard) = spawn(Stuck(stuck));
        for _ in 0..3 * BACKLOG {
            lines.write_all(&[b'x'; 8]).unwrap();
        }
        assert!(lines.dropped.load(Ordering::Relaxed) > 0);
        drop(release);
        drop(guard);
    }
}
