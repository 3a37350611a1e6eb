//! Telling how far a preview or a run has come.

use crate::model::{Phase, PlanId, RunId};

/// What is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A preview that an admin waits for.
    Preview(PlanId),
    /// A run.
    Run(RunId),
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgressReport {
    /// What.
    pub subject: Subject,
    /// What it is doing.
    pub phase: Phase,
    /// How much of that is done: rows while fetching, users while executing.
    pub done: u64,
    /// How much there is.
    pub total: u64,
}

/// Tells admins how far something has come. It is not recorded: who misses it sees the next one.
pub trait Progress: Send + Sync {
    /// Tells it; must not wait.
    fn tell(&self, report: &ProgressReport);
}
