mod read;
mod write;

use async_trait::async_trait;
use auth::Actor;
use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use validation::Page;

use self::write::Statements;
use super::{ImportLine, Imported, ProductRepository, Saved, Window, import};
use crate::{
    events::{self, StockEvent},
    model::{Movement, Product, ProductEdit, ProductId},
};

/// Products in the database.
#[derive(Clone, Debug)]
pub struct SeaProductRepository {
    database: Database,
}

impl SeaProductRepository {
    /// The products of `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    fn statements(&self) -> Statements {
        Statements::new(self.database.backend())
    }
}

#[async_trait]
impl ProductRepository for SeaProductRepository {
    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Product>, StorageError> {
        let backend = self.database.backend();
        self.database
            .read(|connection| read::find(connection, backend, ids))
            .await
    }

    async fn list(&self, terms: &[String], page: Page) -> Result<Window<Product>, StorageError> {
        let backend = self.database.backend();
        self.database
            .read(|connection| read::list_found(connection, backend, terms, page))
            .await
    }

    async fn figures(&self) -> Result<(u64, u64), StorageError> {
        self.database.read(read::figures).await
    }

    async fn list_after(
        &self,
        after: Option<ProductId>,
        limit: u32,
    ) -> Result<Vec<Product>, StorageError> {
        let (backend, after) = (self.database.backend(), after.as_ref());
        self.database
            .read(|connection| read::list_after(connection, backend, after, limit))
            .await
    }

    async fn insert(
        &self,
        product: &Product,
        movements: &[Movement],
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let statements = &self.statements();
        self.database
            .write(|transaction| async move {
                if !statements.insert(&transaction, product).await? {
                    return Ok(false);
                }
                statements.put_variants(&transaction, product, now).await?;
                let facts = [events::of_product(product, now)];
                statements
                    .record(&transaction, movements, &facts, now)
                    .await?;
                Ok::<_, StorageError>(true)
            })
            .await
    }

    async fn edit(
        &self,
        id: &ProductId,
        edit: &ProductEdit,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Saved, StorageError> {
        let statements = &self.statements();
        self.database
            .write(|transaction| async move {
                let Some(before) = read::lock(&*transaction, statements.backend, id).await? else {
                    return Ok::<_, StorageError>(Saved::NotFound);
                };
                let (after, movements) = match before.edited(edit.clone(), actor) {
                    Ok(edited) => edited,
                    Err(refusal) => return Ok(Saved::Refused(refusal)),
                };
                if after == before {
                    return Ok(Saved::Done(Box::new(after)));
                }
                statements.update(&transaction, &after, now).await?;
                if after.variants != before.variants {
                    statements
                        .remove_variants(&transaction, &before, &after)
                        .await?;
                    statements.put_variants(&transaction, &after, now).await?;
                }
                let facts = facts(&after, &movements, now);
                statements
                    .record(&transaction, &movements, &facts, now)
                    .await?;
                let saved = read::find(&*transaction, statements.backend, std::slice::from_ref(id))
                    .await?
                    .pop();
                Ok(saved.map_or(Saved::NotFound, |product| Saved::Done(Box::new(product))))
            })
            .await
    }

    async fn delete(
        &self,
        id: &ProductId,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Saved, StorageError> {
        let statements = &self.statements();
        self.database
            .write(|transaction| async move {
                let Some(product) = read::lock(&*transaction, statements.backend, id).await? else {
                    return Ok::<_, StorageError>(Saved::NotFound);
                };
                let movements = match product.removed(actor) {
                    Ok(movements) => movements,
                    Err(refusal) => return Ok(Saved::Refused(refusal)),
                };
                statements.delete(&transaction, id).await?;
                let facts = [events::of_removed(&product, now)];
                statements
                    .record(&transaction, &movements, &facts, now)
                    .await?;
                Ok(Saved::Done(Box::new(product)))
            })
            .await
    }

    async fn touch(
        &self,
        ids: &[ProductId],
        now: DateTime<Utc>,
    ) -> Result<Vec<Product>, StorageError> {
        let statements = &self.statements();
        self.database
            .write(|transaction| async move {
                statements.touch(&transaction, ids, now).await?;
                let products = read::find(&*transaction, statements.backend, ids).await?;
                let facts: Vec<_> = products
                    .iter()
                    .map(|product| events::of_product(product, now))
                    .collect();
                statements.record(&transaction, &[], &facts, now).await?;
                Ok::<_, StorageError>(products)
            })
            .await
    }

    async fn stage(
        &self,
        import: &str,
        lines: &[ImportLine],
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        import::stage(&self.database, import, lines, now).await
    }

    async fn import(
        &self,
        import: &str,
        actor: &Actor,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Imported, StorageError> {
        import::apply(&self.database, import, (actor, now), limit).await
    }

    async fn discard(&self, import: &str, before: DateTime<Utc>) -> Result<(), StorageError> {
        let delete = "DELETE FROM stock_import_lines WHERE import_id = $1 OR created_at < $2";
        self.database
            .write(|transaction| async move {
                let values = [import.into(), before.timestamp_millis().into()];
                super::sql::execute(&*transaction, delete, values).await?;
                Ok::<_, StorageError>(())
            })
            .await
    }
}

/// What an edit tells: the product as a whole, and each variant that moved.
fn facts(product: &Product, movements: &[Movement], now: DateTime<Utc>) -> Vec<outbox::Fact> {
    let level = |movement: &Movement| {
        let variant = product.find(&movement.variant.size, &movement.variant.color);
        variant.map_or_else(Default::default, |variant| variant.level)
    };
    let of_variant = |movement: &Movement| {
        let level = level(movement);
        events::of_variant(StockEvent::Updated, &movement.variant, level, None, now)
    };
    let whole = std::iter::once(events::of_product(product, now));
    whole.chain(movements.iter().map(of_variant)).collect()
}
