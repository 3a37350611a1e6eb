use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// An e-mail address, as given and in the lower-case form that is unique.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

/// Why a text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address of at most 254 characters")]
pub struct EmailError;

impl Email {
    /// Takes an address of the form `local@domain`, trimmed. Whether mail arrives there is not checked.
    pub fn parse(value: &str) -> Result<Self, EmailError> {
        let value = value.trim();
        let (local, domain) = value.rsplit_once('@').ok_or(EmailError)?;
        let clean = |part: &str| {
            !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control())
        };
        let domain_is_sound =
            domain.split('.').all(|label| !label.is_empty()) && !domain.contains('@');
        if value.len() > 254 || !clean(local) || !clean(domain) || !domain_is_sound {
            return Err(EmailError);
        }
        Ok(Self(value.to_owned()))
    }

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that two spellings of one address share.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_text() {
        let longest = format!("{}@b.c", "x".repeat(250));
        for good in ["a@b", "Ann.Lee+x@Example.co.id", " a@b.c ", &longest] {
            assert!(Email::parse(good).is_ok(), "{good:?}");
        }
        for bad in [
            "",
            "a",
            "@b",
            "a@",
            "a b@c",
            "a@b..c",
            "a@b\0",
            &format!("x{longest}"),
        ] {
            assert_eq!(Email::parse(bad), Err(EmailError), "{bad:?}");
        }
    }

    #[test]
    fn two_spellings_share_a_key() {
        assert_eq!(
            Email::parse("Ann@B.C").unwrap().key(),
            Email::parse("ann@b.c").unwrap().key()
        );
    }
}
