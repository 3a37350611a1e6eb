use std::fmt;

use auth::OrganizationId;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::DocumentId;

/// Whether the company itself is meant, or the simulation of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// The company.
    Live,
    /// The simulation, with data of its own.
    Test,
}

impl Mode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Live, Self::Test];

    /// The name under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// The mode stored as `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One document in one of the two worlds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SyncKey {
    /// Whose document.
    pub organization: OrganizationId,
    /// In which world.
    pub mode: Mode,
    /// Which document.
    pub document: DocumentId,
}

/// The digits of Crockford's base 32: none of them is taken for another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What the ERP's document is found by: `LS-` and 26 digits, the same whenever it is asked for.
///
/// The moment at which the document was made is in it: a document that is made anew under the id of a deleted one is
/// another one.
pub fn buyer_order(key: &SyncKey, created_at: DateTime<Utc>) -> String {
    let mut hash = Sha256::new();
    for part in [
        key.organization.as_str(),
        key.mode.as_str(),
        key.document.as_str(),
    ] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(created_at.timestamp_millis().to_be_bytes());
    let hash = hash.finalize();
    let digits = hash
        .iter()
        .take(26)
        .map(|byte| char::from(DIGITS[usize::from(byte & 31)]));
    std::iter::once("LS-".to_owned())
        .chain(digits.map(String::from))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(document: &str, mode: Mode) -> SyncKey {
        SyncKey {
            organization: OrganizationId::parse("O").unwrap(),
            mode,
            document: DocumentId::parse(document).unwrap(),
        }
    }

    #[test]
    fn a_buyer_order_is_short_and_the_same_each_time() {
        let at = DateTime::from_timestamp_millis(1_800_000_000_000).unwrap();
        let long = "x".repeat(128);
        let order = buyer_order(&key(&long, Mode::Live), at);
        assert_eq!(order, buyer_order(&key(&long, Mode::Live), at));
        assert!(order.len() <= 30 && order.is_ascii(), "{order}");
    }

    #[test]
    fn other_documents_other_worlds_and_other_lives_have_others() {
        let at = DateTime::from_timestamp_millis(1_800_000_000_000).unwrap();
        let mut orders: Vec<_> = (0..1000)
            .map(|n| buyer_order(&key(&format!("D{n}"), Mode::Live), at))
            .collect();
        orders.push(buyer_order(&key("D1", Mode::Test), at));
        orders.push(buyer_order(
            &key("D1", Mode::Live),
            at + chrono::TimeDelta::milliseconds(1),
        ));
        orders.sort();
        orders.dedup();
        assert_eq!(orders.len(), 1002);
    }
}
