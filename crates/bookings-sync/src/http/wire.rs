//! Bookings as they stand in requests and answers.

use auth::AccountId;
use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use utoipa::ToSchema;
use validation::AmountJson;

use crate::model::{AssignedStatus, Booking, BookingId, Difference, Mirror, Status};

/// A moment as RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(pub(super) DateTime<Utc>);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl<'de> Deserialize<'de> for Moment {
    /// RFC 3339 with any offset, cut to milliseconds; a bare date is its first moment in UTC.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let date = || {
            text.parse::<NaiveDate>()
                .ok()?
                .and_hms_opt(0, 0, 0)
                .map(|midnight| midnight.and_utc())
        };
        let moment = DateTime::parse_from_rfc3339(&text)
            .ok()
            .map(|moment| moment.to_utc())
            .or_else(date);
        let moment = moment.filter(|moment| (1970..=9999).contains(&moment.year()));
        let moment =
            moment.and_then(|moment| DateTime::from_timestamp_millis(moment.timestamp_millis()));
        moment
            .map(Self)
            .ok_or_else(|| de::Error::custom("must be a time such as 2026-01-31T09:30:00Z"))
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for AssignedStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Tells a field that is null from one that is left out.
#[expect(clippy::option_option, reason = "null and left out are two things")]
pub(super) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A booking.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Booking)]
pub(super) struct BookingJson {
    #[schema(value_type = String)]
    id: BookingId,
    #[schema(example = "BK123456")]
    booking_number: String,
    #[schema(value_type = String)]
    customer_id: AccountId,
    #[schema(value_type = Option<String>)]
    partner_id: Option<AccountId>,
    service: String,
    #[schema(value_type = String, format = DateTime)]
    scheduled_at: Moment,
    address: String,
    #[schema(value_type = f64)]
    amount: AmountJson,
    /// ISO 4217.
    #[schema(value_type = String)]
    currency: &'static str,
    #[schema(value_type = String)]
    status: &'static str,
    #[schema(value_type = String)]
    assigned_status: &'static str,
    notes: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
    /// Counts the changes.
    version: i64,
}

impl From<Booking> for BookingJson {
    fn from(booking: Booking) -> Self {
        Self {
            assigned_status: booking.assigned_status().as_str(),
            amount: booking.price.amount_json(),
            currency: booking.price.currency().code(),
            status: booking.status.as_str(),
            booking_number: booking.number.to_string(),
            id: booking.id,
            customer_id: booking.customer_id,
            partner_id: booking.partner_id,
            service: booking.service.into_string(),
            scheduled_at: Moment(booking.scheduled_at),
            address: booking.address.into_string(),
            notes: booking.notes.map(validation::Text::into_string),
            created_at: Moment(booking.created_at),
            updated_at: Moment(booking.updated_at),
            version: booking.version,
        }
    }
}

/// A booking as its customer's app shows it. What another program wrote into the copy may be missing or nonsense.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Mirror)]
pub(super) struct MirrorJson {
    id: String,
    booking_id: String,
    user_id: String,
    booking_number: Option<String>,
    customer_id: Option<String>,
    partner_id: Option<String>,
    service: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_at: Option<Moment>,
    address: Option<String>,
    #[schema(value_type = Option<f64>)]
    amount: Option<AmountJson>,
    currency: Option<String>,
    status: Option<String>,
    assigned_status: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    mirrored_at: Option<Moment>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_manual_sync_at: Option<Moment>,
    synced_by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Moment>,
}

impl From<Mirror> for MirrorJson {
    fn from(mirror: Mirror) -> Self {
        Self {
            amount: mirror.amount().map(validation::Money::amount_json),
            id: mirror.booking_id.clone(),
            booking_id: mirror.booking_id,
            user_id: mirror.user_id,
            booking_number: mirror.booking_number,
            customer_id: mirror.customer_id,
            partner_id: mirror.partner_id,
            service: mirror.service,
            scheduled_at: mirror.scheduled_at.map(Moment),
            address: mirror.address,
            currency: mirror.currency,
            status: mirror.status,
            assigned_status: mirror.assigned_status,
            mirrored_at: mirror.mirrored_at.map(Moment),
            last_manual_sync_at: mirror.last_manual_sync_at.map(Moment),
            synced_by: mirror.synced_by,
            updated_at: mirror.updated_at.map(Moment),
        }
    }
}

/// A field that the copy says differently.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DifferenceJson {
    #[schema(value_type = String)]
    field: &'static str,
    main: Value,
    mirror: Value,
}

impl From<Difference> for DifferenceJson {
    fn from(
        Difference {
            field,
            main,
            mirror,
        }: Difference,
    ) -> Self {
        Self {
            field,
            main,
            mirror,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Option<String> {
        let moment: Moment = serde_json::from_value(text.into()).ok()?;
        serde_json::to_value(moment)
            .ok()?
            .as_str()
            .map(str::to_owned)
    }

    #[test]
    fn times_of_any_offset_become_utc_with_milliseconds() {
        assert_eq!(
            moment("2026-01-31T09:30:00+07:00").as_deref(),
            Some("2026-01-31T02:30:00.000Z")
        );
        assert_eq!(
            moment("2026-01-31T09:30:00.123456Z").as_deref(),
            Some("2026-01-31T09:30:00.123Z")
        );
        assert_eq!(
            moment("2026-01-31").as_deref(),
            Some("2026-01-31T00:00:00.000Z")
        );
        for bad in [
            "",
            "tomorrow",
            "2026-02-30",
            "+12026-01-01T00:00:00Z",
            "1969-12-31T00:00:00Z",
            "1767225600",
        ] {
            assert_eq!(moment(bad), None, "{bad}");
        }
    }
}
