use std::fmt::Write as _;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// 32 random bytes in base64url.
const LENGTH: usize = 43;

/// What is kept of a token: the SHA-256 of its text in hex. Tokens are random enough for a quick hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SecretHash(String);

impl SecretHash {
    fn of(secret: &str) -> Self {
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(secret.as_bytes()) {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Self(hex)
    }

    /// Takes a hash that was kept before.
    pub fn from_stored(hash: impl Into<String>) -> Self {
        Self(hash.into())
    }

    /// The hash as it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What renews a session, once.
#[derive(Clone, Debug)]
pub struct RefreshSecret(SecretString);

impl RefreshSecret {
    /// Makes a new one.
    pub fn generate() -> Self {
        Self(random().into())
    }

    /// Takes what a client presents; `None` where it is none of ours by its shape.
    pub fn parse(text: &str) -> Option<Self> {
        is_random(text).then(|| Self(text.into()))
    }

    /// What is kept of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(self.expose())
    }

    /// The text that the client gets.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// What a program signs in with.
#[derive(Clone, Debug)]
pub struct ServiceSecret(SecretString);

impl ServiceSecret {
    /// What all of them begin with, so that people and scanners know what they see.
    const PREFIX: &str = "lk_";

    /// Makes a new one.
    pub fn generate() -> Self {
        Self(format!("{}{}", Self::PREFIX, random()).into())
    }

    /// Takes what a client presents; `None` where it is none of ours by its shape.
    pub fn parse(text: &str) -> Option<Self> {
        text.strip_prefix(Self::PREFIX)
            .filter(|rest| is_random(rest))
            .map(|_| Self(text.into()))
    }

    /// What is kept of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(self.expose())
    }

    /// The text that the client gets, once.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// The generator of the thread is seeded by the system and fit for secrets.
fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn is_random(text: &str) -> bool {
    text.len() == LENGTH
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_taken_back_and_hashes_alike() {
        let made = RefreshSecret::generate();
        assert_eq!(
            RefreshSecret::parse(made.expose()).unwrap().hash(),
            made.hash()
        );
        let made = ServiceSecret::generate();
        assert!(made.expose().starts_with("lk_") && made.expose().len() == 46);
        assert_eq!(
            ServiceSecret::parse(made.expose()).unwrap().hash(),
            made.hash()
        );
        assert_ne!(ServiceSecret::generate().hash(), made.hash());
    }

    #[test]
    fn other_shapes_are_none_of_ours() {
        for text in [
            "",
            "lk_",
            "x",
            &"x".repeat(44),
            &format!("{}=", "x".repeat(42)),
        ] {
            assert!(RefreshSecret::parse(text).is_none(), "{text:?}");
            assert!(ServiceSecret::parse(text).is_none(), "{text:?}");
        }
        assert!(RefreshSecret::parse(ServiceSecret::generate().expose()).is_none());
    }

    #[test]
    fn the_hash_is_sha_256_in_hex() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(SecretHash::of("abc").as_str(), expected);
    }

    #[test]
    fn a_secret_cannot_be_read_in_a_log() {
        let made = ServiceSecret::generate();
        assert!(!format!("{made:?}").contains(made.expose()));
    }
}
