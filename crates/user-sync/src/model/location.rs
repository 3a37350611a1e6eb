use std::fmt;

use chrono::{DateTime, Utc};
use outbound::RemoteUrl;
use secrecy::SecretString;
use validation::{Email, Text};

/// The number of a location: 1 to 2,147,483,647.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocationId(i64);

/// Why a number is not that of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from 1 to 2147483647")]
pub struct LocationIdError;

impl LocationId {
    /// Takes a given number.
    pub fn new(number: i64) -> Result<Self, LocationIdError> {
        if (1..=i64::from(i32::MAX)).contains(&number) {
            Ok(Self(number))
        } else {
            Err(LocationIdError)
        }
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for LocationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a location's server lets in.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The e-mail to sign in with.
    pub email: Email,
    /// Its password.
    pub password: SecretString,
}

/// A server that users come from. Its credentials are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncLocation {
    /// Its number.
    pub id: LocationId,
    /// A short name.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Where its server is.
    pub online_url: String,
    /// The sealed e-mail and password, where it has its own.
    pub sealed: Option<(String, String)>,
    /// The cron pattern and its time zone.
    pub schedule: Option<(String, String)>,
    /// When its schedule is due.
    pub next_run: Option<DateTime<Utc>>,
    /// When its users were synced last.
    pub last_sync: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A change of a location; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct LocationEdit {
    /// The short name.
    pub code: Option<Text<200>>,
    /// The name.
    pub name: Option<Text<200>>,
    /// Where the server is.
    pub online_url: Option<RemoteUrl>,
    /// The e-mail; `Some(None)` takes it away.
    pub email: Option<Option<Email>>,
    /// The password; `Some(None)` takes it away.
    pub password: Option<Option<SecretString>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positive_and_not_huge() {
        assert_eq!(LocationId::new(8).map(LocationId::get), Ok(8));
        for number in [0, -1, i64::MAX, i64::from(i32::MAX) + 1] {
            assert_eq!(LocationId::new(number), Err(LocationIdError));
        }
    }
}
