use serde_json::Value;
use validation::{Email, Text};

use crate::model::{InvalidRow, Profile, RemoteUser};

/// The user that a row tells of.
pub(super) fn user(value: &Value, row: u64) -> Result<RemoteUser, InvalidRow> {
    let remote_id = remote_id(value);
    parse(value, remote_id.clone()).map_err(|error| InvalidRow {
        row,
        remote_id,
        error,
    })
}

fn parse(value: &Value, remote_id: Option<String>) -> Result<RemoteUser, String> {
    if !value.is_object() {
        return Err("the row is not an object".to_owned());
    }
    let email = text(value, "email")?.ok_or("the e-mail is missing")?;
    let email = Email::parse(&email).map_err(|error| format!("email {error}"))?;
    let profile = Profile {
        name: text(value, "name")?,
        phone: text(value, "phone")?,
        role: text(value, "role")?,
        company: text(value, "company")?,
    };
    Ok(RemoteUser {
        remote_id,
        email,
        profile,
        is_active: is_active(&value["status_user"]),
    })
}

fn remote_id(value: &Value) -> Option<String> {
    let id = match value.get("id_user")? {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let is_sound = !id.is_empty() && id.len() <= 128 && !id.contains('\0');
    is_sound.then_some(id)
}

/// Some servers send phones as numbers.
fn text(value: &Value, field: &str) -> Result<Option<String>, String> {
    let text = match value.get(field) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(_) => return Err(format!("{field} must be a text")),
    };
    let text = if field == "email" {
        // Email::parse knows its own limits.
        return Ok((!text.trim().is_empty()).then_some(text));
    } else {
        Text::<200>::parse_optional(&text)
    };
    let text = text.map_err(|error| format!("{field} {error}"))?;
    Ok(text.map(Text::into_string))
}

/// 1 is active and 0 is not; a server that does not say means those that it lists.
fn is_active(status: &Value) -> bool {
    match status {
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Bool(status) => *status,
        Value::String(text) => !matches!(
            text.trim().to_lowercase().as_str(),
            "0" | "inactive" | "false"
        ),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_of_the_documentation_is_a_user() {
        let row = json!({"id_user": 1, "name": " Admin surabaya ", "phone": 857_333, "email": " Vendor1@dkm ",
            "role": "admin", "status_user": 1, "company": ""});
        let user = user(&row, 1).unwrap();
        assert_eq!(user.email.as_str(), "Vendor1@dkm");
        assert_eq!(user.remote_id.as_deref(), Some("1"));
        assert_eq!(user.profile.name.as_deref(), Some("Admin surabaya"));
        assert_eq!(user.profile.phone.as_deref(), Some("857333"));
        assert_eq!(user.profile.company, None);
        assert!(user.is_active);
    }

    #[test]
    fn only_a_status_that_says_so_is_inactive() {
        for status in [json!(0), json!("0"), json!(false)] {
            assert!(!is_active(&status), "{status}");
        }
        for status in [json!(1), json!("1"), json!(null), json!(true)] {
            assert!(is_active(&status), "{status}");
        }
    }

    #[test]
    fn a_row_without_an_email_is_invalid_and_keeps_its_id() {
        for row in [
            json!({"id_user": 7}),
            json!({"id_user": "7", "email": "  "}),
        ] {
            let invalid = user(&row, 3).unwrap_err();
            assert_eq!(invalid.remote_id.as_deref(), Some("7"));
            assert_eq!((invalid.row, &*invalid.error), (3, "the e-mail is missing"));
        }
        for row in [
            json!(null),
            json!([]),
            json!({"email": {}}),
            json!({"email": "a@b", "name": "x".repeat(201)}),
        ] {
            assert!(user(&row, 1).is_err(), "{row}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_a_row(email in any::<String>(), name in any::<String>()) {
            if let Ok(user) = user(&json!({"email": email, "name": name}), 1) {
                prop_assert!(!user.email.key().contains('\0'));
                prop_assert!(user.profile.name.is_none_or(|name| !name.is_empty() && !name.contains('\0')));
            }
        }
    }
}
