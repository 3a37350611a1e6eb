//! Requests as they are read, and refusals as they are written: HTTP 200 and a code in the body.

use serde_json::{Map, Value, json};

/// Why an operation was refused.
#[derive(Clone, Debug)]
pub(super) struct Opr {
    pub(super) code: u32,
    pub(super) words: String,
    /// Further fields of the answer.
    pub(super) more: Map<String, Value>,
}

/// An operation's answer without its code, or its refusal.
pub(super) type Outcome = Result<Map<String, Value>, Opr>;

impl Opr {
    pub(super) fn new(code: u32, words: impl Into<String>) -> Self {
        Self {
            code,
            words: words.into(),
            more: Map::new(),
        }
    }

    /// Something is missing, malformed or not there.
    pub(super) fn parameter(words: impl Into<String>) -> Self {
        Self::new(2, words)
    }

    /// Against a rule of the company's business.
    pub(super) fn rule(words: impl Into<String>) -> Self {
        Self::new(6, words)
    }

    pub(super) fn missing(name: &str) -> Self {
        Self::parameter(format!("Paramether '{name}' is required paramether"))
    }

    pub(super) fn not_one_of(name: &str, value: &str, valid: &[String]) -> Self {
        let valid = valid.join(",");
        let words =
            format!("Paramether '{name}' has invalid value : {value}. Valid values : {valid}");
        Self::parameter(words)
    }

    pub(super) fn into_body(self) -> Map<String, Value> {
        let mut body = self.more;
        body.insert("opr_code".to_owned(), json!(self.code.to_string()));
        body.insert("opr_desc".to_owned(), json!(self.words));
        body
    }
}

/// A request's object. Keys that nobody knows are passed over in silence.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Asked<'a> {
    /// A field as text; numbers and booleans are taken for texts, an empty one for none.
    pub(super) fn text(self, name: &str) -> Option<String> {
        text_of(self.0.get(name)?).filter(|text| !text.is_empty())
    }

    /// A field that must be there.
    pub(super) fn wanted(self, name: &str) -> Result<String, Opr> {
        self.text(name).ok_or_else(|| Opr::missing(name))
    }

    /// Whether a field says `"true"`.
    pub(super) fn flag(self, name: &str) -> bool {
        self.text(name).as_deref() == Some("true")
    }

    /// The objects of a list, which may also be one bare object; `None` where there is no such field.
    pub(super) fn list(self, name: &str) -> Option<Vec<Asked<'a>>> {
        let objects = match self.0.get(name)? {
            Value::Array(items) => items.iter().filter_map(Value::as_object).collect(),
            Value::Object(item) => vec![item],
            _ => return None,
        };
        Some(objects.into_iter().map(Asked).collect())
    }

    pub(super) fn object(self, name: &str) -> Option<Asked<'a>> {
        self.0.get(name)?.as_object().map(Asked)
    }

    /// A text no longer than `most` characters.
    pub(super) fn short(self, name: &str, most: usize) -> Result<Option<String>, Opr> {
        let text = self.text(name);
        if text
            .as_ref()
            .is_some_and(|text| text.chars().count() > most)
        {
            let words = format!("Paramether '{name}' is too long. Max length is {most}");
            return Err(Opr::parameter(words));
        }
        Ok(text)
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// An object of texts; what is not there is left out, for nothing here is ever `null`.
pub(super) fn texts<const N: usize>(fields: [(&str, Option<String>); N]) -> Map<String, Value> {
    let fields = fields.into_iter();
    fields
        .filter_map(|(name, text)| Some((name.to_owned(), Value::String(text?))))
        .collect()
}

/// `"true"`, `"false"`.
pub(super) fn flag(value: bool) -> String {
    value.to_string()
}
