use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

use super::{Content, DocumentType, Snapshot, SyncKey};

/// How a document stands to the ERP's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncStatus {
    /// Something has to be sent, or it is not known what became of it.
    Pending,
    /// Both are the same, as far as we know.
    Synced,
    /// The last attempt failed.
    Failed,
    /// Both changed: a person decides.
    Conflict,
}

/// A text that names no status of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of pending, synced, failed, conflict")]
pub struct UnknownSyncStatus;

impl SyncStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Synced, Self::Failed, Self::Conflict];

    /// The name in the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Synced => "synced",
            Self::Failed => "failed",
            Self::Conflict => "conflict",
        }
    }
}

impl fmt::Display for SyncStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SyncStatus {
    type Err = UnknownSyncStatus;

    fn from_str(text: &str) -> Result<Self, UnknownSyncStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownSyncStatus)
    }
}

/// Which way a document went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the CRM to Metakocka.
    Push,
    /// From Metakocka to the CRM.
    Pull,
}

impl Direction {
    /// The name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "crm_to_metakocka",
            Self::Pull => "metakocka_to_crm",
        }
    }

    /// The direction stored as `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Push, Self::Pull]
            .into_iter()
            .find(|direction| direction.as_str() == text)
    }
}

/// What was last sent without knowing yet what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What.
    pub content: Content,
    /// When it may be said that what is not there by now will not come any more.
    pub settles_at: DateTime<Utc>,
}

/// How one document stands to the ERP's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Which document, in which world.
    pub key: SyncKey,
    /// What the document is.
    pub document_type: DocumentType,
    /// What the ERP's document is found by.
    pub buyer_order: String,
    /// The ERP's id, once it is known.
    pub metakocka_id: Option<String>,
    /// The ERP's number.
    pub metakocka_number: Option<String>,
    /// How it stands.
    pub status: SyncStatus,
    /// What the last attempt failed of.
    pub error: Option<String>,
    /// The ERP's code of that.
    pub remote_code: Option<String>,
    /// When both were last the same.
    pub last_synced_at: Option<DateTime<Utc>>,
    /// Which way it last went.
    pub direction: Direction,
    /// How many attempts failed in a row.
    pub attempts: u32,
    /// When it is tried again by itself.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// The version of ours that the ERP has.
    pub synced_version: Option<i64>,
    /// The ERP's document as it was when both were the same.
    pub base: Option<Snapshot>,
    /// What was sent last, while it is not known what became of it.
    pub sent: Option<Sent>,
    /// The ERP's document in a conflict; empty where it was deleted there.
    pub conflict: Option<Snapshot>,
}
