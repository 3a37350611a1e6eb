use std::{fmt, str::FromStr};

use serde_json::Value;

use super::{Booking, Mirror};

/// A mirrored field that is not what the booking says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its name in the contract.
    pub field: &'static str,
    /// What the booking says.
    pub main: Value,
    /// What the mirror says.
    pub mirror: Value,
}

/// How a booking and its mirror are out of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DriftKind {
    /// The booking has no mirror.
    Missing,
    /// The mirror says something else.
    Stale,
    /// A mirror lies under somebody else's account.
    WrongUser,
    /// The mirror has no booking.
    Orphan,
}

impl DriftKind {
    /// The name that the contract gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::WrongUser => "wrong_user",
            Self::Orphan => "orphan",
        }
    }
}

impl fmt::Display for DriftKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no kind of drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of drift")]
pub struct UnknownDriftKind;

impl FromStr for DriftKind {
    type Err = UnknownDriftKind;

    fn from_str(text: &str) -> Result<Self, UnknownDriftKind> {
        let all = [Self::Missing, Self::Stale, Self::WrongUser, Self::Orphan];
        all.into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(UnknownDriftKind)
    }
}

/// One place where a booking and its mirror are out of step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftItem {
    /// Which booking.
    pub booking_id: String,
    /// Whose booking it is, or, where there is none, whose the mirror says it is.
    pub customer_id: Option<String>,
    /// Under which user the mirror lies, or should.
    pub user_id: Option<String>,
    /// In which way.
    pub kind: DriftKind,
    /// The booking, where there is one.
    pub main: Option<Booking>,
    /// The mirror, where there is one.
    pub mirror: Option<Mirror>,
}

/// What a reconciliation found and did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// Bookings that were looked at.
    pub checked: u64,
    /// Bookings that had no mirror.
    pub missing: u64,
    /// Mirrors that said something else.
    pub stale: u64,
    /// Mirrors under somebody else's account.
    pub wrong_user: u64,
    /// Mirrors without a booking.
    pub orphan: u64,
    /// How many of these are in step again.
    pub healed: u64,
}

impl Reconciliation {
    /// Counts `count` finds of one kind.
    pub fn count(&mut self, kind: DriftKind, count: u64) {
        match kind {
            DriftKind::Missing => self.missing += count,
            DriftKind::Stale => self.stale += count,
            DriftKind::WrongUser => self.wrong_user += count,
            DriftKind::Orphan => self.orphan += count,
        }
    }

    /// Both taken together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            checked: self.checked + other.checked,
            missing: self.missing + other.missing,
            stale: self.stale + other.stale,
            wrong_user: self.wrong_user + other.wrong_user,
            orphan: self.orphan + other.orphan,
            healed: self.healed + other.healed,
        }
    }
}
