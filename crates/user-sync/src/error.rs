use database::StorageError;
use validation::Violations;

use crate::{
    model::{LocationId, PlanId, RunId, UserId, Verdict},
    remote::RemoteError,
    repository::{Stale, StaleUser},
};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// No such location.
    #[error("There is no location {0}")]
    LocationNotFound(LocationId),
    /// No such user.
    #[error("There is no user {0}")]
    UserNotFound(UserId),
    /// No such preview, or it is over and forgotten.
    #[error("There is no preview {0}")]
    PreviewNotFound(PlanId),
    /// No such run.
    #[error("There is no run {0}")]
    RunNotFound(RunId),
    /// The id is taken.
    #[error("The location {0} exists already")]
    LocationTaken(LocationId),
    /// It still has users.
    #[error("The location {0} still has users; nobody is deleted with it")]
    LocationHasUsers(LocationId),
    /// The e-mail is taken in this location.
    #[error("This location has a user with this e-mail already")]
    EmailTaken,
    /// The id is taken.
    #[error("The user {0} exists already")]
    UserTaken(UserId),
    /// Only inactive users are deleted.
    #[error("Only inactive users can be deleted")]
    UserActive,
    /// A field is wrong.
    #[error("The request is not valid")]
    Invalid(#[from] Violations),
    /// There is nothing to sign in with.
    #[error("This location has no credentials, and there are no common ones (EXTERNAL_API_EMAIL)")]
    NoCredentials,
    /// The sealed credentials do not open.
    #[error("The credentials of this location do not open with CREDENTIALS_KEY: give them anew")]
    Sealed,
    /// Credentials cannot be sealed.
    #[error(transparent)]
    Seal(#[from] credentials::SealError),
    /// The address is one that may not be called.
    #[error("The address of this location may not be called: {0}")]
    Address(outbound::RemoteUrlError),
    /// The server failed.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The users of the location have changed since the preview.
    #[error("{}", stale_sentence(.0))]
    Stale(Stale),
    /// The preview is too old.
    #[error("This preview is older than 15 minutes; make a new one")]
    Expired,
    /// The preview was used.
    #[error("This preview was carried out already")]
    Used(RunId),
    /// The guard blocks it.
    #[error("{}", verdict_sentence(.0))]
    Blocked(Verdict),
    /// The run is not one that can be taken back.
    #[error("Only a completed run can be undone")]
    NotUndoable,
    /// The run was taken back.
    #[error("This run was undone already")]
    Undone(RunId),
    /// Another run changes the users of this location at the moment.
    #[error("Another run is changing the users of this location")]
    Busy(RunId),
    /// The run was given up: its node was away for too long.
    #[error("interrupted")]
    Interrupted,
    /// Too many runs wait.
    #[error("Too many runs are waiting")]
    Overloaded,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

fn stale_sentence(stale: &Stale) -> String {
    match stale {
        Stale::OtherRun(_) => {
            "Another run is changing the users of this location; make a new preview".to_owned()
        }
        Stale::Changed(users, count) => {
            let names: Vec<_> = users.iter().take(3).map(StaleUser::sentence).collect();
            let more = count.saturating_sub(names.len() as u64);
            let more = match (names.is_empty(), more) {
                (_, 0) => String::new(),
                (true, more) => format!("{more} users"),
                (false, more) => format!(" and {more} more"),
            };
            format!(
                "The users of this location have changed since the preview ({}{more}); make a new one",
                names.join(", ")
            )
        }
    }
}

fn verdict_sentence(verdict: &Verdict) -> String {
    let reasons: Vec<_> = verdict
        .reasons
        .iter()
        .map(|doubt| doubt.sentence.as_str())
        .collect();
    format!(
        "{}. Look at the preview; allowLargeDeletion does it nevertheless",
        reasons.join("; ")
    )
}

impl SyncError {
    /// The code by which a failed run tells why.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Remote(error) if error.is_timeout() => "upstream_timeout",
            Self::Remote(_) => "upstream_failed",
            Self::Stale(_) | Self::Busy(_) => "stale_preview",
            Self::Blocked(_) => "large_deletion",
            Self::Interrupted => "interrupted",
            Self::Expired => "preview_expired",
            Self::Used(_) => "preview_used",
            Self::NoCredentials => "no_credentials",
            Self::Sealed => "credentials_unreadable",
            Self::Storage(error) if error.is_unavailable() => "unavailable",
            Self::Address(_) => "invalid_request",
            _ => "internal",
        }
    }

    /// What a failed run says. Nothing of the inside of a defect.
    pub fn told(&self) -> String {
        match self {
            Self::Storage(error) if error.is_unavailable() => {
                "The database was not available".to_owned()
            }
            Self::Storage(_) => "Something went wrong on our side".to_owned(),
            other => other.to_string(),
        }
    }
}
