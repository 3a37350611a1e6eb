use std::time::Duration;

use api_error::{ApiError, Code};
use database::StorageError;
use serde_json::{Value, json};
use validation::Violations;

use super::wire::GuardJson;
use crate::{error::SyncError, remote::RemoteError, repository::Stale};

/// When to come again where too many are waiting.
const LATER: Duration = Duration::from_secs(5);

impl From<SyncError> for ApiError {
    fn from(error: SyncError) -> Self {
        use SyncError as E;
        let sentence = error.to_string();
        match error {
            E::LocationNotFound(_)
            | E::UserNotFound(_)
            | E::PreviewNotFound(_)
            | E::RunNotFound(_) => Self::not_found(sentence),
            E::LocationTaken(_)
            | E::LocationHasUsers(_)
            | E::EmailTaken
            | E::UserTaken(_)
            | E::UserActive
            | E::NoCredentials
            | E::Sealed
            | E::NotUndoable => Self::conflict(sentence),
            E::Invalid(violations) => violations.into(),
            E::Address(error) => Violations::one("onlineUrl", error).into(),
            E::Remote(error) => remote(&error, sentence),
            E::Stale(stale) => of_stale(&stale, sentence),
            E::Expired => Self::conflict(sentence).with_code("preview_expired"),
            E::Used(run) => Self::conflict(sentence)
                .with_code("preview_used")
                .with("runId", run),
            E::Blocked(verdict) => Self::conflict(sentence)
                .with_code("large_deletion")
                .with("guard", GuardJson::from(&verdict)),
            E::Undone(run) => Self::conflict(sentence).with("runId", run),
            E::Busy(run) => Self::conflict(sentence)
                .with_code("stale_preview")
                .with("runId", run),
            E::Interrupted => Self::conflict(sentence).with_code("interrupted"),
            E::Overloaded => Self::overloaded(LATER),
            E::Seal(error) => Self::internal(error),
            E::Storage(error) => storage(error),
        }
    }
}

fn remote(error: &RemoteError, sentence: String) -> ApiError {
    let code = if error.is_timeout() {
        Code::UpstreamTimeout
    } else {
        Code::UpstreamFailed
    };
    ApiError::new(code, sentence)
}

fn of_stale(stale: &Stale, sentence: String) -> ApiError {
    let error = ApiError::conflict(sentence).with_code("stale_preview");
    match stale {
        Stale::OtherRun(run) => error.with("runId", run),
        Stale::Changed(users, count) => {
            let user = |user: &crate::repository::StaleUser| json!({"email": user.email, "change": user.change});
            let changed: Vec<Value> = users.iter().map(user).collect();
            error.with("changed", changed).with("changedCount", count)
        }
    }
}

fn storage(error: StorageError) -> ApiError {
    if error.is_unavailable() {
        ApiError::unavailable(error)
    } else {
        ApiError::internal(error)
    }
}
