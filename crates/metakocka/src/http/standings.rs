//! How documents stand, ready to be sent: whoever shows a list of them asks again and again.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use bytes::{BufMut as _, Bytes, BytesMut};
use database::{DataVersion, Database, StorageError, Watch};

use super::wire::MappingJson;
use crate::{error::SyncError, model::DocumentId, repository::Scope, service::Metakocka};

/// How many documents are kept ready, a few hundred bytes each.
const MOST: usize = 20_000;

/// How documents stand, as of one version of the database: any commit makes all of it void.
pub(super) struct Standings {
    database: Database,
    kept: RwLock<Kept>,
}

#[derive(Default)]
struct Kept {
    version: Option<DataVersion>,
    count: usize,
    /// Nothing for a document that was never sent or pulled.
    pieces: HashMap<Scope, HashMap<DocumentId, Bytes>>,
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

impl Kept {
    fn is_of(&self, version: &DataVersion) -> bool {
        let kept = self.version.as_ref();
        kept.is_some_and(|kept| kept.is_same(version, Watch::Everything))
    }

    /// `{"mappings": […]}` where each document is known.
    fn body(&self, scope: &Scope, ids: &[DocumentId]) -> Option<Bytes> {
        let pieces = self.pieces.get(scope)?;
        let found: Option<Vec<_>> = ids.iter().map(|id| pieces.get(id)).collect();
        Some(body(&found?))
    }
}

fn body(pieces: &[&Bytes]) -> Bytes {
    let length: usize = pieces.iter().map(|piece| piece.len() + 1).sum();
    let mut body = BytesMut::with_capacity(length + 16);
    body.put_slice(br#"{"mappings":["#);
    let mut is_first = true;
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        if !is_first {
            body.put_u8(b',');
        }
        is_first = false;
        body.put_slice(piece);
    }
    body.put_slice(b"]}");
    body.freeze()
}

impl Standings {
    pub(super) fn new(database: Database) -> Self {
        Self {
            database,
            kept: RwLock::default(),
        }
    }

    /// How these documents stand, in the order of their ids.
    pub(super) async fn read(
        &self,
        metakocka: &Metakocka,
        scope: &Scope,
        mut ids: Vec<DocumentId>,
    ) -> Result<Bytes, StandingsError> {
        ids.sort_unstable();
        ids.dedup();
        // Asked before they are read: what is kept under a version is never older than it.
        let version = self.database.version().await?;
        {
            let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
            if kept.is_of(&version)
                && let Some(body) = kept.body(scope, &ids)
            {
                return Ok(body);
            }
        }
        let mut pieces: HashMap<_, _> = ids.iter().map(|id| (id.clone(), Bytes::new())).collect();
        for mapping in metakocka.mappings(scope, &ids).await? {
            let id = mapping.key.document.clone();
            let piece = serde_json::to_vec(&MappingJson::from(mapping))?;
            pieces.insert(id, piece.into());
        }
        let found: Vec<_> = ids.iter().filter_map(|id| pieces.get(id)).collect();
        let body = body(&found);
        self.keep(version, scope, pieces);
        Ok(body)
    }

    fn keep(&self, version: DataVersion, scope: &Scope, pieces: HashMap<DocumentId, Bytes>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if !kept.is_of(&version) || kept.count > MOST {
            *kept = Kept {
                version: Some(version),
                ..Kept::default()
            };
        }
        kept.count += pieces.len();
        let of_scope = kept.pieces.entry(scope.clone()).or_default();
        of_scope.extend(pieces);
    }
}
