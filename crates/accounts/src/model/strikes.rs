use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

/// How long the first wait is; each further failure doubles it.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);
/// The time in which only so many may arrive.
const ARRIVAL_WINDOW: TimeDelta = TimeDelta::minutes(1);

/// Failed attempts to sign in, of one e-mail address or from one network address.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Strikes {
    failures: u32,
    wait_until: Option<DateTime<Utc>>,
    last: Option<DateTime<Utc>>,
}

impl Strikes {
    /// How long to wait before the next attempt; `None`: it may be made now.
    pub(crate) fn wait(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.wait_until
            .map(|until| until - now)
            .filter(|wait| *wait > TimeDelta::zero())
    }

    /// Counts a failure; from the `limit`th on it makes the next attempt wait. One that has to wait is not counted.
    /// Failures are forgotten when there was none for `memory`, waits not included.
    pub(crate) fn fail(
        &mut self,
        now: DateTime<Utc>,
        limit: u32,
        memory: TimeDelta,
    ) -> Result<(), TimeDelta> {
        if let Some(wait) = self.wait(now) {
            return Err(wait);
        }
        let quiet_since = self.wait_until.max(self.last);
        if quiet_since.is_some_and(|since| now - since > memory) {
            *self = Self::default();
        }
        self.failures = self.failures.saturating_add(1);
        self.last = Some(now);
        if let Some(beyond) = self.failures.checked_sub(limit) {
            let doubled = FIRST_WAIT
                .checked_mul(1 << beyond.min(10))
                .unwrap_or(LONGEST_WAIT);
            self.wait_until = Some(now + doubled.min(LONGEST_WAIT));
        }
        Ok(())
    }
}

/// The latest arrivals from one address: at most so many in any minute.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arrivals(VecDeque<DateTime<Utc>>);

impl Arrivals {
    /// Lets one more in, or says how long it has to wait.
    pub(crate) fn admit(&mut self, now: DateTime<Utc>, limit: usize) -> Result<(), TimeDelta> {
        while self
            .0
            .front()
            .is_some_and(|first| now - first >= ARRIVAL_WINDOW)
        {
            self.0.pop_front();
        }
        match self.0.front() {
            Some(first) if self.0.len() >= limit => Err(*first + ARRIVAL_WINDOW - now),
            _ => {
                self.0.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY: TimeDelta = TimeDelta::hours(24);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn waits_begin_at_the_limit_and_double_up_to_an_hour() {
        let mut strikes = Strikes::default();
        let mut now = at(0);
        for _ in 0..4 {
            strikes.fail(now, 5, MEMORY).unwrap();
            assert_eq!(strikes.wait(now), None);
        }
        for expected in [30, 60, 120, 240, 480, 960, 1920, 3600, 3600] {
            strikes.fail(now, 5, MEMORY).unwrap();
            assert_eq!(strikes.wait(now), Some(TimeDelta::seconds(expected)));
            assert_eq!(
                strikes.fail(now, 5, MEMORY),
                Err(TimeDelta::seconds(expected))
            );
            now += TimeDelta::seconds(expected);
            assert_eq!(strikes.wait(now), None);
        }
    }

    #[test]
    fn old_failures_are_forgotten() {
        let mut strikes = Strikes::default();
        for _ in 0..4 {
            strikes.fail(at(0), 5, MEMORY).unwrap();
        }
        let later = at(0) + MEMORY + TimeDelta::seconds(1);
        strikes.fail(later, 5, MEMORY).unwrap();
        assert_eq!(strikes.wait(later), None);
    }

    #[test]
    fn arrivals_are_counted_in_any_minute() {
        let mut arrivals = Arrivals::default();
        assert!(arrivals.admit(at(0), 2).is_ok());
        assert!(arrivals.admit(at(40), 2).is_ok());
        assert_eq!(arrivals.admit(at(50), 2), Err(TimeDelta::seconds(10)));
        assert!(arrivals.admit(at(60), 2).is_ok());
        assert_eq!(arrivals.admit(at(61), 2), Err(TimeDelta::seconds(39)));
    }
}
