#![doc = include_str!("../README.md")]

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Generate as _, KeyInit as _, Payload},
};
use secrecy::{ExposeSecret as _, SecretBox, SecretString};

/// The format of sealed texts: `1:` and base64 of the nonce and the ciphertext.
const FORMAT: &str = "1:";
/// Bytes of a nonce.
const NONCE: usize = 24;

/// Encrypts and decrypts credentials.
#[derive(Clone)]
pub struct Vault(XChaCha20Poly1305);

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

/// Why a secret cannot be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the credentials cannot be encrypted: the machine has no randomness to give")]
pub struct SealError;

/// Why a sealed text does not open: another key, another owner, or no sealed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored credentials do not open with CREDENTIALS_KEY: give them anew")]
pub struct OpenError;

impl Vault {
    /// Works with `key`.
    pub fn new(key: &SecretBox<[u8; 32]>) -> Self {
        Self(XChaCha20Poly1305::new(key.expose_secret().into()))
    }

    /// Encrypts `secret` for `owner`; twice the same makes two different texts.
    pub fn seal(&self, secret: &SecretString, owner: &str) -> Result<String, SealError> {
        let nonce = XNonce::try_generate().map_err(|_| SealError)?;
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: owner.as_bytes(),
        };
        let sealed = self.0.encrypt(&nonce, payload).map_err(|_| SealError)?;
        let whole = [nonce.as_slice(), &sealed].concat();
        Ok(format!("{FORMAT}{}", BASE64_STANDARD.encode(whole)))
    }

    /// Decrypts what was sealed for `owner`.
    pub fn open(&self, sealed: &str, owner: &str) -> Result<SecretString, OpenError> {
        let text = sealed.strip_prefix(FORMAT).ok_or(OpenError)?;
        let whole = BASE64_STANDARD.decode(text).map_err(|_| OpenError)?;
        let (nonce, sealed) = whole.split_at_checked(NONCE).ok_or(OpenError)?;
        let payload = Payload {
            msg: sealed,
            aad: owner.as_bytes(),
        };
        let nonce = XNonce::try_from(nonce).map_err(|_| OpenError)?;
        let plain = self.0.decrypt(&nonce, payload).map_err(|_| OpenError)?;
        String::from_utf8(plain)
            .map(SecretString::from)
            .map_err(|_| OpenError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(byte: u8) -> Vault {
        Vault::new(&SecretBox::new(Box::new([byte; 32])))
    }

    #[test]
    fn what_was_sealed_opens() {
        let sealed = vault(1).seal(&"pässword".into(), "location:7").unwrap();
        assert!(!sealed.contains("ssword"));
        let opened = vault(1).open(&sealed, "location:7").unwrap();
        assert_eq!(opened.expose_secret(), "pässword");
    }

    #[test]
    fn the_same_secret_never_looks_the_same() {
        let seal = || vault(1).seal(&"secret".into(), "a").unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn another_key_another_owner_and_rubbish_do_not_open() {
        let sealed = vault(1).seal(&"secret".into(), "location:7").unwrap();
        let is_refused = |vault: Vault, text: &str, owner| vault.open(text, owner).is_err();
        assert!(is_refused(vault(2), &sealed, "location:7"));
        assert!(is_refused(vault(1), &sealed, "location:8"));
        assert!(is_refused(
            vault(1),
            &sealed[..sealed.len() - 4],
            "location:7"
        ));
        for rubbish in ["", "1:", "1:AAAA", "2:AAAA", "secret"] {
            assert!(is_refused(vault(1), rubbish, "location:7"), "{rubbish}");
        }
    }
}
