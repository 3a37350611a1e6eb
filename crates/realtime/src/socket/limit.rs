use std::num::NonZeroU32;

use chrono::{DateTime, Utc};

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is heard.
    Heard,
    /// It is one too many.
    Refused,
    /// It is one too many, and that goes on: the sender is to go.
    Unbearable,
}

/// How many events a socket may send: `rate` a second, twice that at once.
#[derive(Debug)]
pub(crate) struct Allowance {
    left: f64,
    counted_at: DateTime<Utc>,
    refused: u32,
}

impl Allowance {
    /// A whole burst, from `now` on.
    pub(crate) fn new(rate: Option<NonZeroU32>, now: DateTime<Utc>) -> Self {
        Self {
            left: rate.map_or(0.0, burst),
            counted_at: now,
            refused: 0,
        }
    }

    /// Counts an event. Whoever has as many refused as a burst holds, without a pause in which half of one could
    /// gather, does not listen.
    pub(crate) fn count(&mut self, rate: Option<NonZeroU32>, now: DateTime<Utc>) -> Verdict {
        let Some(rate) = rate else {
            return Verdict::Heard;
        };
        let passed = (now - self.counted_at).as_seconds_f64().max(0.0);
        self.counted_at = now;
        self.left = (self.left + passed * f64::from(rate.get())).min(burst(rate));
        if self.left >= 1.0 {
            if self.left >= burst(rate) / 2.0 {
                self.refused = 0;
            }
            self.left -= 1.0;
            return Verdict::Heard;
        }
        self.refused += 1;
        if f64::from(self.refused) > burst(rate) {
            Verdict::Unbearable
        } else {
            Verdict::Refused
        }
    }
}

fn burst(rate: NonZeroU32) -> f64 {
    f64::from(rate.get()) * 2.0
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_burst_is_heard_then_refused_then_too_much() {
        let rate = NonZeroU32::new(50);
        let now = DateTime::UNIX_EPOCH;
        let mut allowance = Allowance::new(rate, now);
        let verdicts: Vec<_> = (0..201).map(|_| allowance.count(rate, now)).collect();
        assert!(verdicts[..100].iter().all(|v| *v == Verdict::Heard));
        assert!(verdicts[100..200].iter().all(|v| *v == Verdict::Refused));
        assert_eq!(verdicts[200], Verdict::Unbearable);
    }

    #[test]
    fn a_second_gives_as_many_as_the_rate() {
        let rate = NonZeroU32::new(50);
        let now = DateTime::UNIX_EPOCH;
        let mut allowance = Allowance::new(rate, now);
        for _ in 0..100 {
            allowance.count(rate, now);
        }
        let later = now + TimeDelta::seconds(1);
        let heard = (0..60).filter(|_| allowance.count(rate, later) == Verdict::Heard);
        assert_eq!(heard.count(), 50);
    }

    #[test]
    fn without_a_rate_everything_is_heard() {
        let now = DateTime::UNIX_EPOCH;
        let mut allowance = Allowance::new(None, now);
        assert!((0..10_000).all(|_| allowance.count(None, now) == Verdict::Heard));
    }
}
