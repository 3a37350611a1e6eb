//! The one place where errors of syncs are logged, with what kind of trouble they are.

use crate::{
    error::SyncError,
    model::{Attempt, Category},
    repository::Scope,
};

/// An attempt ended. Only one that failed is worth a line.
pub(super) fn log(attempt: &Attempt) {
    let Some(error) = &attempt.error else {
        return;
    };
    let category = attempt.category.map_or("SYNC", Category::as_str);
    metrics::counter!("metakocka_errors_total", "category" => category).increment(1);
    tracing::warn!(
        category,
        organization = %attempt.key.organization,
        mode = %attempt.key.mode,
        document = %attempt.key.document,
        metakocka_id = attempt.metakocka_id,
        direction = attempt.direction.as_str(),
        outcome = attempt.outcome.as_str(),
        remote_code = attempt.remote_code,
        duration_ms = attempt.duration_ms,
        error,
        "a sync did not succeed"
    );
}

/// Something else than one document failed.
pub(super) fn log_other(scope: &Scope, what: &'static str, error: &SyncError) {
    let category = error.category().as_str();
    metrics::counter!("metakocka_errors_total", "category" => category).increment(1);
    tracing::warn!(
        category,
        organization = %scope.organization,
        mode = %scope.mode,
        remote_code = error.remote_code(),
        what,
        %error,
        "a call for Metakocka did not succeed"
    );
}
