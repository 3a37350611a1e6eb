use crate::{
    error::SyncError,
    model::AttemptOutcome,
    repository::{ItemOutcome, RunCounts, RunItem},
};

/// Which documents a bulk call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkWish {
    /// These, by their ids in the system where they come from.
    These(Vec<String>),
    /// All that were never synced, or changed since.
    All,
}

/// How many documents fared at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BulkReport {
    /// How many fared how.
    pub counts: RunCounts,
    /// Each of them.
    pub items: Vec<RunItem>,
}

impl BulkReport {
    pub(super) fn of(mut items: Vec<RunItem>) -> Self {
        for item in &mut items {
            // Nobody waits any longer.
            item.outcome.get_or_insert(ItemOutcome::Failed);
        }
        let count = |outcome| {
            let of_outcome = items.iter().filter(|item| item.outcome == Some(outcome));
            u64::try_from(of_outcome.count()).unwrap_or(u64::MAX)
        };
        let counts = RunCounts {
            total: u64::try_from(items.len()).unwrap_or(u64::MAX),
            synced: count(ItemOutcome::Synced),
            failed: count(ItemOutcome::Failed),
            skipped: count(ItemOutcome::Skipped),
        };
        Self { counts, items }
    }
}

/// How a document fared. One that somebody else works on still waits.
pub(super) fn item(
    subject: String,
    outcome: Result<(AttemptOutcome, Option<String>), SyncError>,
) -> RunItem {
    match outcome {
        Ok((outcome, counterpart)) => RunItem {
            subject,
            outcome: Some(match outcome {
                AttemptOutcome::Unchanged => ItemOutcome::Skipped,
                _ => ItemOutcome::Synced,
            }),
            counterpart,
            error: None,
        },
        Err(error) => RunItem {
            subject,
            outcome: (!matches!(error, SyncError::Busy)).then_some(ItemOutcome::Failed),
            counterpart: None,
            error: Some(error.to_string()),
        },
    }
}
