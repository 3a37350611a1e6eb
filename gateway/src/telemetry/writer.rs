use std::{
    io::{self, Write},
    mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, sync_channel},
    },
    thread,
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// How many bytes of lines wait for a slow reader before lines are dropped: a log that nobody reads must not stop the
/// service.
const BACKLOG: usize = 4 * 1024 * 1024;
/// What is kept of the memory that lines have taken, when they are written.
const KEPT: usize = 64 * 1024;
/// How long lines gather before they are written together: a thread that is woken for each line costs more than the line.
const GATHERED: Duration = Duration::from_millis(10);
/// How long the end waits for a reader that stands still.
const FLUSH: Duration = Duration::from_secs(1);

/// Lays each log line where the thread that writes finds it.
#[derive(Clone, Debug)]
pub(super) struct Lines(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    lines: Vec<u8>,
    dropped: u64,
    /// The thread has nothing to do and wants to be woken.
    is_idle: bool,
    is_over: bool,
}

/// Writes what was logged when it is dropped.
#[derive(Debug)]
pub(crate) struct LogGuard {
    lines: Lines,
    done: Receiver<()>,
}

/// A thread that writes lines to `output`, so that no request waits for it.
pub(super) fn spawn(output: impl Write + Send + 'static) -> (Lines, LogGuard) {
    let lines = Lines(Arc::default());
    let (finished, done) = sync_channel(1);
    let written = lines.clone();
    thread::spawn(move || {
        written.write_all_to(output);
        let _ = finished.send(());
    });
    let guard = LogGuard {
        lines: lines.clone(),
        done,
    };
    (lines, guard)
}

impl Lines {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes until it is told to stop. A reader that went away is no reason to end.
    fn write_all_to(&self, mut output: impl Write) {
        let mut lines = Vec::with_capacity(KEPT);
        loop {
            let (lost, is_over) = self.take(&mut lines);
            let _ = output.write_all(&lines);
            if lost > 0 {
                let _ = writeln!(
                    output,
                    r#"{{"level":"WARN","message":"{lost} log lines were dropped: nobody read them"}}"#
                );
            }
            let _ = output.flush();
            if is_over {
                return;
            }
            lines.clear();
            lines.shrink_to(KEPT);
            thread::sleep(GATHERED);
        }
    }

    /// Waits for lines and puts them into `lines`, which is empty; how many were dropped, and whether these are the last.
    fn take(&self, lines: &mut Vec<u8>) -> (u64, bool) {
        let mut waiting = self.waiting();
        while waiting.lines.is_empty() && !waiting.is_over {
            waiting.is_idle = true;
            let woken = self.0.changed.wait(waiting);
            waiting = woken.unwrap_or_else(PoisonError::into_inner);
        }
        waiting.is_idle = false;
        mem::swap(lines, &mut waiting.lines);
        (mem::take(&mut waiting.dropped), waiting.is_over)
    }
}

impl Waiting {
    fn is_full(&self) -> bool {
        self.lines.len() >= BACKLOG
    }
}

impl Write for Lines {
    /// One call is one line: the formatter writes an event at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.waiting();
        if waiting.is_full() {
            waiting.dropped += 1;
            return Ok(line.len());
        }
        waiting.lines.extend_from_slice(line);
        if mem::take(&mut waiting.is_idle) {
            self.0.changed.notify_one();
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
        self.lines.waiting().is_over = true;
        self.lines.0.changed.notify_one();
        let _ = self.done.recv_timeout(FLUSH);
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
        for _ in 0..3 * BACKLOG / 1024 {
            lines.write_all(&[b'x'; 1024]).unwrap();
        }
        assert!(lines.waiting().dropped > 0);
        drop(release);
        drop(guard);
    }
}
