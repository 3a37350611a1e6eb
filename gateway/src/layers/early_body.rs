use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

/// A larger body is not looked at before its turn, in bytes.
const SMALL: u64 = 64 * 1024;

/// A body of which the beginning may have been read before its turn: what came together with the head.
pub(super) struct EarlyBody<B: HttpBody> {
    begun: Option<Result<Frame<Bytes>, B::Error>>,
    rest: B,
}

impl<B: HttpBody> Unpin for EarlyBody<B> {}

impl<B: HttpBody<Data = Bytes> + Unpin> EarlyBody<B> {
    pub(super) fn new(rest: B) -> Self {
        Self { begun: None, rest }
    }

    /// Whether its length is known to be small.
    pub(super) fn is_small(&self) -> bool {
        self.size_hint().upper().is_some_and(|most| most <= SMALL)
    }

    /// A small body, if all of it is here. It is still to be read afterwards.
    pub(super) fn whole(&mut self) -> Option<Bytes> {
        let length = self.rest.size_hint().exact()?;
        if length == 0 || !self.is_small() {
            return None;
        }
        let mut nobody = Context::from_waker(Waker::noop());
        if let Poll::Ready(frame) = Pin::new(&mut self.rest).poll_frame(&mut nobody) {
            self.begun = frame;
        }
        let Some(Ok(frame)) = &self.begun else {
            return None;
        };
        let read = frame.data_ref()?;
        (read.len() as u64 == length).then(|| read.clone())
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for EarlyBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.get_mut();
        match this.begun.take() {
            Some(begun) => Poll::Ready(Some(begun)),
            None => Pin::new(&mut this.rest).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.begun.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.rest.size_hint();
        if let Some(Ok(frame)) = &self.begun {
            let read = frame.data_ref().map_or(0, Bytes::len) as u64;
            if let Some(upper) = hint.upper() {
                hint.set_upper(upper + read);
            }
            hint.set_lower(hint.lower() + read);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::VecDeque, convert::Infallible};

    use http_body_util::BodyExt as _;

    use super::*;

    /// Bytes that are there, one piece after the other, and an end that comes at once or never.
    struct Pieces {
        here: VecDeque<&'static str>,
        length: u64,
        is_over: bool,
    }

    impl HttpBody for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match self.here.pop_front() {
                Some(piece) => {
                    self.length -= piece.len() as u64;
                    Poll::Ready(Some(Ok(Frame::data(piece.into()))))
                }
                None if self.is_over => Poll::Ready(None),
                None => Poll::Pending,
            }
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.length)
        }
    }

    fn body(here: &[&'static str], length: u64) -> EarlyBody<Pieces> {
        EarlyBody::new(Pieces {
            here: here.iter().copied().collect(),
            length,
            is_over: true,
        })
    }

    #[tokio::test]
    async fn a_body_that_is_here_is_seen_whole_and_read_afterwards() {
        let mut body = body(&["abc"], 3);
        assert_eq!(body.whole().unwrap(), "abc");
        assert_eq!(body.size_hint().exact(), Some(3));
        assert!(!body.is_end_stream());
        assert_eq!(body.collect().await.unwrap().to_bytes(), "abc");
    }

    #[tokio::test]
    async fn of_a_body_in_pieces_none_is_lost() {
        let mut body = body(&["ab", "c"], 3);
        assert_eq!(body.whole(), None);
        assert_eq!(body.size_hint().exact(), Some(3));
        assert_eq!(body.collect().await.unwrap().to_bytes(), "abc");
    }

    #[test]
    fn a_body_that_is_not_here_or_large_is_not_waited_for() {
        let mut late = body(&[], 3);
        late.rest.is_over = false;
        assert_eq!(late.whole(), None);
        let mut large = body(&["x"], SMALL + 1);
        assert_eq!(large.whole(), None);
        assert_eq!(large.rest.here.len(), 1);
        assert_eq!(body(&[], 0).whole(), None);
    }
}
