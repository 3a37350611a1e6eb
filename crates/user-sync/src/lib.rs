#![doc = include_str!("../README.md")]

mod error;
mod http;
mod model;
mod progress;
mod remote;
mod repository;
mod service;
mod worker;

pub use error::SyncError;
pub use http::router;
pub use model::{
    Change, ChangeKind, Compared, Comparison, Counts, Credentials, DirectoryUser, Doubt, DoubtKind,
    Group, Image, InvalidRow, Lists, LocationEdit, LocationId, LocationIdError, Outcome, Outline,
    Phase, Plan, PlanId, Profile, Reading, RemoteUser, RemoteUsersByEmail, Roster, Run, RunId,
    RunStatus, Source, Status, SyncLocation, Totals, Trigger, UnknownGroup, UnknownStatus, UserId,
    Verdict,
};
pub use progress::{Progress, ProgressReport, Subject};
pub use remote::{
    Cause, CheckedStep, Examination, Patience, RemoteError, RemoteUsers, Server, Shape,
};
pub use repository::{
    Applied, Began, Begin, Beginning, Claimed, LocationRepository, Met, NewRun, Page, Removed,
    Saved, SeaLocationRepository, SeaSyncRepository, SeaUserRepository, Sort, SortField, Stale,
    StaleUser, SyncRepository, Undoing, UserFilter, UserRepository, UserWrite, Window,
};
pub use service::{
    Begun, BulkRun, Execute, LocationDraft, Preview, UserDraft, UserEdit, UserSync, UserSyncParts,
};
pub use worker::{Runner, Schedules};
