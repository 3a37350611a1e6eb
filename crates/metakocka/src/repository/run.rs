use async_trait::async_trait;
use chrono::{DateTime, Utc};
use database::StorageError;

use super::{Lease, Scope};
use crate::model::Direction;

/// What a run does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// Sends the documents of its items.
    Push,
    /// Pulls the documents of its items.
    Pull,
    /// Pulls all that changed in a window; `None`: all there is.
    Import {
        /// From.
        from: Option<DateTime<Utc>>,
        /// To.
        to: DateTime<Utc>,
    },
}

impl RunKind {
    /// Which way documents go.
    pub fn direction(&self) -> Direction {
        match self {
            Self::Push => Direction::Push,
            Self::Pull | Self::Import { .. } => Direction::Pull,
        }
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// It goes on, on whichever node.
    Running,
    /// All was tried.
    Completed,
    /// It had to end.
    Failed,
}

/// A sync of many documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// For whom.
    pub scope: Scope,
    /// What it does.
    pub kind: RunKind,
    /// How far it is.
    pub status: RunStatus,
    /// Why it had to end.
    pub error: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// How one document of a run fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemOutcome {
    /// It is the same on both sides.
    Synced,
    /// It is not.
    Failed,
    /// Nothing had to be done.
    Skipped,
}

/// One document of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunItem {
    /// Its id in the system where it comes from.
    pub subject: String,
    /// How it fared; `None` while it waits.
    pub outcome: Option<ItemOutcome>,
    /// Its id in the other system.
    pub counterpart: Option<String>,
    /// Why it failed, or still waits.
    pub error: Option<String>,
}

/// How many documents of a run fared how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// All.
    pub total: u64,
    /// The same on both sides.
    pub synced: u64,
    /// Failed.
    pub failed: u64,
    /// Nothing to do.
    pub skipped: u64,
}

/// Syncs of many documents.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait RunRepository: Send + Sync {
    /// Adds a run with what it is to do.
    async fn insert(&self, run: &Run, subjects: &[String]) -> Result<(), StorageError>;

    /// A run, how far it is, and the first 500 of its documents: failed ones first.
    async fn find(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<(Run, RunCounts, Vec<RunItem>)>, StorageError>;

    /// Takes the oldest run that nobody works on.
    async fn claim(&self, lease: &Lease, now: DateTime<Utc>) -> Result<Option<Run>, StorageError>;

    /// Prolongs the lease on a run. `false` where it is lost.
    async fn renew(&self, run: &str, lease: &Lease) -> Result<bool, StorageError>;

    /// Documents of a run that wait.
    async fn waiting(&self, run: &str, limit: u32) -> Result<Vec<String>, StorageError>;

    /// Notes how documents fared, prolongs the lease, and counts. `None` where the lease is lost.
    async fn note_items(
        &self,
        run: &str,
        lease: &Lease,
        items: &[RunItem],
    ) -> Result<Option<RunCounts>, StorageError>;

    /// Ends a run. Scheduled imports begin at `seen_until` from then on, where it is given and later than so far.
    async fn finish(
        &self,
        run: &Run,
        holder: &str,
        seen_until: Option<DateTime<Utc>>,
    ) -> Result<(), StorageError>;
}
