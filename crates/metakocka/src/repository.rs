//! What has to be kept. Each method is one transaction.

mod books;
mod books_write;
mod documents;
mod imports;
mod json;
mod organization;
mod rows;
mod run;
mod runs;
mod settings;
mod sql;

use std::collections::HashMap;

use async_trait::async_trait;
use auth::OrganizationId;
use chrono::{DateTime, NaiveDate, Utc};
use database::StorageError;
use validation::Page;

pub use self::{
    books::SeaSyncBooks,
    documents::SeaDocumentRepository,
    organization::{ImportSchedule, QueueState, Settings, StoredCredentials},
    run::{ItemOutcome, Run, RunCounts, RunItem, RunKind, RunRepository, RunStatus},
    runs::SeaRunRepository,
    settings::SeaSettings,
};
#[cfg(test)]
pub(crate) use self::{organization::MockSettings, run::MockRunRepository};
use crate::model::{
    Attempt, DocumentId, DocumentType, HistoryEntry, Mapping, Mode, SalesDocument, SyncKey,
    SyncStatus,
};

/// A window of a list, and how many there are in all.
pub type Window<T> = (Vec<T>, u64);

/// An organization in one of the two worlds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// Whose.
    pub organization: OrganizationId,
    /// In which world.
    pub mode: Mode,
}

impl Scope {
    /// One document in it.
    pub fn key(&self, document: &DocumentId) -> SyncKey {
        SyncKey {
            organization: self.organization.clone(),
            mode: self.mode,
            document: document.clone(),
        }
    }
}

impl SyncKey {
    /// The organization and the world.
    pub fn scope(&self) -> Scope {
        Scope {
            organization: self.organization.clone(),
            mode: self.mode,
        }
    }
}

/// Which documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentFilter {
    /// Of this type.
    pub document_type: Option<DocumentType>,
    /// With this status.
    pub status: Option<String>,
    /// Which stand so to Metakocka's.
    pub sync_status: Option<SyncStatus>,
    /// With this text in number, customer or notes, in any case.
    pub text: Option<String>,
}

/// What became of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It is there.
    Done,
    /// Its id is taken.
    IdTaken,
}

/// Sales documents. Those of test mode show in test mode only, those of the company in both.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait DocumentRepository: Send + Sync {
    /// A document and how it stands to Metakocka's.
    async fn find(
        &self,
        key: &SyncKey,
    ) -> Result<Option<(SalesDocument, Option<SyncStatus>)>, StorageError>;

    /// A window of the documents, newest first.
    async fn list(
        &self,
        scope: &Scope,
        filter: &DocumentFilter,
        page: Page,
    ) -> Result<Window<(SalesDocument, Option<SyncStatus>)>, StorageError>;

    /// The next number for a document that brings none.
    async fn next_number(&self, organization: &OrganizationId) -> Result<u64, StorageError>;

    /// Adds a document. Nothing is left of how an earlier one of this id stood to Metakocka's.
    async fn insert(&self, document: &SalesDocument) -> Result<Inserted, StorageError>;

    /// Writes a changed document over its version `before`; `false` where it is at another one by now.
    ///
    /// What was synced is pending from then on; what was refused for good is tried again.
    async fn save(&self, document: &SalesDocument, before: i64) -> Result<bool, StorageError>;

    /// Deletes a document here; history and mapping stay. `false` where there is none.
    async fn delete(&self, key: &SyncKey) -> Result<bool, StorageError>;

    /// The totals of the documents dated from the first day to the second, with their counterparts.
    async fn totals(
        &self,
        scope: &Scope,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<DocumentTotal>, StorageError>;
}

/// What a reconciliation needs of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentTotal {
    /// Which document.
    pub id: DocumentId,
    /// Its number.
    pub number: String,
    /// What it is.
    pub document_type: DocumentType,
    /// Its date.
    pub document_date: NaiveDate,
    /// Its currency.
    pub currency: String,
    /// Its gross total in minor units.
    pub total_minor: i64,
    /// The id of its counterpart.
    pub metakocka_id: Option<String>,
}

/// Whoever works on a document, and until when nobody else may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Who: one attempt of one node.
    pub holder: String,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// What became of the wish to work on a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// It is ours until the lease ends.
    Taken(Box<(SalesDocument, Mapping)>),
    /// Somebody else works on it.
    Busy,
    /// There is no such document.
    NoDocument,
}

/// A document of the ERP on its way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// As it is to be kept.
    pub document: SalesDocument,
    /// Its counterpart.
    pub mapping: Mapping,
    /// The version that was decided on; `None` where there was no document.
    pub before: Option<i64>,
    /// For the history.
    pub attempt: Attempt,
}

/// What became of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It is kept.
    Done,
    /// Something changed meanwhile, or somebody works on the document: decide anew.
    Stale,
}

/// How documents stand to Metakocka's, who works on them, and what was tried.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait SyncBooks: Send + Sync {
    /// How the documents `ids` stand; those that were never sent or pulled are left out.
    async fn mappings(
        &self,
        scope: &Scope,
        ids: &[DocumentId],
    ) -> Result<Vec<Mapping>, StorageError>;

    /// The same without `base`, `sent` and `conflict`: for whoever only wants to know how they stand.
    async fn standings(
        &self,
        scope: &Scope,
        ids: &[DocumentId],
    ) -> Result<Vec<Mapping>, StorageError>;

    /// How the document of the ERP's `metakocka_id` stands, and whether it is still here.
    async fn find_by_remote(
        &self,
        scope: &Scope,
        metakocka_id: &str,
    ) -> Result<Option<Mapping>, StorageError>;

    /// Which of the ERP's documents `ids` are in the CRM.
    async fn known_remotes(
        &self,
        scope: &Scope,
        ids: &[String],
    ) -> Result<HashMap<String, DocumentId>, StorageError>;

    /// The mapping whose `buyer_order` this is, if it has no counterpart yet.
    async fn find_by_order(
        &self,
        scope: &Scope,
        buyer_order: &str,
    ) -> Result<Option<Mapping>, StorageError>;

    /// Takes the lease on a document, if nobody has it, and notes that it is due again when the lease ends: a node that
    /// dies leaves nothing behind that nobody looks after.
    async fn claim(
        &self,
        key: &SyncKey,
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<Claimed, StorageError>;

    /// Notes, before it is sent, what is sent, and prolongs the lease. `false` where the lease is lost: then nothing may be
    /// sent.
    async fn note_sent(
        &self,
        mapping: &Mapping,
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError>;

    /// Prolongs the lease. `false` where it is lost.
    async fn renew(
        &self,
        key: &SyncKey,
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError>;

    /// Writes how the document stands after an attempt on its `version`, gives the lease back and adds to the history.
    /// A document that changed meanwhile is pending. `false` where the lease was lost: then nothing is written.
    async fn finish(
        &self,
        mapping: &Mapping,
        holder: &str,
        version: i64,
        attempt: &Attempt,
    ) -> Result<bool, StorageError>;

    /// Documents that are due, oldest first, of organizations whose queue is neither paused nor slowed down.
    async fn due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<SyncKey>, StorageError>;

    /// All documents that were never synced, or changed since, oldest first.
    async fn unsynced(&self, scope: &Scope) -> Result<Vec<DocumentId>, StorageError>;

    /// Writes what was pulled.
    async fn import(&self, import: &Import, now: DateTime<Utc>) -> Result<Imported, StorageError>;

    /// What failed or stands in a conflict, the latest first.
    async fn errors(&self, scope: &Scope, page: Page) -> Result<Window<Mapping>, StorageError>;

    /// Has failed documents tried again now: those named, or all. How many there were.
    async fn retry(
        &self,
        scope: &Scope,
        ids: Option<Vec<DocumentId>>,
        now: DateTime<Utc>,
    ) -> Result<u64, StorageError>;

    /// What was tried, the latest first.
    async fn history(
        &self,
        scope: &Scope,
        document: Option<DocumentId>,
        page: Page,
    ) -> Result<Window<HistoryEntry>, StorageError>;

    /// Adds to the history what left no mapping behind.
    async fn note(&self, attempt: &Attempt) -> Result<(), StorageError>;
}
