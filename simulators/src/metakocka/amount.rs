//! Numbers and days as Metakocka writes and reads them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Europe::Ljubljana;
use rust_decimal::{Decimal, RoundingStrategy};

/// Behind every date and moment, in winter too: it is no offset but a part of the format.
const SUFFIX: &str = "+02:00";

/// A number with a dot, with a comma, or as Slovenes write it: `1.895,01`.
pub(super) fn number(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let text = if text.contains(',') {
        text.replace('.', "").replace(',', ".")
    } else {
        text.to_owned()
    };
    text.parse().ok()
}

/// `24.8`, `4`: no zeros behind.
pub(super) fn plain(number: Decimal) -> String {
    number.normalize().to_string()
}

/// `122.00`: cents, always.
pub(super) fn padded(number: Decimal) -> String {
    format!("{:.2}", round(number))
}

/// `1.895,01`.
pub(super) fn slovenian(number: Decimal) -> String {
    let padded = padded(number.abs());
    let (whole, cents) = padded.split_once('.').unwrap_or((&padded, "00"));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    format!("{sign}{grouped},{cents}")
}

/// To cents, half up.
pub(super) fn round(number: Decimal) -> Decimal {
    number.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// Reads a day: `2026-08-25+02:00` or `25.08.2026`, nothing else.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    if let Some(iso) = text.strip_suffix(SUFFIX) {
        return (iso.len() == 10)
            .then(|| NaiveDate::parse_from_str(iso, "%Y-%m-%d").ok())
            .flatten();
    }
    let is_slovenian = text.len() == 10 && text.split('.').count() == 3;
    is_slovenian
        .then(|| NaiveDate::parse_from_str(text, "%d.%m.%Y").ok())
        .flatten()
}

/// Reads a moment, in local time: `2026-08-25T10:00:00+02:00`, or a day.
pub(super) fn moment(text: &str) -> Option<NaiveDateTime> {
    let iso = text.strip_suffix(SUFFIX);
    let moment = iso.and_then(|iso| NaiveDateTime::parse_from_str(iso, "%Y-%m-%dT%H:%M:%S").ok());
    moment.or_else(|| day(text)?.and_hms_opt(0, 0, 0))
}

/// `2026-08-25+02:00`.
pub(super) fn write_day(day: NaiveDate) -> String {
    format!("{}{SUFFIX}", day.format("%Y-%m-%d"))
}

/// `25.08.2026`.
pub(super) fn write_slovenian_day(day: NaiveDate) -> String {
    day.format("%d.%m.%Y").to_string()
}

/// `2026-08-25T10:00:00+02:00`.
pub(super) fn write_moment(moment: NaiveDateTime) -> String {
    format!("{}{SUFFIX}", moment.format("%Y-%m-%dT%H:%M:%S"))
}

/// What the clocks on Slovenian walls show.
pub(super) fn local(now: DateTime<Utc>) -> NaiveDateTime {
    now.with_timezone(&Ljubljana).naive_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_each_format() {
        let read = |text| number(text).map(plain);
        assert_eq!(read("12.23").as_deref(), Some("12.23"));
        assert_eq!(read("19,99").as_deref(), Some("19.99"));
        assert_eq!(read("1.895,01").as_deref(), Some("1895.01"));
        assert_eq!(read("10%"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn numbers_are_written_in_each_format() {
        let number = Decimal::new(1_234_567_800, 3);
        assert_eq!(plain(number), "1234567.8");
        assert_eq!(padded(number), "1234567.80");
        assert_eq!(slovenian(number), "1.234.567,80");
        assert_eq!(slovenian(Decimal::new(-995, 1)), "-99,50");
    }

    #[test]
    fn only_two_formats_of_days_are_read() {
        let read = NaiveDate::from_ymd_opt(2026, 1, 5);
        assert_eq!(day("2026-01-05+02:00"), read);
        assert_eq!(day("05.01.2026"), read);
        for bad in [
            "2026-01-05",
            "2026-01-05+01:00",
            "2026-01-05+00:00",
            "2026-01-05+0200",
            "2026-01-05T10:00:00+02:00",
            "5.1.2026",
        ] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_moment_in_winter_is_local_time_with_the_suffix_of_summer() {
        let noon = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let noon = noon.and_hms_opt(12, 0, 0).unwrap().and_utc();
        assert_eq!(write_moment(local(noon)), "2026-01-05T13:00:00+02:00");
    }
}
