use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use engineioxide::DisconnectReason;

use super::{
    packet::Outgoing,
    wire::{QUEUE, Sent},
};

/// More places than this are given back when they are empty: thousands of connections wait most of the time.
const KEPT: usize = 16;

/// What waits to be written to a websocket. Whoever fills it never waits; its websocket is woken once for all that is
/// put in before it looks.
#[derive(Default)]
pub(super) struct Mailbox(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Outgoing>,
    /// Whom to wake, and whether they sleep.
    reader: Option<Waker>,
    is_asleep: bool,
    end: End,
}

#[derive(Default)]
enum End {
    /// It goes on.
    #[default]
    Open,
    /// Nothing more comes in, and the websocket does not know yet.
    Asked(DisconnectReason),
    /// Nothing more comes in.
    Over,
}

/// What the websocket finds in its mailbox.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mail {
    /// There is something to write.
    Packets,
    /// Everything has been taken, and the connection is to end.
    End(DisconnectReason),
}

impl Mailbox {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts packets in while `spare` places stay free behind them; how many, and why not more.
    pub(super) fn put<'a>(
        &self,
        packets: impl Iterator<Item = &'a Outgoing>,
        spare: usize,
    ) -> (usize, Sent) {
        let mut inner = self.inner();
        if !matches!(inner.end, End::Open) {
            return (0, Sent::Gone);
        }
        let mut count = 0;
        let mut outcome = Sent::Queued;
        for packet in packets {
            if inner.waiting.len() + spare >= QUEUE {
                outcome = Sent::Full;
                break;
            }
            inner.waiting.push_back(packet.clone());
            count += 1;
        }
        if count > 0 {
            inner.wake();
        }
        (count, outcome)
    }

    /// Lets nothing more in; the connection ends behind what is there.
    pub(super) fn close(&self, reason: DisconnectReason) {
        let mut inner = self.inner();
        if !matches!(inner.end, End::Open) {
            return;
        }
        inner.end = End::Asked(reason);
        // Also where it waits for its client to take something, and would not be woken for packets.
        inner.is_asleep = false;
        if let Some(reader) = inner.reader.take() {
            drop(inner);
            reader.wake();
        }
    }

    /// Lets nothing more in; what is there.
    pub(super) fn shut(&self) -> VecDeque<Outgoing> {
        let mut inner = self.inner();
        inner.end = End::Over;
        inner.reader = None;
        std::mem::take(&mut inner.waiting)
    }

    /// Exchanges everything that waits for `taken`, which is empty.
    pub(super) fn poll_take(
        &self,
        context: &Context<'_>,
        taken: &mut VecDeque<Outgoing>,
    ) -> Poll<Mail> {
        let mut inner = self.inner();
        if let Some(reason) = inner.asked_to_end() {
            return Poll::Ready(Mail::End(reason));
        }
        if !inner.waiting.is_empty() {
            std::mem::swap(&mut inner.waiting, taken);
            return Poll::Ready(Mail::Packets);
        }
        for one in [&mut inner.waiting, taken] {
            if one.capacity() > KEPT {
                *one = VecDeque::new();
            }
        }
        inner.will_wake(context.waker());
        inner.is_asleep = true;
        Poll::Pending
    }

    /// Waits for the end alone, while nothing can be written.
    pub(super) fn poll_end(&self, context: &Context<'_>) -> Poll<DisconnectReason> {
        let mut inner = self.inner();
        inner.is_asleep = false;
        if let Some(reason) = inner.asked_to_end() {
            return Poll::Ready(reason);
        }
        inner.will_wake(context.waker());
        Poll::Pending
    }
}

impl Inner {
    fn asked_to_end(&mut self) -> Option<DisconnectReason> {
        match &self.end {
            End::Asked(reason) => {
                let reason = reason.clone();
                self.end = End::Over;
                Some(reason)
            }
            End::Open | End::Over => None,
        }
    }

    fn will_wake(&mut self, waker: &Waker) {
        if !self.reader.as_ref().is_some_and(|it| it.will_wake(waker)) {
            self.reader = Some(waker.clone());
        }
    }

    fn wake(&mut self) {
        if std::mem::take(&mut self.is_asleep)
            && let Some(reader) = &self.reader
        {
            reader.wake_by_ref();
        }
    }
}
