use credentials::{OpenError, SealError};
use database::StorageError;
use validation::Violations;

use crate::{
    erp::ErpError,
    model::{Category, Difference, MergeError, NotSendable},
    ports::MembersError,
};

/// Why a sales document is not as it was asked for.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DocumentError {
    /// There is none for this caller.
    #[error("Document not found")]
    NotFound,
    /// Its id is taken.
    #[error("The id {0} is taken")]
    IdTaken(String),
    /// Its counterpart is of the other type, and stays so.
    #[error("A document that is in Metakocka keeps its type")]
    TypeIsFixed,
    /// It changed while this was decided, again and again.
    #[error("The document is being changed by somebody else, try again")]
    Contended,
    /// The database.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// Why a sync did not make both sides the same.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SyncError {
    /// There is no such document for this caller.
    #[error("Document not found")]
    DocumentNotFound,
    /// Metakocka has no such document.
    #[error("Metakocka has no document {0}")]
    RemoteNotFound(String),
    /// There is no such run for this caller.
    #[error("Run not found")]
    RunNotFound,
    /// The document is in no conflict.
    #[error("The document is in no conflict")]
    NoConflict,
    /// The organization has given no credentials.
    #[error("Metakocka is not configured: give its credentials first")]
    NotConfigured,
    /// Calls are held back until somebody gives a good key.
    #[error("{0}")]
    Paused(String),
    /// The stored key cannot be read.
    #[error(transparent)]
    Sealed(#[from] OpenError),
    /// A key cannot be stored.
    #[error(transparent)]
    Unsealed(#[from] SealError),
    /// The document is not sent, for Metakocka would get it wrong.
    #[error(transparent)]
    NotSendable(#[from] NotSendable),
    /// Metakocka's document cannot be kept here.
    #[error("Metakocka's document {id} cannot be taken over: {reason}")]
    Unmappable {
        /// Which.
        id: String,
        /// Why.
        reason: MergeError,
    },
    /// Metakocka saved something else than was sent.
    #[error("Metakocka saved something else than was sent: {}", side_by_side(.0))]
    Mismatch(Vec<Difference>),
    /// Several documents have our key: only a person can say which is the right one.
    #[error(
        "Metakocka has several documents for this one ({0}): delete all but one there, then retry"
    )]
    Several(String),
    /// Both sides changed.
    #[error("The document changed here and in Metakocka: decide which one to keep")]
    Conflict,
    /// It is not known yet what became of the last call.
    #[error("It is not known yet whether Metakocka has the document; it will be looked for again")]
    Unsettled,
    /// Somebody else works on the document.
    #[error("The document is being synced already")]
    Busy,
    /// A call brought nothing.
    #[error(transparent)]
    Erp(#[from] ErpError),
    /// Nobody can tell who may do it.
    #[error(transparent)]
    Members(#[from] MembersError),
    /// The request.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// The database.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

fn side_by_side(differences: &[Difference]) -> String {
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let pairs = differences.iter().map(|difference| {
        format!(
            "{} is '{}' here and '{}' there",
            difference.field,
            shown(&difference.crm),
            shown(&difference.metakocka)
        )
    });
    pairs.collect::<Vec<_>>().join("; ")
}

impl SyncError {
    /// What kind of trouble it is.
    pub fn category(&self) -> Category {
        match self {
            Self::NotConfigured
            | Self::Paused(_)
            | Self::Sealed(_)
            | Self::Unsealed(_)
            | Self::Members(_)
            | Self::Erp(ErpError::Credentials { .. }) => Category::Auth,
            Self::NotSendable(_) | Self::Unmappable { .. } | Self::Mismatch(_) => Category::Mapping,
            Self::Erp(_) | Self::RemoteNotFound(_) => Category::Api,
            Self::DocumentNotFound
            | Self::RunNotFound
            | Self::NoConflict
            | Self::Several(_)
            | Self::Conflict
            | Self::Unsettled
            | Self::Busy
            | Self::Invalid(_)
            | Self::Storage(_) => Category::Sync,
        }
    }

    /// Metakocka's code.
    pub fn remote_code(&self) -> Option<&str> {
        match self {
            Self::Erp(error) => error.code(),
            _ => None,
        }
    }

    /// Whether the same attempt may succeed later, with nothing changed by a person.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Erp(error) => !matches!(
                error,
                ErpError::Refused { .. } | ErpError::Credentials { .. }
            ),
            Self::Storage(error) => error.is_unavailable(),
            Self::Unsettled | Self::Busy => true,
            _ => false,
        }
    }
}
