use async_trait::async_trait;
use chrono::{DateTime, Utc};
use database::StorageError;

use super::{Lease, Run, Scope};
use crate::model::TaxCodes;

/// An organization's access to Metakocka, its key sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCredentials {
    /// The company.
    pub company_id: String,
    /// The sealed key.
    pub secret_sealed: String,
    /// The last four characters of the key.
    pub secret_last4: String,
    /// Its own server.
    pub base_url: Option<String>,
    /// Which code stands for which rate.
    pub tax_codes: TaxCodes,
}

/// Whether an organization's calls are held back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueState {
    /// Until somebody gives a good key.
    pub paused: bool,
    /// Why.
    pub reason: Option<String>,
    /// After a quota answer.
    pub slow_until: Option<DateTime<Utc>>,
    /// How many quota answers came in a row.
    pub quota_answers: u32,
}

/// When documents are pulled by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSchedule {
    /// For whom.
    pub scope: Scope,
    /// Five fields.
    pub cron: String,
    /// Of the IANA database.
    pub timezone: String,
    /// When next.
    pub next_at: Option<DateTime<Utc>>,
    /// Changes before that have been seen, by an import that came to its end and took everything over.
    pub imported_until: Option<DateTime<Utc>>,
}

/// What each organization says, and how its calls are held back.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Settings: Send + Sync {
    /// The access of an organization.
    async fn credentials(&self, scope: &Scope) -> Result<Option<StoredCredentials>, StorageError>;

    /// Gives an organization an access, and lets its queue go on.
    async fn save_credentials(
        &self,
        scope: &Scope,
        credentials: &StoredCredentials,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError>;

    /// Takes the access of an organization away. `false` where it had none.
    async fn delete_credentials(&self, scope: &Scope) -> Result<bool, StorageError>;

    /// Whether calls are held back.
    async fn queue(&self, scope: &Scope) -> Result<QueueState, StorageError>;

    /// Holds calls back, or lets them go on.
    async fn save_queue(&self, scope: &Scope, queue: &QueueState) -> Result<(), StorageError>;

    /// Takes one of the `places` in front of the ERP, over all nodes; `None` where all are taken.
    async fn take_place(
        &self,
        scope: &Scope,
        places: &[i64],
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<Option<i64>, StorageError>;

    /// Keeps a place for longer. `false` where somebody else has it.
    async fn keep_place(
        &self,
        scope: &Scope,
        place: i64,
        lease: &Lease,
    ) -> Result<bool, StorageError>;

    /// Gives a place back.
    async fn leave_place(
        &self,
        scope: &Scope,
        place: i64,
        holder: &str,
    ) -> Result<(), StorageError>;

    /// The schedule of an organization.
    async fn schedule(&self, scope: &Scope) -> Result<Option<ImportSchedule>, StorageError>;

    /// Sets the schedule of an organization.
    async fn save_schedule(&self, schedule: &ImportSchedule) -> Result<(), StorageError>;

    /// Takes the schedule of an organization away.
    async fn delete_schedule(&self, scope: &Scope) -> Result<(), StorageError>;

    /// Schedules that are due.
    async fn due_schedules(&self, now: DateTime<Utc>) -> Result<Vec<ImportSchedule>, StorageError>;

    /// Moves a due schedule on and starts its run. `false` where another node did, or where an import of the organization
    /// waits: that one then looks at what changed up to now.
    async fn start_import(
        &self,
        schedule: &ImportSchedule,
        next_at: Option<DateTime<Utc>>,
        run: &Run,
    ) -> Result<bool, StorageError>;
}
