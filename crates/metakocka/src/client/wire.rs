//! Values as Metakocka writes them: nearly everything is a text, in more than one format.

use chrono::{
    DateTime, FixedOffset, NaiveDate, NaiveDateTime, Offset as _, TimeDelta, TimeZone as _, Utc,
};
use chrono_tz::Europe::Ljubljana;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

/// Behind every day and moment. It is a part of the format: in winter, too, `+01:00` is refused.
const SUFFIX: &str = "+02:00";

/// A text, which may also come as a number or a truth; blank is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(pub(super) Option<String>);

impl Text {
    pub(super) fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::Null => return Ok(Self(None)),
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Array(_) => return Err(D::Error::custom("a list where a text belongs")),
            Value::Object(_) => return Err(D::Error::custom("an object where a text belongs")),
        };
        Ok(Self((!text.is_empty()).then_some(text)))
    }
}

/// A list. One with a single element may come as that element, one without any not at all.
#[derive(Clone, Debug)]
pub(super) struct OneOrMany<T>(pub(super) Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = match Value::deserialize(deserializer)? {
            Value::Null => Vec::new(),
            Value::String(blank) if blank.trim().is_empty() => Vec::new(),
            Value::Array(items) => items,
            one => vec![one],
        };
        let items = items.into_iter().map(serde_json::from_value);
        items
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(D::Error::custom)
    }
}

/// Reads a number: `24.8`, `7,3`, `1.895,01`.
pub(super) fn number(text: &str) -> Option<Decimal> {
    if text.contains(',') {
        // With a comma, dots only group.
        return text.replace('.', "").replace(',', ".").parse().ok();
    }
    text.parse().ok()
}

/// Reads a day, which may have a time and an offset behind it: `2026-08-25+02:00`, `25.08.2026`.
///
/// It is a day of the calendar. The offset says nothing about which.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let first = text.get(..10)?;
    NaiveDate::parse_from_str(first, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(first, "%d.%m.%Y"))
        .ok()
}

/// Reads a moment, `2026-08-25T10:00:00+02:00`: what clocks in Slovenia show, whatever the offset says.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let first = text.get(..19)?;
    let local = NaiveDateTime::parse_from_str(first, "%Y-%m-%dT%H:%M:%S").ok()?;
    let moment = Ljubljana.from_local_datetime(&local).earliest()?;
    Some(moment.with_timezone(&Utc))
}

/// Writes a number: a dot, no zeros behind.
pub(super) fn write_number(number: Decimal) -> String {
    number.normalize().to_string()
}

/// Writes a day.
pub(super) fn write_day(day: NaiveDate) -> String {
    format!("{}{SUFFIX}", day.format("%Y-%m-%d"))
}

/// Writes the two ends of a span of time so that nothing of it is left out.
///
/// Nobody says whether `+02:00` means in winter what it says or what clocks show there, an hour less. So the beginning
/// is written in the reading that makes it the earlier one, and the end in that which makes it the later one.
pub(super) fn write_span(from: DateTime<Utc>, to: DateTime<Utc>) -> (String, String) {
    let shown = |moment: DateTime<Utc>| moment.with_timezone(&Ljubljana).naive_local();
    let meant = |moment: DateTime<Utc>| {
        let offset = FixedOffset::east_opt(2 * 3_600).unwrap_or(Utc.fix());
        moment.with_timezone(&offset).naive_local()
    };
    let write = |moment: NaiveDateTime| format!("{}{SUFFIX}", moment.format("%Y-%m-%dT%H:%M:%S"));
    let from = shown(from).min(meant(from));
    // Seconds are the smallest unit there; a part of one belongs to it.
    let to = shown(to).max(meant(to)) + TimeDelta::milliseconds(999);
    (write(from), write(to))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn read<T: serde::de::DeserializeOwned>(json: &str) -> T {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_text_may_be_a_number_a_truth_or_blank() {
        let text = |json| read::<Text>(json).0;
        assert_eq!(text("\" a \"").as_deref(), Some("a"));
        assert_eq!(text("24.8").as_deref(), Some("24.8"));
        assert_eq!(text("true").as_deref(), Some("true"));
        assert_eq!((text("null"), text("\" \"")), (None, None));
        assert!(serde_json::from_str::<Text>("{}").is_err());
    }

    #[test]
    fn a_list_may_be_one_or_many_or_nothing() {
        let list = |json| read::<OneOrMany<u8>>(json).0;
        assert_eq!(list("[1, 2]"), [1, 2]);
        assert_eq!(list("1"), [1]);
        assert!(list("null").is_empty() && list("\"\"").is_empty() && list("[]").is_empty());
    }

    #[test]
    fn numbers_are_read_in_both_formats() {
        let same = |text, digits, scale| {
            assert_eq!(number(text), Some(Decimal::new(digits, scale)), "{text}");
        };
        same("24.8", 248, 1);
        same("14.6754", 146_754, 4);
        same("7,3", 73, 1);
        same("0,125", 125, 3);
        same("1.895,01", 189_501, 2);
        same("1.234.567,00", 123_456_700, 2);
        same("-3", -3, 0);
        assert_eq!((number("10%"), number("")), (None, None));
    }

    #[test]
    fn days_are_days_whatever_stands_behind_them() {
        let read = NaiveDate::from_ymd_opt(2026, 1, 5);
        for text in [
            "2026-01-05+02:00",
            "2026-01-05",
            "05.01.2026",
            "2026-01-05T23:30:00+02:00",
        ] {
            assert_eq!(day(text), read, "{text}");
        }
        assert_eq!((day("5.1.2026"), day("čšž")), (None, None));
        let winter = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        assert_eq!(write_day(winter), "2026-01-05+02:00");
    }

    #[test]
    fn moments_are_what_clocks_in_slovenia_show() {
        let at = |month, hour| Utc.with_ymd_and_hms(2026, month, 5, hour, 0, 0).single();
        assert_eq!(moment("2026-01-05T10:00:00+02:00"), at(1, 9));
        assert_eq!(moment("2026-08-05T10:00:00+02:00"), at(8, 8));
        assert_eq!(moment("2026-01-05"), None);
    }

    #[test]
    fn a_span_is_written_so_that_neither_reading_cuts_it_short() {
        let at = |month, hour| Utc.with_ymd_and_hms(2026, month, 5, hour, 0, 0).unwrap();
        let (from, to) = write_span(at(1, 9), at(1, 12));
        assert_eq!(
            (&*from, &*to),
            ("2026-01-05T10:00:00+02:00", "2026-01-05T14:00:00+02:00")
        );
        let end = at(8, 12) + TimeDelta::milliseconds(1);
        let (from, to) = write_span(at(8, 9), end);
        assert_eq!(
            (&*from, &*to),
            ("2026-08-05T11:00:00+02:00", "2026-08-05T14:00:01+02:00")
        );
    }
}
