//! Users, the servers they come from, and what is to be done about their differences.

mod comparison;
mod guard;
mod location;
mod outline;
mod plan;
mod remote_user;
mod run;
mod user;

pub use self::{
    comparison::{Compared, Comparison},
    guard::{Doubt, DoubtKind, Verdict},
    location::{Credentials, LocationEdit, LocationId, LocationIdError, SyncLocation},
    outline::{Outline, Roster},
    plan::{Change, ChangeKind, Counts, Group, Image, Lists, Plan, PlanId, UnknownGroup},
    remote_user::{InvalidRow, Reading, RemoteUser, RemoteUsersByEmail},
    run::{Outcome, Phase, Run, RunId, RunStatus, Trigger},
    user::{DirectoryUser, Profile, Source, Status, Totals, UnknownStatus, UserId},
};
