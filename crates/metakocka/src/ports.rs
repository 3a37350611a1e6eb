use std::{error::Error, sync::Arc};

use async_trait::async_trait;
use auth::{AccountId, OrganizationId};

use crate::{erp::ErpAccess, repository::RunCounts};

/// Who runs an organization: their members may sync, its admins may try things out in test mode.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Members: Send + Sync {
    /// Whether `account` is an admin of `organization`.
    async fn is_admin(
        &self,
        organization: &OrganizationId,
        account: &AccountId,
    ) -> Result<bool, MembersError>;
}

/// Nobody can tell who is a member just now.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the members of the organization cannot be read")]
pub struct MembersError(#[source] pub Arc<dyn Error + Send + Sync>);

/// A company that is only simulated, for each organization its own.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait TestCompany: Send + Sync {
    /// How the company of `organization` is reached; `None` where there is no simulation.
    async fn access(&self, organization: &OrganizationId) -> Option<ErpAccess>;
}

/// How far a run is. It is told while it goes on, and nobody catches up on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunProgress {
    /// For whom.
    pub organization: OrganizationId,
    /// Which run.
    pub run_id: String,
    /// How many documents fared how.
    pub counts: RunCounts,
    /// Whether it has ended.
    pub is_finished: bool,
}

/// Whoever hears how far runs are (`metakocka:progress`).
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Progress: Send + Sync {
    /// Tells it.
    async fn tell(&self, progress: &RunProgress);
}
