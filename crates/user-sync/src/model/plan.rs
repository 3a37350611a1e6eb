use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use validation::Id;

use super::{
    Doubt, InvalidRow, LocationId, Profile, RunId, Source, Status, Totals, UserId, Verdict,
    user::DirectoryUser,
};

/// The kind of a [`PlanId`].
#[derive(Clone, Copy, Debug)]
pub enum PlanKind {}
/// The id of a plan, which is that of its preview.
pub type PlanId = Id<PlanKind>;

/// What happens to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It is added.
    New,
    /// It is active again.
    Reactivated,
    /// Some field changes.
    Updated,
    /// It becomes inactive.
    Deleted,
    /// Only its `id_user` is noted; nobody sees a change.
    Linked,
    /// Nothing: it is not on the server, and stays nevertheless.
    Kept,
}

impl ChangeKind {
    const ALL: [Self; 6] = [
        Self::New,
        Self::Reactivated,
        Self::Updated,
        Self::Deleted,
        Self::Linked,
        Self::Kept,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Reactivated => "reactivated",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Linked => "linked",
            Self::Kept => "kept",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A list of a preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Changes of one kind.
    Changes(ChangeKind),
    /// Users that are on both sides the same.
    Unchanged,
    /// Rows that are no users.
    Invalid,
}

/// A text that names no group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of new, reactivated, updated, deleted, unchanged, invalid")]
pub struct UnknownGroup;

impl FromStr for Group {
    type Err = UnknownGroup;

    fn from_str(text: &str) -> Result<Self, UnknownGroup> {
        Ok(match text {
            "new" => Self::Changes(ChangeKind::New),
            "reactivated" => Self::Changes(ChangeKind::Reactivated),
            "updated" => Self::Changes(ChangeKind::Updated),
            "deleted" => Self::Changes(ChangeKind::Deleted),
            "unchanged" => Self::Unchanged,
            "invalid" => Self::Invalid,
            _ => return Err(UnknownGroup),
        })
    }
}

/// A user at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What is known of it.
    pub profile: Profile,
    /// Whether it may work.
    pub status: Status,
    /// Its `id_user` on the server.
    pub remote_id: Option<String>,
    /// See [`Profile::search`].
    pub search: String,
    /// See [`Profile::fingerprint`].
    pub fingerprint: i64,
}

impl Image {
    pub(super) fn of(user: &DirectoryUser) -> Self {
        Self {
            profile: user.profile.clone(),
            status: user.status,
            remote_id: user.remote_id.clone(),
            search: user.profile.search(user.email.as_str()),
            fingerprint: user.fingerprint(),
        }
    }

    /// The image of a user of the address `email`.
    pub(super) fn new(
        (email, source): (&str, Source),
        profile: Profile,
        status: Status,
        remote_id: Option<String>,
    ) -> Self {
        Self {
            search: profile.search(email),
            fingerprint: profile.fingerprint(&email.to_lowercase(), status, source),
            profile,
            status,
            remote_id,
        }
    }
}

/// What is to happen to one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub kind: ChangeKind,
    /// Whose; that of a new user is made beforehand.
    pub user_id: UserId,
    /// Its e-mail.
    pub email: String,
    /// What it is before; `None` of a new one.
    pub before: Option<Image>,
    /// What it is then.
    pub after: Image,
    /// An admin left it out.
    pub excluded: bool,
}

impl Change {
    /// The fingerprint of what taking it back leaves: an added user becomes inactive.
    pub(crate) fn undone_fingerprint(&self) -> i64 {
        self.before.as_ref().map_or_else(
            || {
                let (profile, key) = (&self.after.profile, self.email.to_lowercase());
                profile.fingerprint(&key, Status::Inactive, Source::Sync)
            },
            |before| before.fingerprint,
        )
    }
}

/// How many users each thing happens to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Added.
    pub added: u64,
    /// Active again.
    pub reactivated: u64,
    /// Changed.
    pub updated: u64,
    /// Deactivated.
    pub deleted: u64,
    /// The same on both sides.
    pub unchanged: u64,
    /// Rows that are no users.
    pub invalid: u64,
    /// Distinct valid active users on the server.
    pub total: u64,
}

/// The exact changes that a preview showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// Whose users it changes.
    pub location_id: LocationId,
    /// The revision of the users that it was made from.
    pub base_revision: i64,
    /// Those users.
    pub base: Totals,
    /// What it does.
    pub counts: Counts,
    /// How many of those users were active.
    pub active: u64,
    /// What there is to say against the server's answer.
    pub doubts: Vec<Doubt>,
    /// The run that used it.
    pub run_id: Option<RunId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it is too old.
    pub expires_at: DateTime<Utc>,
}

impl Plan {
    /// How long a plan can be carried out.
    pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);

    /// What the guard says of it.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.counts.deleted, self.active, &self.doubts)
    }
}

/// The lists that stand in the answer to a preview, as long as they fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// What happens to whom.
    pub changes: Vec<Change>,
    /// Users that are on both sides the same; the first [`Lists::LONGEST`].
    pub unchanged: Vec<DirectoryUser>,
    /// Rows that are no users.
    pub invalid: Vec<InvalidRow>,
}

impl Lists {
    /// The longest list in an answer.
    pub const LONGEST: usize = 1_000;
}
