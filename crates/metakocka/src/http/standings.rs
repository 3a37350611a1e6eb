//! How documents stand, ready to be sent: whoever shows a list of them asks again and again.

use api_error::ApiError;
use bytes::Bytes;
use database::{CheckedCache, Database, StorageError, Watch};
use serde::Serialize;
use validation::Violations;

use super::wire::{MappingJson, document_id};
use crate::{error::SyncError, repository::Scope, service::Metakocka};

/// How many answers are kept, some kilobytes each.
const KEPT: usize = 500;
/// Ids in a query, at most.
const MOST_IDS: usize = 200;

/// Answers about several documents by what was asked, given out again while nothing is committed.
pub(super) struct Standings(CheckedCache<(Scope, String), Bytes>);

/// How several documents stand; those that were never sent or pulled are left out.
#[derive(Debug, Serialize)]
struct StatusesJson {
    mappings: Vec<MappingJson>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum StandingsError {
    #[error(transparent)]
    Asked(#[from] Violations),
    #[error(transparent)]
    Sync(#[from] SyncError),
    #[error("a mapping cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl From<StorageError> for StandingsError {
    fn from(error: StorageError) -> Self {
        Self::Sync(error.into())
    }
}

impl From<StandingsError> for ApiError {
    fn from(error: StandingsError) -> Self {
        match error {
            StandingsError::Asked(error) => error.into(),
            StandingsError::Sync(error) => error.into(),
            StandingsError::Json(_) => Self::internal(error),
        }
    }
}

impl Standings {
    pub(super) fn new(database: Database) -> Self {
        Self(CheckedCache::new(database, Watch::Everything, KEPT))
    }

    /// How the documents stand whose ids `asked` names, separated by commas, as JSON.
    pub(super) async fn read(
        &self,
        metakocka: &Metakocka,
        scope: Scope,
        asked: String,
    ) -> Result<Bytes, StandingsError> {
        // What was answered before was asked well: it need not be read again.
        let load = async {
            let ids: Vec<_> = asked
                .split(',')
                .filter(|id| !id.trim().is_empty())
                .collect();
            if ids.len() > MOST_IDS {
                let error = format!("must be at most {MOST_IDS}");
                return Err(Violations::one("documentIds", error).into());
            }
            let ids = ids.into_iter().map(|id| document_id("documentIds", id));
            let ids: Vec<_> = ids.collect::<Result<_, _>>()?;
            let mappings = metakocka.mappings(&scope, &ids).await?.into_iter();
            let mappings = mappings.map(MappingJson::from).collect();
            Ok::<_, StandingsError>(serde_json::to_vec(&StatusesJson { mappings })?.into())
        };
        self.0
            .get_or_load((scope.clone(), asked.clone()), load)
            .await
    }
}
