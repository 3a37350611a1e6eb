use api_error::{ApiError, Code};
use database::StorageError;

use super::wire::DifferenceJson;
use crate::{
    erp::ErpError,
    error::{DocumentError, SyncError},
    model::Mapping,
};

impl From<DocumentError> for ApiError {
    fn from(error: DocumentError) -> Self {
        use DocumentError as E;
        let sentence = error.to_string();
        match error {
            E::NotFound => Self::not_found(sentence),
            E::IdTaken(_) | E::TypeIsFixed | E::Contended => Self::conflict(sentence),
            E::Storage(error) => storage(error),
        }
    }
}

impl From<SyncError> for ApiError {
    fn from(error: SyncError) -> Self {
        use SyncError as E;
        let sentence = error.to_string();
        match error {
            E::DocumentNotFound | E::RemoteNotFound(_) | E::RunNotFound => {
                Self::not_found(sentence)
            }
            E::NotConfigured => Self::conflict(sentence).with_code("not_configured"),
            E::NoConflict | E::Several(_) | E::Conflict | E::Busy => Self::conflict(sentence),
            E::Paused(_) | E::Sealed(_) => upstream(sentence).with_code("upstream_credentials"),
            E::Unsealed(error) => Self::internal(error),
            E::NotSendable(_) => Self::new(Code::InvalidRequest, sentence),
            E::Unmappable { .. } | E::Unsettled => upstream(sentence),
            E::Mismatch(differences) => {
                let differences: Vec<_> =
                    differences.into_iter().map(DifferenceJson::from).collect();
                upstream(sentence).with("differences", differences)
            }
            E::Erp(error) => of_erp(&error, sentence),
            E::Members(error) => Self::unavailable(error),
            E::Invalid(violations) => violations.into(),
            E::Storage(error) => storage(error),
        }
    }
}

fn upstream(sentence: String) -> ApiError {
    ApiError::new(Code::UpstreamFailed, sentence)
}

fn of_erp(error: &ErpError, sentence: String) -> ApiError {
    let answer = match error {
        ErpError::Credentials { .. } => upstream(sentence).with_code("upstream_credentials"),
        ErpError::TimedOut => ApiError::new(Code::UpstreamTimeout, sentence),
        ErpError::Refused { .. }
        | ErpError::Quota { .. }
        | ErpError::Unreachable { .. }
        | ErpError::Unclear { .. } => upstream(sentence),
    };
    match error.code() {
        Some(code) => answer.with("remoteCode", code),
        None => answer,
    }
}

/// The same, with how the document stands since.
pub(super) fn with_mapping(error: SyncError, mapping: &Mapping) -> ApiError {
    let said = error.to_string();
    ApiError::from(error)
        .with("documentId", &mapping.key.document)
        .with("metakockaId", &mapping.metakocka_id)
        .with("syncStatus", mapping.status.as_str())
        .with("syncError", said)
}

fn storage(error: StorageError) -> ApiError {
    if error.is_unavailable() {
        ApiError::unavailable(error)
    } else {
        ApiError::internal(error)
    }
}
