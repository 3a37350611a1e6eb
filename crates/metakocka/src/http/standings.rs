//! How documents stand, ready to be sent: whoever shows a list of them asks again and again.

use bytes::Bytes;
use database::{CheckedCache, Database, StorageError, Watch};
use serde::Serialize;

use super::wire::MappingJson;
use crate::{error::SyncError, model::DocumentId, repository::Scope, service::Metakocka};

/// How many answers are kept, some kilobytes each.
const KEPT: usize = 500;

/// Answers about several documents, given out again while nothing is committed.
pub(super) struct Standings(CheckedCache<(Scope, Vec<DocumentId>), Bytes>);

/// How several documents stand; those that were never sent or pulled are left out.
#[derive(Debug, Serialize)]
struct StatusesJson {
    mappings: Vec<MappingJson>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum StandingsError {
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

impl Standings {
    pub(super) fn new(database: Database) -> Self {
        Self(CheckedCache::new(database, Watch::Everything, KEPT))
    }

    /// How these documents stand, as JSON.
    pub(super) async fn read(
        &self,
        metakocka: &Metakocka,
        scope: &Scope,
        ids: Vec<DocumentId>,
    ) -> Result<Bytes, StandingsError> {
        let key = (scope.clone(), ids.clone());
        let load = async {
            let mappings = metakocka.mappings(scope, &ids).await?.into_iter();
            let mappings = mappings.map(MappingJson::from).collect();
            Ok::<_, StandingsError>(serde_json::to_vec(&StatusesJson { mappings })?.into())
        };
        self.0.get_or_load(key, load).await
    }
}
