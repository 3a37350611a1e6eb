use chrono::{DateTime, TimeDelta, Utc};

/// How far the clocks of two nodes may be apart, and still no stale answer be taken for a fresh one.
const SKEW: TimeDelta = TimeDelta::seconds(1);

/// When a product and its stock changed last, of all that is known of its changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    updated_at: DateTime<Utc>,
    is_crowded: bool,
}

impl Times {
    /// From the last change of each part of a product, each with the one before it.
    pub fn new(changes: impl IntoIterator<Item = (DateTime<Utc>, Option<DateTime<Utc>>)>) -> Self {
        let (mut last, mut before) = (DateTime::UNIX_EPOCH, None);
        let mut note = |at: DateTime<Utc>| {
            if at > last {
                before = Some(last);
                last = at;
            } else if at < last {
                before = before.max(Some(at));
            }
        };
        let mut is_twice = None;
        for (at, previous) in changes {
            note(at);
            if let Some(previous) = previous {
                note(previous);
                if previous == at {
                    is_twice = is_twice.max(Some(at));
                }
            }
        }
        let second = DateTime::from_timestamp(last.timestamp(), 0).unwrap_or(last);
        let is_near = |at: DateTime<Utc>| at >= second - SKEW;
        Self {
            updated_at: last,
            is_crowded: before.is_some_and(is_near) || is_twice.is_some_and(is_near),
        }
    }

    /// When it changed last.
    pub fn updated_at(self) -> DateTime<Utc> {
        self.updated_at
    }

    /// Whether somebody who knows only the second in which their copy was last changed has the present one.
    ///
    /// A date in a header has no milliseconds. Where several changes fall so close together that one second may be that
    /// of two of them, nobody can tell, and the answer is no.
    pub fn is_unchanged_since(self, second: DateTime<Utc>) -> bool {
        !self.is_crowded && self.updated_at.timestamp() <= second.timestamp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap()
    }

    #[test]
    fn one_change_in_a_second_is_known_by_that_second() {
        let times = Times::new([(at(10_200), Some(at(8_000))), (at(10_200), None)]);
        assert_eq!(times.updated_at(), at(10_200));
        assert!(times.is_unchanged_since(at(10_000)));
        assert!(times.is_unchanged_since(at(12_000)));
        assert!(!times.is_unchanged_since(at(9_000)));
    }

    #[test]
    fn two_changes_in_a_second_are_not_told_apart_by_it() {
        for changes in [
            vec![(at(10_700), Some(at(10_200)))],
            vec![(at(10_200), None), (at(10_700), None)],
            vec![(at(10_200), Some(at(10_200)))],
            vec![(at(10_100), Some(at(9_100)))],
        ] {
            let times = Times::new(changes.clone());
            assert!(!times.is_unchanged_since(at(10_000)), "{changes:?}");
            assert!(!times.is_unchanged_since(at(11_000)), "{changes:?}");
        }
    }

    #[test]
    fn an_old_double_change_is_forgotten_with_the_next_one() {
        let times = Times::new([(at(5_000), Some(at(5_000))), (at(20_000), Some(at(3_000)))]);
        assert!(times.is_unchanged_since(at(20_000)));
    }
}
