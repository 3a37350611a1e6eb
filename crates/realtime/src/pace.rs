//! How often places are sent: less often, where this node does not keep up.

use std::time::Duration;

use chrono::TimeDelta;

/// How often places that wait are looked at.
pub(crate) const LOOK: Duration = Duration::from_millis(10);
/// How far apart the places of one booking are at least: five a second.
const CLOSEST: TimeDelta = TimeDelta::milliseconds(200);
/// How far apart they are at most, whatever the load.
const FURTHEST: TimeDelta = TimeDelta::seconds(1);
/// How much closer they come in a calm while.
const STEP: TimeDelta = TimeDelta::milliseconds(10);
/// A look that comes later than this found others before it: what is sent waits as long, more than once on its way.
const LATE: Duration = Duration::from_millis(20);
/// How long the node is watched before places come closer or further apart.
const WHILE: Duration = Duration::from_millis(100);

/// How far apart the places of one booking are sent. Where work queues up on this node, each place would reach its
/// trackers old; fewer of them are fresh.
#[derive(Debug)]
pub(crate) struct Pace {
    apart: TimeDelta,
    watched: Duration,
    latest: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            apart: CLOSEST,
            watched: Duration::ZERO,
            latest: Duration::ZERO,
        }
    }
}

impl Pace {
    /// How far apart places are sent now.
    pub(crate) fn apart(&self) -> TimeDelta {
        self.apart
    }

    /// Whether that is further than it has to be.
    pub(crate) fn is_strained(&self) -> bool {
        self.apart > CLOSEST
    }

    /// A look at what waits came so `late`.
    pub(crate) fn note(&mut self, late: Duration) {
        self.watched += LOOK + late;
        self.latest = self.latest.max(late);
        if self.watched < WHILE {
            return;
        }
        if self.latest > LATE {
            self.apart = (self.apart * 5 / 4).min(FURTHEST);
        } else {
            self.apart = (self.apart - STEP).max(CLOSEST);
        }
        (self.watched, self.latest) = (Duration::ZERO, Duration::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON_TIME: Duration = Duration::from_millis(1);

    fn milliseconds(pace: &Pace) -> i64 {
        pace.apart().num_milliseconds()
    }

    #[test]
    fn places_are_five_a_second_while_the_node_keeps_up() {
        let mut pace = Pace::default();
        for _ in 0..1_000 {
            pace.note(ON_TIME);
        }
        assert_eq!((milliseconds(&pace), pace.is_strained()), (200, false));
    }

    #[test]
    fn they_come_further_apart_where_it_does_not_and_closer_when_it_does_again() {
        let mut pace = Pace::default();
        pace.note(Duration::from_millis(90));
        assert_eq!((milliseconds(&pace), pace.is_strained()), (250, true));
        pace.note(Duration::from_millis(30));
        assert_eq!(
            milliseconds(&pace),
            250,
            "it was not watched for long enough"
        );
        for _ in 0..100 {
            pace.note(Duration::from_millis(90));
        }
        assert_eq!(milliseconds(&pace), 1_000, "never further");
        for _ in 0..10 {
            pace.note(Duration::ZERO);
        }
        assert_eq!(milliseconds(&pace), 990);
        for _ in 0..1_000 {
            pace.note(Duration::ZERO);
        }
        assert_eq!(milliseconds(&pace), 200, "never closer");
    }

    #[test]
    fn looks_that_are_a_little_late_are_no_load() {
        let mut pace = Pace::default();
        pace.note(Duration::from_millis(90));
        for _ in 0..4 {
            pace.note(Duration::from_millis(15));
        }
        assert_eq!(milliseconds(&pace), 240);
    }
}
