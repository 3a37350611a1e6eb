use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use validation::{Email, Id};

use super::LocationId;

/// The kind of a [`UserId`].
#[derive(Clone, Copy, Debug)]
pub enum User {}
/// The id of a directory user.
pub type UserId = Id<User>;

/// Whether a user may work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// May.
    Active,
    /// May not: gone from the server, or taken out by hand.
    Inactive,
}

/// A text that names no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be active or inactive")]
pub struct UnknownStatus;

impl Status {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        match text {
            "active" => Ok(Self::Active),
            "inactive" => Ok(Self::Inactive),
            _ => Err(UnknownStatus),
        }
    }
}

/// Where a user came from. Only those of a server are ever deactivated because it has them no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The location's server.
    Sync,
    /// An admin's hand.
    Manual,
}

impl Source {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Manual => "manual",
        }
    }
}

/// What is compared with the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The whole name.
    pub name: Option<String>,
    /// As people write it.
    pub phone: Option<String>,
    /// What they do.
    pub role: Option<String>,
    /// For whom.
    pub company: Option<String>,
}

impl Profile {
    /// The fields by their names, in the order of the contract.
    pub fn fields(&self) -> [(&'static str, Option<&str>); 4] {
        [
            ("name", self.name.as_deref()),
            ("phone", self.phone.as_deref()),
            ("role", self.role.as_deref()),
            ("company", self.company.as_deref()),
        ]
    }

    /// The fields that differ: name, from, to.
    pub fn changes<'a>(
        &'a self,
        to: &'a Self,
    ) -> Vec<(&'static str, Option<&'a str>, Option<&'a str>)> {
        let pairs = self.fields().into_iter().zip(to.fields());
        let differing = pairs.filter(|((_, from), (_, to))| from != to);
        differing
            .map(|((name, from), (_, to))| (name, from, to))
            .collect()
    }

    /// Everything that a search looks at, in lower case.
    pub fn search(&self, email: &str) -> String {
        let fields = self.fields().into_iter().filter_map(|(_, value)| value);
        let all: Vec<_> = std::iter::once(email).chain(fields).collect();
        all.join("\n").to_lowercase()
    }

    /// A number that two users share only if a sync cannot tell them apart.
    pub fn fingerprint(&self, email_key: &str, status: Status, source: Source) -> i64 {
        // In one piece: there may be a million of them.
        let mut text = Vec::with_capacity(256);
        for part in [email_key, status.as_str(), source.as_str()] {
            text.extend_from_slice(part.as_bytes());
            text.push(0);
        }
        for (_, value) in self.fields() {
            // A field that is missing is not one that is empty.
            text.push(u8::from(value.is_some()));
            text.extend_from_slice(value.unwrap_or_default().as_bytes());
            text.push(0);
        }
        let hash = Sha256::digest(&text);
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        i64::from_be_bytes(first) & i64::MAX
    }
}

/// A user of a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryUser {
    /// Its id.
    pub id: UserId,
    /// Where it belongs.
    pub location_id: LocationId,
    /// Unique in its location, without case.
    pub email: Email,
    /// What is known of it.
    pub profile: Profile,
    /// Whether it may work.
    pub status: Status,
    /// Where it came from.
    pub source: Source,
    /// Its `id_user` on the server.
    pub remote_id: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl DirectoryUser {
    /// See [`Profile::fingerprint`].
    pub fn fingerprint(&self) -> i64 {
        self.profile
            .fingerprint(&self.email.key(), self.status, self.source)
    }
}

/// All users of a location in two numbers, by which a change of any of them is noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many there are.
    pub count: i64,
    /// The sum of the lower 40 bits of their fingerprints, as the database adds them up.
    pub sum: i64,
}

impl Totals {
    /// Fingerprints are taken modulo this: a sum of eight million fits into 63 bits.
    pub const MODULUS: i64 = 1 << 40;

    /// With one more user.
    pub fn add(&mut self, fingerprint: i64) {
        self.count += 1;
        self.sum += fingerprint % Self::MODULUS;
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: Option<&str>, phone: Option<&str>) -> Profile {
        Profile {
            name: name.map(str::to_owned),
            phone: phone.map(str::to_owned),
            ..Profile::default()
        }
    }

    #[test]
    fn a_fingerprint_tells_every_difference() {
        let of =
            |name, phone, status, source| profile(name, phone).fingerprint("a@b", status, source);
        let base = of(Some("x"), None, Status::Active, Source::Sync);
        assert_eq!(base, of(Some("x"), None, Status::Active, Source::Sync));
        for other in [
            of(None, Some("x"), Status::Active, Source::Sync),
            of(Some(""), None, Status::Active, Source::Sync),
            of(Some("x"), Some(""), Status::Active, Source::Sync),
            of(Some("x"), None, Status::Inactive, Source::Sync),
            of(Some("x"), None, Status::Active, Source::Manual),
        ] {
            assert_ne!(base, other);
        }
        assert!(base >= 0);
    }

    #[test]
    fn changes_name_the_fields_that_differ() {
        let (from, to) = (profile(Some("A"), Some("1")), profile(Some("B"), Some("1")));
        assert_eq!(from.changes(&to), [("name", Some("A"), Some("B"))]);
        assert!(from.changes(&from).is_empty());
    }
}
