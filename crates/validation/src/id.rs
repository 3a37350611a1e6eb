use std::{borrow::Borrow, fmt, hash, marker::PhantomData, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The longest id that is accepted, in characters.
const MAX_LENGTH: usize = 128;

/// An opaque id of a `K`: 1–128 of `A–Z a–z 0–9 _ - . :`.
///
/// The kind `K` is a marker that keeps the id of one thing from being taken for that of another.
pub struct Id<K> {
    value: Arc<str>,
    kind: PhantomData<fn() -> K>,
}

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 128 of A-Z, a-z, 0-9, '_', '-', '.' and ':'")]
pub struct IdError;

impl<K> Id<K> {
    /// Takes a given id as it is.
    pub fn parse(value: &str) -> Result<Self, IdError> {
        check(value)?;
        Ok(Self {
            value: value.into(),
            kind: PhantomData,
        })
    }

    /// The same without a copy.
    pub fn share(value: &Arc<str>) -> Result<Self, IdError> {
        check(value)?;
        Ok(Self {
            value: Arc::clone(value),
            kind: PhantomData,
        })
    }

    /// Makes a new id: a `UUIDv7`, so that ids made later sort behind.
    pub fn generate() -> Self {
        let mut text = uuid::Uuid::encode_buffer();
        let value = uuid::Uuid::now_v7().as_hyphenated().encode_lower(&mut text);
        Self {
            value: Arc::from(&*value),
            kind: PhantomData,
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The id as text, to be kept by somebody else as well.
    pub fn to_shared(&self) -> Arc<str> {
        Arc::clone(&self.value)
    }

    /// The same id, read as that of another kind: an account that is a customer, for one.
    pub fn cast<L>(&self) -> Id<L> {
        Id {
            value: Arc::clone(&self.value),
            kind: PhantomData,
        }
    }
}

fn check(value: &str) -> Result<(), IdError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':');
    let is_good = !value.is_empty() && value.len() <= MAX_LENGTH && value.bytes().all(allowed);
    is_good.then_some(()).ok_or(IdError)
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        self.cast()
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

/// An id is found by its text: it is hashed and compared as that.
impl<K> Borrow<str> for Id<K> {
    fn borrow(&self) -> &str {
        &self.value
    }
}

impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.value)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.value)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Thing;

    #[test]
    fn ids_of_the_contract_are_accepted() {
        for id in ["ABC123", "60d21b4667d0d8992e610c85", "a", "x_y-z.1:2"] {
            assert_eq!(Id::<Thing>::parse(id).unwrap().as_str(), id);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for id in [
            "",
            "a b",
            "ä",
            "a/b",
            "a\0",
            "'; DROP TABLE bookings; --",
            &"x".repeat(129),
        ] {
            assert_eq!(Id::<Thing>::parse(id), Err(IdError), "{id:?}");
        }
    }

    #[test]
    fn made_ids_are_valid_and_differ() {
        let (one, two) = (Id::<Thing>::generate(), Id::<Thing>::generate());
        assert!(Id::<Thing>::parse(one.as_str()).is_ok());
        assert_ne!(one, two);
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_comes_back_as_it_was(text in "\\PC{0,200}") {
            if let Ok(id) = Id::<Thing>::parse(&text) {
                prop_assert_eq!(id.as_str(), text.as_str());
                prop_assert!(text.len() <= 128);
            }
        }
    }
}
