use chrono::TimeDelta;

/// The longest wait between two attempts.
const LONGEST: TimeDelta = TimeDelta::hours(1);

/// How often and when a failed push is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The wait after the first failure; it doubles.
    pub base: TimeDelta,
    /// How often it is tried in all.
    pub max_attempts: u32,
}

impl RetryPolicy {
    /// The wait after `attempts` failures; `None` when a person has to look. `jitter`, from 0 to 1, keeps documents that
    /// failed together from coming back together: it takes up to half of the wait.
    pub fn wait(self, attempts: u32, jitter: f64) -> Option<TimeDelta> {
        if attempts >= self.max_attempts {
            return None;
        }
        let factor = 2_i32.saturating_pow(attempts.saturating_sub(1).min(20));
        let whole = self.base.checked_mul(factor).unwrap_or(LONGEST);
        let whole = whole.min(LONGEST).num_milliseconds();
        let share = (jitter.clamp(0.0, 1.0) * 1000.0).round();
        #[expect(clippy::cast_possible_truncation, reason = "0 to 1000")]
        let share = share as i64;
        Some(TimeDelta::milliseconds(whole - whole / 2 * share / 1000))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn waits_double_and_end() {
        let policy = RetryPolicy {
            base: TimeDelta::seconds(5),
            max_attempts: 4,
        };
        let waits: Vec<_> = (1..=4).map(|n| policy.wait(n, 0.0)).collect();
        let seconds = |n| Some(TimeDelta::seconds(n));
        assert_eq!(waits, [seconds(5), seconds(10), seconds(20), None]);
        assert_eq!(policy.wait(1, 1.0), Some(TimeDelta::milliseconds(2500)));
    }

    proptest! {
        #[test]
        fn a_wait_is_never_longer_than_an_hour_or_shorter_than_half(attempts in 1_u32..100, jitter in 0.0..1.0_f64) {
            let policy = RetryPolicy { base: TimeDelta::seconds(5), max_attempts: 1000 };
            let wait = policy.wait(attempts, jitter).unwrap();
            prop_assert!(wait <= LONGEST && wait >= TimeDelta::milliseconds(2500));
        }
    }
}
