#![doc = include_str!("../README.md")]

mod client;
mod erp;
mod error;
mod http;
mod model;
mod ports;
mod repository;
mod service;
mod worker;

pub use client::HttpMetakocka;
pub use erp::{
    Erp, ErpAccess, ErpError, OutgoingCustomer, OutgoingDocument, OutgoingItem, OutgoingLine,
    RemoteCustomer, RemoteDocument, RemoteLine, RemoteRef, Saved, Search, SearchFilter,
    SearchOrder, SearchPage, Tax, Unreadable,
};
pub use error::{DocumentError, SyncError};
pub use http::router;
pub use model::{
    Attempt, AttemptOutcome, Category, Content, Customer, Difference, Direction, Document,
    DocumentId, DocumentNumber, DocumentType, HistoryEntry, Item, Line, LineError, LineParts,
    LineTax, Mapping, MergeError, Mode, NotSendable, RetryPolicy, SalesDocument, Sent, Snapshot,
    SyncKey, SyncStatus, TaxCodes, UnknownDocumentType, UnknownSyncStatus, buyer_order, content_of,
    differences, known_rate, outgoing,
};
pub use ports::{Members, MembersError, Progress, RunProgress, TestCompany};
pub use repository::{
    Claimed, DocumentFilter, DocumentRepository, DocumentTotal, Import, ImportSchedule, Imported,
    Inserted, ItemOutcome, Lease, QueueState, Run, RunCounts, RunItem, RunKind, RunRepository,
    RunStatus, Scope, SeaDocumentRepository, SeaRunRepository, SeaSettings, SeaSyncBooks, Settings,
    StoredCredentials, SyncBooks, Window,
};
pub use service::{
    BulkReport, BulkWish, CredentialsInput, CredentialsView, DocumentDraft, Keep, Metakocka,
    MetakockaParts, Policy, Pulled, PushReport, Reconciliation, ReconciliationDay, RemoteListing,
    RemoteQuery, Side, Unequal,
};
pub use worker::SyncWorker;
