use chrono::{DateTime, Utc};
use validation::Id;

use super::{Counts, Doubt, LocationId, PlanId};

/// The kind of a [`RunId`].
#[derive(Clone, Copy, Debug)]
pub enum RunKind {}
/// The id of a run.
pub type RunId = Id<RunKind>;

/// Who or what began a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// An admin who had looked at a preview.
    Manual,
    /// The location's schedule.
    Schedule,
    /// An admin who syncs all locations.
    Bulk,
    /// An admin who takes a run back.
    Undo,
}

impl Trigger {
    const ALL: [Self; 4] = [Self::Manual, Self::Schedule, Self::Bulk, Self::Undo];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Schedule => "schedule",
            Self::Bulk => "bulk",
            Self::Undo => "undo",
        }
    }

    /// The trigger of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// Under way.
    Running,
    /// All of it was done.
    Completed,
    /// None of it was done.
    Failed,
}

impl RunStatus {
    const ALL: [Self; 3] = [Self::Running, Self::Completed, Self::Failed];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// What a run or a preview is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Reading the server; counts rows.
    Fetching,
    /// Changing users; counts them.
    Executing,
    /// Nothing any more.
    Done,
}

impl Phase {
    const ALL: [Self; 3] = [Self::Fetching, Self::Executing, Self::Done];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fetching => "fetching",
            Self::Executing => "executing",
            Self::Done => "done",
        }
    }

    /// The phase of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// How a run ended, or why it did not come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// A code of the contract.
    pub code: String,
    /// For a person.
    pub error: String,
}

/// One time that users were synced, or a sync was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Whose users.
    pub location_id: LocationId,
    /// What it carried out, or is to.
    pub plan_id: Option<PlanId>,
    /// Who or what began it.
    pub trigger: Trigger,
    /// How far it is.
    pub status: RunStatus,
    /// What it is doing, and how much of that is done.
    pub progress: (Phase, u64, u64),
    /// What it did.
    pub counts: Counts,
    /// Whether the guard was overridden, and what it had to say.
    pub allowed: Option<Vec<Doubt>>,
    /// Whom an undo left as they were: e-mail and reason.
    pub conflicts: Vec<(String, String)>,
    /// The run that it takes back.
    pub undoes: Option<RunId>,
    /// The run that took it back.
    pub undone_by: Option<RunId>,
    /// Why it failed.
    pub failure: Option<Outcome>,
    /// Who: id and kind.
    pub actor: (String, String),
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Run {
    /// What an admin reads when it went well. It has exactly these three numbers.
    pub fn message(&self) -> String {
        let Counts {
            added,
            deleted,
            unchanged,
            ..
        } = self.counts;
        format!(
            "Sync completed successfully! {added} users added, {deleted} users deactivated, {unchanged} users unchanged."
        )
    }
}
