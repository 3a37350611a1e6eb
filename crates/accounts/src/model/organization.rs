use std::{fmt, str::FromStr};

use auth::{AccountId, OrganizationId, Role};
use chrono::{DateTime, Utc};
use validation::Email;

use crate::model::Name;

/// Whom sales documents and their credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// What it is called.
    pub name: Name,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// An organization to be made.
#[derive(Debug)]
pub struct NewOrganization {
    /// A given id; `None`: one is made.
    pub id: Option<OrganizationId>,
    /// What it is called.
    pub name: Name,
}

impl NewOrganization {
    /// The organization that is made at `now`.
    pub fn found(self, now: DateTime<Utc>) -> Organization {
        let id = self.id.unwrap_or_else(OrganizationId::generate);
        Organization {
            id,
            name: self.name,
            created_at: now,
        }
    }
}

/// What a member is in its organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberRole {
    /// Works with its documents.
    Member,
    /// Looks after its credentials too.
    Admin,
}

/// A text that names no such role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of member, admin")]
pub struct UnknownMemberRole;

impl MemberRole {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Member, Self::Admin];

    /// The name that the contract gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for MemberRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MemberRole {
    type Err = UnknownMemberRole;

    fn from_str(text: &str) -> Result<Self, UnknownMemberRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownMemberRole)
    }
}

/// An account in an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whose it is.
    pub account: AccountId,
    /// The address of the account.
    pub email: Email,
    /// The name of the account.
    pub name: Name,
    /// What the account is outside of the organization.
    pub account_role: Role,
    /// What it is inside.
    pub role: MemberRole,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// An account as somebody names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// By its id.
    Id(AccountId),
    /// By its address.
    Email(Email),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Email(email) => email.fmt(f),
        }
    }
}
