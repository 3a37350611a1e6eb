use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// Text of 1 to `MAX` characters, trimmed, without NUL.
///
/// The contract's limits are 200 for titles and names and 4,000 for texts.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// More characters than fit.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// A NUL character, which no database keeps.
    #[error("must not contain NUL")]
    Nul,
}

impl<const MAX: usize> Text<MAX> {
    /// Takes a text that has something in it.
    pub fn parse(value: &str) -> Result<Self, TextError> {
        Self::parse_optional(value)?.ok_or(TextError::Empty)
    }

    /// Takes a text that may be blank: `None` then.
    pub fn parse_optional(value: &str) -> Result<Option<Self>, TextError> {
        let text = Self::trimmed(value)?;
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }

    /// The text in `value`, which may be blank, for whoever keeps it in another form.
    pub fn trimmed(value: &str) -> Result<&str, TextError> {
        let text = value.trim();
        if text.contains('\0') {
            return Err(TextError::Nul);
        }
        if text.len() > MAX && text.chars().count() > MAX {
            return Err(TextError::TooLong(MAX));
        }
        Ok(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, given away.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn length_is_counted_in_characters_after_trimming() {
        assert_eq!(Text::<3>::parse("  äöü ").unwrap().as_str(), "äöü");
        assert_eq!(Text::<3>::parse("äöüß"), Err(TextError::TooLong(3)));
        assert_eq!(Text::<3>::parse(" \n "), Err(TextError::Empty));
        assert_eq!(Text::<3>::parse("a\0b"), Err(TextError::Nul));
        assert_eq!(Text::<3>::parse_optional("  "), Ok(None));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in any::<String>()) {
            if let Ok(parsed) = Text::<20>::parse(&text) {
                prop_assert!(parsed.as_str().chars().count() <= 20);
                prop_assert!(!parsed.as_str().contains('\0'));
            }
        }
    }
}
