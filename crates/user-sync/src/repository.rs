mod apply;
mod begin;
mod changes;
mod entity;
mod fresh;
mod locations;
mod plans;
mod roster;
mod runs;
mod sql;
mod sync;
mod table;
mod undo;
mod users;

use async_trait::async_trait;
use auth::Actor;
use chrono::{DateTime, Utc};
use database::StorageError;
pub use validation::Page;

use crate::model::{
    Change, ChangeKind, Compared, DirectoryUser, InvalidRow, LocationId, Outcome, Phase, Plan,
    PlanId, Roster, Run, RunId, Status, SyncLocation, Trigger, UserId, Verdict,
};

pub use self::{
    locations::SeaLocationRepository, sync::SeaSyncRepository, users::SeaUserRepository,
};

/// One window of a list, and how many there are in all.
pub type Window<T> = (Vec<T>, u64);

/// What became of writing a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It was written.
    Done,
    /// Its id is taken.
    Taken,
    /// It is not there.
    Missing,
}

/// What became of deleting something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is gone.
    Done,
    /// It may not go: a location with users, an active user.
    Refused,
    /// It was not there.
    Missing,
}

/// A schedule that was due, taken by this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Whose.
    pub location: SyncLocation,
    /// The run that was begun for it.
    pub run_id: RunId,
}

/// Locations. Each method is one transaction.
#[async_trait]
pub trait LocationRepository: Send + Sync {
    /// Locations by their numbers.
    async fn list(&self, page: Page) -> Result<Window<SyncLocation>, StorageError>;

    /// All locations.
    async fn all(&self) -> Result<Vec<SyncLocation>, StorageError>;

    /// A location.
    async fn find(&self, id: LocationId) -> Result<Option<SyncLocation>, StorageError>;

    /// The next free number.
    async fn next_id(&self) -> Result<i64, StorageError>;

    /// Adds one.
    async fn insert(&self, location: &SyncLocation) -> Result<Saved, StorageError>;

    /// Writes all of it but its schedule and its last sync.
    async fn save(&self, location: &SyncLocation) -> Result<Saved, StorageError>;

    /// Writes its schedule and when that is due.
    async fn save_schedule(&self, location: &SyncLocation) -> Result<Saved, StorageError>;

    /// Deletes it if it has no users.
    async fn delete(&self, id: LocationId) -> Result<Removed, StorageError>;

    /// Locations whose schedule is due.
    async fn list_due(&self, now: DateTime<Utc>) -> Result<Vec<SyncLocation>, StorageError>;

    /// Moves a schedule on to `next` and begins the run `run`, if no other node has done so.
    async fn claim(
        &self,
        location: &SyncLocation,
        next: Option<DateTime<Utc>>,
        run: &NewRun,
    ) -> Result<bool, StorageError>;
}

/// Which users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Of a location.
    pub location_id: Option<LocationId>,
    /// In a status.
    pub status: Option<Status>,
    /// Made then or later.
    pub created_from: Option<DateTime<Utc>>,
    /// Made before.
    pub created_before: Option<DateTime<Utc>>,
    /// With this text, in lower case, in e-mail or a field.
    pub text: Option<String>,
    /// In which order.
    pub sort: Sort,
}

/// An order of users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub field: SortField,
    /// The greatest first.
    pub is_descending: bool,
}

/// What users can be ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of fields")]
pub enum SortField {
    Email,
    Name,
    Phone,
    Role,
    Company,
    Status,
    LocationId,
    #[default]
    CreatedAt,
    UpdatedAt,
}

/// What became of writing a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserWrite {
    /// It was written.
    Done,
    /// The e-mail is taken.
    Taken,
    /// No such location.
    NoLocation,
    /// Somebody else has changed it, or it is gone.
    Changed,
}

/// A user, and its location's code.
pub type Met = (DirectoryUser, String);

/// Directory users, as admins see them. Each method is one transaction.
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// Users, and the codes of their locations.
    async fn list(&self, filter: &UserFilter, page: Page) -> Result<Window<Met>, StorageError>;

    /// A user.
    async fn find(&self, id: &UserId) -> Result<Option<Met>, StorageError>;

    /// Adds one.
    async fn insert(&self, user: &DirectoryUser) -> Result<UserWrite, StorageError>;

    /// Writes one that is still as `before`.
    async fn save(
        &self,
        before: &DirectoryUser,
        user: &DirectoryUser,
    ) -> Result<UserWrite, StorageError>;

    /// Deletes one that is inactive.
    async fn delete(&self, id: &UserId) -> Result<Removed, StorageError>;

    /// The number that counts the changes of a location's users.
    async fn revision(&self, location: LocationId) -> Result<i64, StorageError>;

    /// All users of a location in brief, and the number that counts their changes, as of one moment.
    async fn roster(&self, location: LocationId) -> Result<Roster, StorageError>;

    /// Users of a location with one of these e-mails, given in lower case, in their order.
    async fn list_by_email(
        &self,
        location: LocationId,
        email_keys: &[String],
    ) -> Result<Vec<DirectoryUser>, StorageError>;
}

/// A run to begin.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// Its id.
    pub id: RunId,
    /// Whose users.
    pub location_id: LocationId,
    /// Who or what.
    pub trigger: Trigger,
    /// Who.
    pub actor: Actor,
    /// When.
    pub now: DateTime<Utc>,
    /// Until when others leave it alone.
    pub lease_until: DateTime<Utc>,
    /// Whether the guard is overridden.
    pub allow_large_deletion: bool,
}

/// What is to be carried out.
#[derive(Clone, Debug)]
pub struct Begin {
    /// The plan, which must be of the run's location.
    pub plan_id: PlanId,
    /// E-mails, in lower case, that are left as they are.
    pub exclude: Vec<String>,
    /// The run: made here, or begun before.
    pub run: NewRun,
    /// Whether the run exists.
    pub beginning: Beginning,
}

/// Whether a run exists when its plan is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// It begins now.
    New,
    /// It began with fetching.
    UnderWay,
}

/// Why a plan is stale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Another run is changing these users.
    OtherRun(RunId),
    /// These users have changed, and how many in all.
    Changed(Vec<StaleUser>, u64),
}

/// A user that has changed since a plan was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleUser {
    /// Its e-mail.
    pub email: String,
    /// `added`, `updated` or `deleted`.
    pub change: &'static str,
}

impl StaleUser {
    pub(crate) fn sentence(&self) -> String {
        format!("{} was {}", self.email, self.change)
    }
}

/// What became of beginning to carry out a plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Began {
    /// The run is under way, and changes so many users.
    Done(u64),
    /// No such plan in this location.
    Missing,
    /// It was used by this run.
    Used(RunId),
    /// It is too old.
    Expired,
    /// It does not fit any more.
    Stale(Stale),
    /// The guard blocks it.
    Blocked(Verdict),
    /// These e-mails are not in it.
    NotInPlan(Vec<String>),
    /// The run was given up meanwhile.
    Interrupted,
}

/// What became of carrying out a plan or taking a run back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// All of it.
    Done,
    /// None of it: it does not fit any more.
    Stale(Stale),
    /// None of it: the run was given up meanwhile.
    Interrupted,
}

/// What became of beginning to take a run back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undoing {
    /// The run that takes it back is under way.
    Begun,
    /// No such run.
    Missing,
    /// It is not completed.
    NotCompleted,
    /// This run took it back.
    Undone(RunId),
    /// Another run changes these users.
    Busy(RunId),
}

/// Plans and runs. Each method is one transaction.
#[async_trait]
pub trait SyncRepository: Send + Sync {
    /// Writes a plan with all its changes.
    async fn save_plan(&self, plan: &Plan, compared: &Compared) -> Result<(), StorageError>;

    /// A plan.
    async fn find_plan(&self, id: &PlanId) -> Result<Option<Plan>, StorageError>;

    /// Changes of a plan of one kind, in their order.
    async fn list_changes(
        &self,
        id: &PlanId,
        kind: ChangeKind,
        page: Page,
    ) -> Result<Window<Change>, StorageError>;

    /// Users that a plan leaves as they are because the server says the same.
    async fn list_unchanged(
        &self,
        plan: &Plan,
        page: Page,
    ) -> Result<Window<DirectoryUser>, StorageError>;

    /// Rows of the server that were no users.
    async fn list_invalid(
        &self,
        id: &PlanId,
        page: Page,
    ) -> Result<Window<InvalidRow>, StorageError>;

    /// Begins a run that fetches first.
    async fn insert_run(&self, run: &NewRun) -> Result<(), StorageError>;

    /// Takes a plan for a run: it fits, the guard lets it pass, nobody else carries one out in this location.
    async fn begin(&self, begin: &Begin) -> Result<Began, StorageError>;

    /// Carries out the plan of a run: all of it, and the run says so; or none.
    async fn apply(&self, run: &RunId, now: DateTime<Utc>) -> Result<Applied, StorageError>;

    /// Begins the run `run`, which takes back `undone`.
    async fn begin_undo(&self, undone: &RunId, run: &NewRun) -> Result<Undoing, StorageError>;

    /// Takes back what a run did, user by user that has not changed since: all of that, or none.
    async fn undo(&self, run: &RunId, now: DateTime<Utc>) -> Result<Applied, StorageError>;

    /// Ends a run that is under way without effect.
    async fn fail(
        &self,
        run: &RunId,
        failure: &Outcome,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError>;

    /// Keeps a run under way, and notes how far it is; says whether it still is.
    async fn renew(
        &self,
        run: &RunId,
        progress: (Phase, u64, u64),
        lease_until: DateTime<Utc>,
    ) -> Result<bool, StorageError>;

    /// Ends runs whose node is gone: those whose lease is over at `now`, and says how many.
    async fn interrupt(
        &self,
        overdue: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StorageError>;

    /// Forgets plans that expired before `before` and were not used.
    async fn forget_plans(&self, before: DateTime<Utc>) -> Result<u64, StorageError>;

    /// Runs, newest first.
    async fn list_runs(
        &self,
        location: Option<LocationId>,
        page: Page,
    ) -> Result<Window<Run>, StorageError>;

    /// A run.
    async fn find_run(&self, id: &RunId) -> Result<Option<Run>, StorageError>;

    /// What a run did to each user, in its order; nothing where it was not completed.
    async fn list_run_changes(&self, run: &Run, page: Page)
    -> Result<Window<Change>, StorageError>;
}
