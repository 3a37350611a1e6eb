use std::{
    borrow::Cow,
    collections::hash_map::DefaultHasher,
    hash::{Hash as _, Hasher as _},
};

use validation::{Email, Text};

use super::fields::{Field, Fields};
use crate::model::{InvalidRow, Profile, RemoteUser};

/// A row of a page.
#[derive(Debug)]
pub(super) struct Row {
    /// What it is known again by: a user is the same one, whatever changed of it between two pages.
    pub(super) mark: Option<u64>,
    /// The user that it tells of.
    pub(super) user: Result<RemoteUser, NoUser>,
}

/// A row that is no user.
#[derive(Debug)]
pub(super) struct NoUser {
    remote_id: Option<String>,
    error: String,
}

impl NoUser {
    /// The row at this place.
    pub(super) fn at(self, row: u64) -> InvalidRow {
        InvalidRow {
            row,
            remote_id: self.remote_id,
            error: self.error,
        }
    }
}

/// Reads a row.
pub(super) fn read(fields: &Fields<'_>) -> Row {
    let id = text_of(&fields.id);
    let mark = id.as_ref().map(|id| {
        let mut hash = DefaultHasher::new();
        id.hash(&mut hash);
        hash.finish()
    });
    let id = id.as_deref().map(str::trim).filter(|id| is_sound(id));
    let user = parse(fields, id).map_err(|error| NoUser {
        remote_id: id.map(str::to_owned),
        error,
    });
    Row { mark, user }
}

fn is_sound(id: &str) -> bool {
    !id.is_empty() && id.len() <= 128 && !id.contains('\0')
}

fn parse(fields: &Fields<'_>, id: Option<&str>) -> Result<RemoteUser, String> {
    if !fields.is_object {
        return Err("the row is not an object".to_owned());
    }
    let email = match &fields.email {
        Field::Flag(_) | Field::Other => return Err("email must be a text".to_owned()),
        field => text_of(field).filter(|email| !email.trim().is_empty()),
    };
    let email = email.ok_or("the e-mail is missing")?;
    let email = Email::parse(&email).map_err(|error| format!("email {error}"))?;
    let profile = Profile {
        name: text(&fields.name, "name")?,
        phone: text(&fields.phone, "phone")?,
        role: text(&fields.role, "role")?,
        company: text(&fields.company, "company")?,
    };
    let is_active = is_active(&fields.status);
    Ok(RemoteUser::new(id, &email, &profile, is_active))
}

/// A text. Some servers send ids and phones as numbers.
fn text_of<'a>(field: &'a Field<'_>) -> Option<Cow<'a, str>> {
    match field {
        Field::Text(text) => Some(Cow::Borrowed(text)),
        Field::Number(number) => Some(Cow::Owned(number.to_string())),
        Field::Nothing | Field::Flag(_) | Field::Other => None,
    }
}

fn text(field: &Field<'_>, name: &str) -> Result<Option<String>, String> {
    if matches!(field, Field::Flag(_) | Field::Other) {
        return Err(format!("{name} must be a text"));
    }
    let text = text_of(field).unwrap_or_default();
    let text = Text::<200>::parse_optional(&text).map_err(|error| format!("{name} {error}"))?;
    Ok(text.map(Text::into_string))
}

/// 1 is active and 0 is not; a server that does not say means those that it lists.
fn is_active(status: &Field<'_>) -> bool {
    match status {
        Field::Number(number) => number.as_f64() != Some(0.0),
        Field::Flag(status) => *status,
        Field::Text(text) => !matches!(
            text.trim().to_lowercase().as_str(),
            "0" | "inactive" | "false"
        ),
        Field::Nothing | Field::Other => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn user(row: &Value, place: u64) -> Result<RemoteUser, InvalidRow> {
        let text = row.to_string();
        let fields: Fields<'_> = serde_json::from_str(&text).unwrap();
        read(&fields).user.map_err(|none| none.at(place))
    }

    fn is_active(status: &Value) -> bool {
        let row = json!({"email": "a@b", "status_user": status});
        user(&row, 1).unwrap().is_active()
    }

    #[test]
    fn a_row_of_the_documentation_is_a_user() {
        let row = json!({"id_user": 1, "name": " Admin surabaya ", "phone": 857_333, "email": " Vendor1@dkm ",
            "role": "admin", "status_user": 1, "company": ""});
        let user = user(&row, 1).unwrap();
        assert_eq!(user.email(), "Vendor1@dkm");
        assert_eq!(user.remote_id(), Some("1"));
        let profile = user.profile();
        assert_eq!(profile.name.as_deref(), Some("Admin surabaya"));
        assert_eq!(profile.phone.as_deref(), Some("857333"));
        assert_eq!(profile.company, None);
        assert!(user.is_active());
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
                prop_assert!(!user.email().contains('\0'));
                prop_assert!(user.profile().name.is_none_or(|name| !name.is_empty() && !name.contains('\0')));
            }
        }
    }
}
