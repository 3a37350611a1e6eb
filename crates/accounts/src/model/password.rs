use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A password that may be set: 10 to 128 characters, taken as they are.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

/// Why a password may not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error(
        "must have {} to {} characters",
        Password::MIN_LENGTH,
        Password::MAX_LENGTH
    )]
    Length,
    /// A NUL character, which some keyboards and programs cannot repeat.
    #[error("must not contain NUL")]
    Nul,
}

impl Password {
    /// The fewest characters.
    pub const MIN_LENGTH: usize = 10;
    /// The most characters.
    pub const MAX_LENGTH: usize = 128;

    /// Takes a password that may be set.
    pub fn parse(password: SecretString) -> Result<Self, PasswordError> {
        let length = password.expose_secret().chars().count();
        if !(Self::MIN_LENGTH..=Self::MAX_LENGTH).contains(&length) {
            return Err(PasswordError::Length);
        }
        if password.expose_secret().contains('\0') {
            return Err(PasswordError::Nul);
        }
        Ok(Self(password))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// What is kept of a password: its Argon2id hash in the PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a hash that was kept before.
    pub fn from_stored(hash: impl Into<String>) -> Self {
        Self(hash.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Password, PasswordError> {
        Password::parse(text.into())
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(parse("äöüßäöüßäö").is_ok());
        assert!(parse(&"x".repeat(128)).is_ok());
        assert_eq!(parse("äöüßäöüßä").unwrap_err(), PasswordError::Length);
        assert_eq!(parse(&"x".repeat(129)).unwrap_err(), PasswordError::Length);
        assert_eq!(parse("0123456789\0").unwrap_err(), PasswordError::Nul);
    }

    #[test]
    fn a_password_is_not_trimmed() {
        assert_eq!(
            parse("  spaces  count  ").unwrap().expose(),
            "  spaces  count  "
        );
    }

    #[test]
    fn neither_password_nor_hash_can_be_read_in_a_log() {
        assert!(!format!("{:?}", parse("correct horse").unwrap()).contains("horse"));
        assert!(!format!("{:?}", PasswordHash::from_stored("$argon2id$x")).contains("argon2id"));
    }
}
