use auth::AccountId;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use validation::Id;

use crate::model::{Profile, RefreshSecret, SecretHash};

/// The kind of a [`FamilyId`].
#[derive(Clone, Copy, Debug)]
pub enum Family {}
/// The id of all refresh tokens that came from one sign-in.
pub type FamilyId = Id<Family>;

/// A refresh token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// What is kept of its secret.
    pub hash: SecretHash,
    /// The sign-in it came from.
    pub family: FamilyId,
    /// Whom it signs in.
    pub account: AccountId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is refused.
    pub expires_at: DateTime<Utc>,
    /// When it was exchanged for the next one.
    pub used_at: Option<DateTime<Utc>>,
}

/// What it means that a refresh token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// The session goes on.
    Fresh,
    /// Somebody has a copy: the whole family ends.
    Used,
    /// The session is over.
    Expired,
}

/// The token that a session goes on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// What is kept of its secret.
    pub hash: SecretHash,
    /// When the session is renewed.
    pub at: DateTime<Utc>,
    /// Until when the new token is good.
    pub expires_at: DateTime<Utc>,
}

impl RefreshToken {
    /// The first token of a new family.
    pub fn first(account: AccountId, renewal: Renewal) -> Self {
        let Renewal {
            hash,
            at,
            expires_at,
        } = renewal;
        Self {
            hash,
            family: FamilyId::generate(),
            account,
            created_at: at,
            expires_at,
            used_at: None,
        }
    }

    /// The token that follows this one.
    #[must_use]
    pub fn next(&self, renewal: &Renewal) -> Self {
        let (family, account) = (self.family.clone(), self.account.clone());
        Self {
            family,
            ..Self::first(account, renewal.clone())
        }
    }

    /// What it means that it is presented at `now`.
    pub fn presented(&self, now: DateTime<Utc>) -> Presented {
        if self.used_at.is_some() {
            Presented::Used
        } else if self.expires_at <= now {
            Presented::Expired
        } else {
            Presented::Fresh
        }
    }
}

/// What somebody gets who has signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who it is.
    pub profile: Profile,
    /// What further requests carry.
    pub access_token: SecretString,
    /// How long it is good.
    pub expires_in: TimeDelta,
    /// What it is renewed with.
    pub refresh_token: RefreshSecret,
    /// How long that is good.
    pub refresh_expires_in: TimeDelta,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_once_and_until_it_expires() {
        let start = DateTime::UNIX_EPOCH;
        let renewal = Renewal {
            hash: RefreshSecret::generate().hash(),
            at: start,
            expires_at: start + TimeDelta::days(30),
        };
        let token = RefreshToken::first(AccountId::generate(), renewal);
        assert_eq!(
            token.presented(start + TimeDelta::days(29)),
            Presented::Fresh
        );
        assert_eq!(
            token.presented(start + TimeDelta::days(30)),
            Presented::Expired
        );
        let used = RefreshToken {
            used_at: Some(start),
            ..token
        };
        assert_eq!(used.presented(start), Presented::Used);
    }

    #[test]
    fn the_next_token_stays_in_the_family() {
        let renewal = |at| Renewal {
            hash: RefreshSecret::generate().hash(),
            at,
            expires_at: at + TimeDelta::days(1),
        };
        let first = RefreshToken::first(AccountId::generate(), renewal(DateTime::UNIX_EPOCH));
        let next = first.next(&renewal(DateTime::UNIX_EPOCH + TimeDelta::hours(1)));
        assert_eq!(
            (&next.family, &next.account),
            (&first.family, &first.account)
        );
        assert_ne!(next.hash, first.hash);
    }
}
