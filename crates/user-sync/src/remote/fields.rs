//! The rows of a page, read where they stand: of each only what may mean something is kept.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;

/// A value, as far as it may mean something.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Field<'a> {
    /// It is missing, or null.
    #[default]
    Nothing,
    Text(Cow<'a, str>),
    Number(Number),
    Flag(bool),
    /// A list or an object.
    Other,
}

impl Field<'_> {
    /// A whole number, also one that is written as a text.
    pub(super) fn natural(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Nothing | Self::Flag(_) | Self::Other => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Field<'de>, E> {
        Ok(Field::Nothing)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Field<'de>, E> {
        Ok(Field::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Field<'de>, E> {
        Ok(Field::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Field<'de>, E> {
        Ok(Field::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Field<'de>, E> {
        Ok(Field::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Field<'de>, E> {
        Ok(Field::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Field<'de>, E> {
        Ok(Number::from_f64(number).map_or(Field::Nothing, Field::Number))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Field<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Field::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Field<'de>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::Other)
    }
}

/// What a row says of a user.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Fields<'a> {
    pub(super) is_object: bool,
    pub(super) id: Field<'a>,
    pub(super) email: Field<'a>,
    pub(super) name: Field<'a>,
    pub(super) phone: Field<'a>,
    pub(super) role: Field<'a>,
    pub(super) company: Field<'a>,
    pub(super) status: Field<'a>,
}

impl<'a> Fields<'a> {
    fn field(&mut self, key: &str) -> Option<&mut Field<'a>> {
        Some(match key {
            "id_user" => &mut self.id,
            "email" => &mut self.email,
            "name" => &mut self.name,
            "phone" => &mut self.phone,
            "role" => &mut self.role,
            "company" => &mut self.company,
            "status_user" => &mut self.status,
            _ => return None,
        })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields {
            is_object: true,
            ..Fields::default()
        };
        while let Some(key) = entries.next_key::<Field<'de>>()? {
            let Field::Text(key) = key else { continue };
            match fields.field(&key) {
                Some(field) => *field = entries.next_value()?,
                None => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(fields)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Fields<'de>, A::Error> {
        FieldVisitor.visit_seq(items).map(|_| Fields::default())
    }

    fn visit_unit<E>(self) -> Result<Fields<'de>, E> {
        Ok(Fields::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Fields<'de>, E> {
        Ok(Fields::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Fields<'de>, E> {
        Ok(Fields::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Fields<'de>, E> {
        Ok(Fields::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Fields<'de>, E> {
        Ok(Fields::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Fields<'de>, E> {
        Ok(Fields::default())
    }
}

/// What may be a list of users.
#[derive(Debug, Default)]
pub(super) struct Listed<'a>(pub(super) Option<Vec<Fields<'a>>>);

impl<'de: 'a, 'a> Deserialize<'de> for Listed<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = Listed<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Listed<'de>, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = items.next_element()? {
            rows.push(row);
        }
        Ok(Listed(Some(rows)))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Listed<'de>, A::Error> {
        FieldVisitor.visit_map(entries).map(|_| Listed(None))
    }

    fn visit_unit<E>(self) -> Result<Listed<'de>, E> {
        Ok(Listed(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Listed<'de>, E> {
        Ok(Listed(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Listed<'de>, E> {
        Ok(Listed(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Listed<'de>, E> {
        Ok(Listed(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Listed<'de>, E> {
        Ok(Listed(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Listed<'de>, E> {
        Ok(Listed(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Fields<'_> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_row_is_read_whatever_stands_in_it() {
        let row = fields(
            r#"{"id_user": 7, "more": [{"email": "x"}], "email": "a\u0040b", "name": null, "role": {}}"#,
        );
        assert_eq!(row.id, Field::Number(7.into()));
        assert_eq!(row.email, Field::Text("a@b".into()));
        assert_eq!((row.name, row.role), (Field::Nothing, Field::Other));
    }

    #[test]
    fn what_is_no_object_is_no_user() {
        for row in ["null", "[1, [2]]", "\"x\"", "true", "1", "-1", "1.5"] {
            assert_eq!(fields(row), Fields::default(), "{row}");
        }
    }
}
