mod access;
mod calls;
mod conflicts;
mod documents;
mod pull;
mod push;
mod queue;
mod reconcile;
mod remote_list;
mod runs;
mod schedule;
mod trouble;

use std::{fmt, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock;
use credentials::Vault;
use outbound::{Reach, RemoteUrl};

use self::calls::Calls;
pub use self::{
    access::{CredentialsInput, CredentialsView},
    conflicts::Keep,
    documents::DocumentDraft,
    pull::Pulled,
    push::PushReport,
    reconcile::{Reconciliation, ReconciliationDay, Side, Unequal},
    remote_list::{RemoteListing, RemoteQuery},
    runs::{BulkReport, BulkWish},
};
use crate::{
    erp::Erp,
    model::RetryPolicy,
    ports::{Members, Progress, TestCompany},
    repository::{DocumentRepository, RunRepository, Settings, SyncBooks},
};

/// How calls are made.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The server of organizations that name none of their own.
    pub base_url: RemoteUrl,
    /// Where servers may be.
    pub reach: Reach,
    /// How long one call may take.
    pub timeout: TimeDelta,
    /// When failed pushes are tried again.
    pub retry: RetryPolicy,
    /// Whether every request is in test mode.
    pub test_mode: bool,
}

impl Policy {
    /// How long after a lost answer nothing that was sent can still arrive: calls of 48 s are on record.
    pub(crate) fn settle(&self) -> TimeDelta {
        self.timeout.min(TimeDelta::seconds(60))
    }

    /// How long a lease lasts: a call, and what is done around it.
    pub(crate) fn lease(&self) -> TimeDelta {
        self.timeout + TimeDelta::seconds(2)
    }

    /// What has to be left of a lease for a call that begins now.
    pub(crate) fn long_enough(&self) -> TimeDelta {
        self.timeout + TimeDelta::seconds(1)
    }
}

/// What the service is made of.
pub struct MetakockaParts {
    /// Sales documents.
    pub documents: Arc<dyn DocumentRepository>,
    /// How they stand.
    pub books: Arc<dyn SyncBooks>,
    /// What organizations say.
    pub settings: Arc<dyn Settings>,
    /// Syncs of many documents.
    pub runs: Arc<dyn RunRepository>,
    /// Metakocka.
    pub erp: Arc<dyn Erp>,
    /// Who runs an organization.
    pub members: Arc<dyn Members>,
    /// The simulation.
    pub test_company: Arc<dyn TestCompany>,
    /// Whoever hears how far runs are.
    pub progress: Arc<dyn Progress>,
    /// Opens and seals keys.
    pub vault: Vault,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How calls are made.
    pub policy: Policy,
}

/// Sales documents and their counterparts in Metakocka. Clones share everything.
#[derive(Clone)]
pub struct Metakocka(Arc<Inner>);

struct Inner {
    parts: MetakockaParts,
    calls: Calls,
    /// This process, as leases name it.
    node: String,
}

impl fmt::Debug for Metakocka {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metakocka").finish_non_exhaustive()
    }
}

impl Metakocka {
    /// The service over its parts.
    pub fn new(parts: MetakockaParts) -> Self {
        let node = uuid::Uuid::now_v7().simple().to_string();
        let calls = Calls::new(&parts, &node);
        Self(Arc::new(Inner { parts, calls, node }))
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.parts.clock.now()
    }

    /// Whether every request is in test mode.
    pub fn is_test_mode(&self) -> bool {
        self.0.parts.policy.test_mode
    }

    pub(crate) fn members(&self) -> &dyn Members {
        self.0.parts.members.as_ref()
    }

    fn parts(&self) -> &MetakockaParts {
        &self.0.parts
    }
}

/// Waits for `duration` of real time, for something outside of this process.
async fn pause(duration: std::time::Duration) {
    let _ = tokio::time::timeout(duration, std::future::pending::<()>()).await;
}

#[cfg(test)]
mod tests;
