//! What stands in the payloads of clients, checked like the bodies of REST.

use api_error::ApiError;
use serde_json::Value;
use validation::{Id, Text, Violations};

/// A payload that is an id.
pub(super) fn id<K>(field: &'static str, payload: &Value) -> Result<Id<K>, ApiError> {
    let text = payload.as_str();
    let text = text.ok_or_else(|| Violations::one(field, "must be a text"))?;
    Ok(Id::parse(text).map_err(|error| Violations::one(field, error))?)
}

/// An id in a payload.
pub(super) fn id_in<K>(payload: &Value, field: &'static str) -> Result<Id<K>, ApiError> {
    id(field, required(payload, field)?)
}

/// An id in a payload that may be left out.
pub(super) fn optional_id<K>(
    payload: &Value,
    field: &'static str,
) -> Result<Option<Id<K>>, ApiError> {
    let given = payload.get(field).filter(|given| !given.is_null());
    given.map(|given| id(field, given)).transpose()
}

/// A text in a payload.
pub(super) fn text_in<const MAX: usize>(
    payload: &Value,
    field: &'static str,
) -> Result<Text<MAX>, ApiError> {
    let text = required(payload, field)?.as_str();
    let text = text.ok_or_else(|| Violations::one(field, "must be a text"))?;
    Ok(Text::parse(text).map_err(|error| Violations::one(field, error))?)
}

/// A text in a payload that may be left out or blank.
pub(super) fn optional_text<const MAX: usize>(
    payload: &Value,
    field: &'static str,
) -> Result<Option<Text<MAX>>, ApiError> {
    let Some(given) = payload.get(field).filter(|given| !given.is_null()) else {
        return Ok(None);
    };
    let text = given.as_str();
    let text = text.ok_or_else(|| Violations::one(field, "must be a text"))?;
    Ok(Text::parse_optional(text).map_err(|error| Violations::one(field, error))?)
}

/// A number in a payload.
pub(super) fn number_in(payload: &Value, field: &'static str) -> Result<f64, ApiError> {
    let number = required(payload, field)?.as_f64();
    Ok(number.ok_or_else(|| Violations::one(field, "must be a number"))?)
}

fn required<'a>(payload: &'a Value, field: &'static str) -> Result<&'a Value, ApiError> {
    let given = payload.get(field).filter(|given| !given.is_null());
    Ok(given.ok_or_else(|| Violations::one(field, "is required"))?)
}
