#![doc = include_str!("../README.md")]

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::{Cron, parser::CronParser, parser::Seconds};

/// A cron pattern in a time zone.
#[derive(Clone, Debug)]
pub struct Schedule {
    pattern: Cron,
    text: String,
    zone: Tz,
}

/// Why two texts are no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The pattern.
    #[error("must be a cron pattern of five fields, such as \"0 2 * * *\"")]
    Pattern,
    /// It is a pattern, of a day that never comes (30 February).
    #[error("must come some day; this never does")]
    Never,
    /// The zone.
    #[error("must be a time zone such as Asia/Jakarta")]
    Zone,
}

impl ScheduleError {
    /// The field of a request that is at fault.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Pattern | Self::Never => "cron",
            Self::Zone => "timezone",
        }
    }
}

impl Schedule {
    /// Reads `0 2 * * *` and `Asia/Jakarta`; `now` tells whether it ever comes.
    pub fn parse(cron: &str, timezone: &str, now: DateTime<Utc>) -> Result<Self, ScheduleError> {
        let zone = timezone.parse().map_err(|_| ScheduleError::Zone)?;
        let text = cron.split_whitespace().collect::<Vec<_>>().join(" ");
        // Nicknames such as @daily are no five fields; a pattern is short.
        if text.split(' ').count() != 5 || text.len() > 200 {
            return Err(ScheduleError::Pattern);
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        let pattern = parser.parse(&text).map_err(|_| ScheduleError::Pattern)?;
        let schedule = Self {
            pattern,
            text,
            zone,
        };
        match schedule.next_after(now) {
            Some(_) => Ok(schedule),
            None => Err(ScheduleError::Never),
        }
    }

    /// When it is due next, after `moment`; `None` where it never is again.
    pub fn next_after(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = moment.with_timezone(&self.zone);
        let next = self.pattern.find_next_occurrence(&local, false).ok()?;
        Some(next.with_timezone(&Utc))
    }

    /// The pattern, its fields parted by one blank.
    pub fn cron(&self) -> &str {
        &self.text
    }

    /// The name of the time zone.
    pub fn timezone(&self) -> &'static str {
        self.zone.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn next(cron: &str, zone: &str, after: &str) -> DateTime<Utc> {
        let schedule = Schedule::parse(cron, zone, at(after)).unwrap();
        schedule.next_after(at(after)).unwrap()
    }

    #[test]
    fn two_in_the_morning_is_that_of_the_zone() {
        let jakarta = next("0 2 * * *", "Asia/Jakarta", "2026-03-01T12:00:00Z");
        assert_eq!(jakarta, at("2026-03-01T19:00:00Z"));
        let utc = next("0 2 * * *", "UTC", "2026-03-01T12:00:00Z");
        assert_eq!(utc, at("2026-03-02T02:00:00Z"));
    }

    #[test]
    fn the_moment_itself_is_over() {
        let again = next("0 2 * * *", "UTC", "2026-03-01T02:00:00Z");
        assert_eq!(again, at("2026-03-02T02:00:00Z"));
    }

    #[test]
    fn an_hour_that_does_not_exist_is_due_when_the_clocks_have_moved() {
        let spring = next("30 2 * * *", "Europe/Ljubljana", "2026-03-28T12:00:00Z");
        assert_eq!(spring, at("2026-03-29T01:00:00Z"));
    }

    #[test]
    fn an_hour_that_exists_twice_is_due_once() {
        let first = next("30 2 * * *", "Europe/Ljubljana", "2026-10-24T12:00:00Z");
        assert_eq!(first, at("2026-10-25T00:30:00Z"));
        let second = next("30 2 * * *", "Europe/Ljubljana", "2026-10-25T00:30:00Z");
        assert_eq!(second, at("2026-10-26T01:30:00Z"));
    }

    #[test]
    fn nonsense_is_refused_and_names_its_field() {
        let now = at("2026-03-01T12:00:00Z");
        for cron in [
            "",
            "0 2 * *",
            "0 0 2 * * *",
            "@daily",
            "61 2 * * *",
            "* * * * x",
        ] {
            let error = Schedule::parse(cron, "UTC", now).unwrap_err();
            assert_eq!(error, ScheduleError::Pattern, "{cron}");
        }
        let never = Schedule::parse("0 0 30 2 *", "UTC", now).unwrap_err();
        assert_eq!(
            (never.clone(), never.field()),
            (ScheduleError::Never, "cron")
        );
        let zone = Schedule::parse("0 2 * * *", "Jakarta", now).unwrap_err();
        assert_eq!(
            (zone.clone(), zone.field()),
            (ScheduleError::Zone, "timezone")
        );
    }
}
