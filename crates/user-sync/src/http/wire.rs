//! What stands in several requests and answers.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, SecondsFormat, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;
use validation::{Text, Violations};

use crate::model::{Doubt, LocationId, Verdict};

/// A moment as RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(pub(super) DateTime<Utc>);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// A password on its way in, which no log shows.
pub(super) struct Secret(pub(super) SecretString);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

/// Tells a field that is null from one that is left out.
#[expect(clippy::option_option, reason = "null and left out are two things")]
pub(super) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Which end of a day is meant where there is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Its first moment.
    First,
    /// The first moment of the next day: all of it is meant.
    Last,
}

/// A moment in a filter: RFC 3339, or a day in UTC.
pub(super) fn moment(field: &str, text: &str, end: End) -> Result<DateTime<Utc>, Violations> {
    let wrong = || {
        Violations::one(
            field,
            "must be a day or a time such as 2026-01-31T09:30:00Z",
        )
    };
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        let moment = moment.to_utc();
        // Up to a moment means that one too.
        let past = chrono::TimeDelta::milliseconds(i64::from(end == End::Last));
        return moment.checked_add_signed(past).ok_or_else(wrong);
    }
    let day: NaiveDate = text.parse().map_err(|_| wrong())?;
    let day = match end {
        End::First => Some(day),
        End::Last => day.checked_add_days(Days::new(1)),
    };
    let day = day.ok_or_else(wrong)?;
    Ok(day.and_time(NaiveTime::MIN).and_utc())
}

/// A text that may be missing or blank.
pub(super) fn optional(
    violations: &mut Violations,
    field: &str,
    text: Option<&str>,
) -> Option<Text<200>> {
    let parsed = text.map(Text::parse_optional).transpose();
    violations.check(field, parsed)?.flatten()
}

/// A location's number in a path or body.
pub(super) fn location_id(field: &str, number: i64) -> Result<LocationId, Violations> {
    LocationId::new(number).map_err(|error| Violations::one(field, error))
}

/// A location's number in a path: what is none is not there.
pub(super) fn location_in_path(number: i64) -> Result<LocationId, api_error::ApiError> {
    let id = LocationId::new(number);
    id.map_err(|_| api_error::ApiError::not_found(format!("There is no location {number}")))
}

/// Whether a plan may be carried out without being allowed to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncGuard)]
pub(super) struct GuardJson {
    /// The share of the active users that would be deactivated.
    deleted_share: f64,
    /// More than this share, and more than 5 users, is blocked.
    limit: f64,
    /// Whether `allowLargeDeletion` is needed.
    blocked: bool,
    /// Why.
    reasons: Vec<ReasonJson>,
}

/// A reason not to trust what a server said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncGuardReason)]
pub(super) struct ReasonJson {
    /// `empty_answer`, `large_deletion`, `repeated_pages`, `wrong_total`, `unsettled` or `unidentified_rows`.
    #[schema(value_type = String)]
    code: &'static str,
    /// For a person.
    message: String,
}

impl From<&Doubt> for ReasonJson {
    fn from(doubt: &Doubt) -> Self {
        Self {
            code: doubt.kind.as_str(),
            message: doubt.sentence.clone(),
        }
    }
}

impl From<&Verdict> for GuardJson {
    fn from(verdict: &Verdict) -> Self {
        Self {
            deleted_share: verdict.deleted_share(),
            limit: Verdict::LIMIT,
            blocked: verdict.is_blocked(),
            reasons: verdict.reasons.iter().map(ReasonJson::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_all_of_it() {
        let at = |text, end| moment("createdTo", text, end).map(|moment| moment.to_rfc3339());
        let is = |text: &str| Ok(text.to_owned());
        assert_eq!(
            at("2026-01-31", End::First),
            is("2026-01-31T00:00:00+00:00")
        );
        assert_eq!(at("2026-01-31", End::Last), is("2026-02-01T00:00:00+00:00"));
        assert_eq!(
            at("2026-01-31T10:00:00+07:00", End::First),
            is("2026-01-31T03:00:00+00:00")
        );
        for text in ["", "yesterday", "2026-02-30", "2026-01-31T25:00:00Z"] {
            assert!(at(text, End::First).is_err(), "{text}");
        }
    }
}
