use chrono::{DateTime, Utc};
use database::Backend;
use outbox::Fact;
use sea_orm::{DatabaseTransaction, DbErr, Value};
use validation::Text;

use crate::{
    model::{Movement, Product, ProductId, VariantKey},
    repository::{
        ledger, sql,
        table::{Given, Kind, any, given, list},
    },
};

/// The statements that write products.
pub(super) struct Statements {
    pub(super) backend: Backend,
    ledger: String,
}

impl Statements {
    pub(super) fn new(backend: Backend) -> Self {
        Self {
            backend,
            ledger: ledger::insert(backend, 2),
        }
    }

    /// Adds the row of a product; `false` where the id is taken.
    pub(super) async fn insert(
        &self,
        transaction: &DatabaseTransaction,
        product: &Product,
    ) -> Result<bool, DbErr> {
        let insert = "INSERT INTO products (title, description, price_minor, currency, search, id, created_at, \
                      updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (id) DO NOTHING";
        let mut values = fields(product);
        values.push(product.created_at.timestamp_millis().into());
        let inserted = sql::execute(transaction, insert, values).await?;
        Ok(inserted.rows_affected() > 0)
    }

    /// Writes the row of a product anew.
    pub(super) async fn update(
        &self,
        transaction: &DatabaseTransaction,
        product: &Product,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let update = format!(
            "UPDATE products SET title = $1, description = $2, price_minor = $3, currency = $4, search = $5, {} \
             WHERE id = $6",
            sql::touched(self.backend, "products", "$7")
        );
        let mut values = fields(product);
        values.push(now.timestamp_millis().into());
        sql::execute(transaction, &update, values).await.map(drop)
    }

    /// Writes all variants of a product.
    pub(super) async fn put_variants(
        &self,
        transaction: &DatabaseTransaction,
        product: &Product,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        if product.variants.is_empty() {
            return Ok(());
        }
        let columns = [
            ("size", Kind::Text),
            ("color", Kind::Text),
            ("stock", Kind::Number),
            ("reserved", Kind::Number),
        ];
        let put = format!(
            "INSERT INTO stock_variants (product_id, size, color, position, stock, reserved, updated_at) \
             SELECT $2, size, color, n, stock, reserved, CAST($1 AS BIGINT) FROM {} WHERE 1 = 1 \
             ON CONFLICT (product_id, size, color) DO UPDATE SET position = excluded.position, stock = excluded.stock, {}",
            given(self.backend, &columns, 3),
            sql::touched(self.backend, "stock_variants", "$1")
        );
        let variants = || product.variants.iter();
        let given = Given::new()
            .texts(variants().map(|variant| variant.size.as_str()))
            .texts(variants().map(|variant| variant.color.as_str()))
            .numbers(variants().map(|variant| variant.level.stock()))
            .numbers(variants().map(|variant| variant.level.reserved()));
        let before = [now.timestamp_millis().into(), product.id.as_str().into()];
        let values = given.values(self.backend, before);
        sql::execute(transaction, &put, values).await.map(drop)
    }

    /// Deletes the variants that are not there `after`.
    pub(super) async fn remove_variants(
        &self,
        transaction: &DatabaseTransaction,
        before: &Product,
        after: &Product,
    ) -> Result<(), DbErr> {
        let variants = before.variants.iter();
        let gone = variants.filter(|variant| after.find(&variant.size, &variant.color).is_none());
        let gone: Vec<VariantKey> = gone.map(|variant| before.key(variant)).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let columns = ["size", "color"].map(|name| (name, Kind::Text));
        let delete = format!(
            "DELETE FROM stock_variants WHERE product_id = $1 AND EXISTS (SELECT 1 FROM {} \
             WHERE given.size = stock_variants.size AND given.color = stock_variants.color)",
            given(self.backend, &columns, 2)
        );
        let given = Given::new()
            .texts(gone.iter().map(|key| key.size.as_str()))
            .texts(gone.iter().map(|key| key.color.as_str()));
        let values = given.values(self.backend, [before.id.as_str().into()]);
        sql::execute(transaction, &delete, values).await.map(drop)
    }

    /// Deletes a product with its variants.
    pub(super) async fn delete(
        &self,
        transaction: &DatabaseTransaction,
        id: &ProductId,
    ) -> Result<(), DbErr> {
        for delete in [
            "DELETE FROM stock_variants WHERE product_id = $1",
            "DELETE FROM products WHERE id = $1",
        ] {
            sql::execute(transaction, delete, [id.as_str().into()]).await?;
        }
        Ok(())
    }

    /// Marks products as changed.
    pub(super) async fn touch(
        &self,
        transaction: &DatabaseTransaction,
        ids: &[ProductId],
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let ids = || list(self.backend, ids.iter().map(ProductId::as_str));
        let lock = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM products WHERE {} ORDER BY id{}) AS locked",
            any(self.backend, "id", 1),
            sql::for_update(self.backend)
        );
        sql::count(transaction, &lock, [ids()]).await?;
        let touch = format!(
            "UPDATE products SET {} WHERE {}",
            sql::touched(self.backend, "products", "$1"),
            any(self.backend, "id", 2)
        );
        let values = [now.timestamp_millis().into(), ids()];
        sql::execute(transaction, &touch, values).await.map(drop)
    }

    /// Writes the ledger, and what is told.
    pub(super) async fn record(
        &self,
        transaction: &DatabaseTransaction,
        movements: &[Movement],
        facts: &[Fact],
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        ledger::write(transaction, (self.backend, &self.ledger), movements, now).await?;
        outbox::append(transaction, facts, now).await
    }
}

/// The parameters `$1` to `$6` of a row.
fn fields(product: &Product) -> Vec<Value> {
    let (title, id) = (product.title.as_str(), product.id.as_str());
    let description = product.description.as_ref().map(Text::as_str);
    vec![
        title.into(),
        description.into(),
        product.price.minor().into(),
        product.price.currency().into(),
        Product::search_text(title, id, description).into(),
        id.into(),
    ]
}
