use chrono::{DateTime, Utc};

use super::{Direction, SyncKey};

/// What kind of trouble an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// The ERP, or the way to it.
    Api,
    /// The two sides, and what became of a call.
    Sync,
    /// The key.
    Auth,
    /// A field that has no counterpart.
    Mapping,
}

impl Category {
    /// The name in logs and history.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "API",
            Self::Sync => "SYNC",
            Self::Auth => "AUTH",
            Self::Mapping => "MAPPING",
        }
    }

    /// The category stored as `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Api, Self::Sync, Self::Auth, Self::Mapping]
            .into_iter()
            .find(|category| category.as_str() == text)
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// Made in the ERP, or here.
    Created,
    /// Brought up to date.
    Updated,
    /// Found: made by an attempt whose answer was lost.
    Adopted,
    /// The same already.
    Unchanged,
    /// Both sides changed.
    Conflict,
    /// It is not known what became of it.
    Unknown,
    /// It failed.
    Failed,
}

impl AttemptOutcome {
    /// The name in history.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Adopted => "adopted",
            Self::Unchanged => "unchanged",
            Self::Conflict => "conflict",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
        }
    }

    /// The outcome stored as `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Created,
            Self::Updated,
            Self::Adopted,
            Self::Unchanged,
            Self::Conflict,
            Self::Unknown,
            Self::Failed,
        ]
        .into_iter()
        .find(|outcome| outcome.as_str() == text)
    }
}

/// One attempt at one document. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which document.
    pub key: SyncKey,
    /// The ERP's id, where it is known.
    pub metakocka_id: Option<String>,
    /// Which way.
    pub direction: Direction,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// What it failed of.
    pub error: Option<String>,
    /// What kind of trouble that was.
    pub category: Option<Category>,
    /// The ERP's code.
    pub remote_code: Option<String>,
    /// When it ended.
    pub at: DateTime<Utc>,
}

/// An attempt in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Its number, higher than those before.
    pub id: i64,
    /// The attempt.
    pub attempt: Attempt,
}
