use std::{fmt, hash::Hash, sync::Arc};

use crate::{DataVersion, Database, StorageError, Watch};

/// Values read from the database, given out again only while nothing that they depend on has been committed since.
///
/// A hit costs a share of one tiny statement ([`Database::version`]) instead of a query, and is as fresh as a query:
/// a change made by another node, or by another program in the tables, is seen at once. It pays where reads come in
/// bursts between writes, and costs next to nothing where they do not.
#[derive(Clone)]
pub struct CheckedCache<K, V> {
    database: Database,
    watch: Watch,
    entries: Arc<quick_cache::sync::Cache<K, (DataVersion, V)>>,
}

impl<K: Hash + Eq + Send + Sync, V: Clone + Send + Sync> CheckedCache<K, V> {
    /// A cache of at most `capacity` values that depend on what is watched.
    pub fn new(database: Database, watch: Watch, capacity: usize) -> Self {
        Self {
            database,
            watch,
            entries: Arc::new(quick_cache::sync::Cache::new(capacity)),
        }
    }

    /// The value at `key`, loaded where the kept one may be out of date.
    pub async fn get_or_load<E>(
        &self,
        key: K,
        load: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E>
    where
        E: From<StorageError>,
    {
        // Asked before the value is loaded: what is kept under a version is never older than it.
        let version = self.database.version().await?;
        if let Some((kept, value)) = self.entries.get(&key)
            && kept.is_same(&version, self.watch)
        {
            return Ok(value);
        }
        let value = load.await?;
        self.entries.insert(key, (version, value.clone()));
        Ok(value)
    }
}

impl<K, V> fmt::Debug for CheckedCache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedCache")
            .field("watch", &self.watch)
            .finish_non_exhaustive()
    }
}
