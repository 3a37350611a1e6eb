//! A CSV file on its way in: lines are put aside as they come, and all of them applied at once.

use auth::Actor;
use chrono::{DateTime, Utc};
use database::{Backend, Database, StorageError};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, Value};
use validation::Text;

use super::{
    ImportCounts, ImportLine, Imported, LineError, sql,
    table::{Given, Kind, given},
};
use crate::{
    events::{StockEvent, rfc3339},
    model::{self, Product},
};

/// So many lines make tables grow.
const LARGE: u64 = 1_000;
const SAME_VARIANT: &str = "v.product_id = l.product_id AND v.size = l.size AND v.color = l.color";

/// See [`ProductRepository::stage`](super::ProductRepository::stage).
pub(super) async fn stage(
    database: &Database,
    import: &str,
    lines: &[ImportLine],
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let backend = database.backend();
    let (text, number) = (|name| (name, Kind::Text), |name| (name, Kind::Number));
    let columns = [
        number("line"),
        text("product_id"),
        text("title"),
        text("description"),
        number("price_minor"),
        text("currency"),
        text("search"),
        text("size"),
        text("color"),
        number("stock"),
    ];
    let insert = &format!(
        "INSERT INTO stock_import_lines (import_id, line, product_id, title, description, price_minor, currency, search, \
         size, color, stock, created_at) SELECT $1, line, product_id, NULLIF(title, ''), NULLIF(description, ''), \
         price_minor, currency, search, NULLIF(size, ''), NULLIF(color, ''), NULLIF(stock, -1), CAST($2 AS BIGINT) FROM {}",
        given(backend, &columns, 3)
    );
    let given = &columns_of(lines);
    database
        .write(|transaction| async move {
            let before: [Value; 2] = [import.into(), now.timestamp_millis().into()];
            let values = given.clone().values(backend, before);
            sql::execute(&*transaction, insert, values).await?;
            Ok::<_, StorageError>(())
        })
        .await
}

fn columns_of(lines: &[ImportLine]) -> Given {
    let products = || lines.iter().map(|line| line.product.as_ref());
    let variants = || lines.iter().map(|line| line.variant.as_ref());
    let description = |product: &super::ImportProduct| {
        let description = product.description.as_ref();
        description.map_or("", Text::as_str).to_owned()
    };
    let descriptions: Vec<_> = products()
        .map(|p| p.map(description).unwrap_or_default())
        .collect();
    let search = |line: &ImportLine| {
        line.product.as_ref().map_or_else(String::new, |product| {
            let description = product.description.as_ref().map(Text::as_str);
            Product::search_text(
                product.title.as_str(),
                line.product_id.as_str(),
                description,
            )
        })
    };
    let searches: Vec<_> = lines.iter().map(search).collect();
    Given::new()
        .numbers(lines.iter().map(|line| line.line.cast_signed()))
        .texts(lines.iter().map(|line| line.product_id.as_str()))
        .texts(products().map(|p| p.map_or("", |p| p.title.as_str())))
        .texts(descriptions.iter().map(String::as_str))
        .numbers(products().map(|p| p.map_or(0, |p| p.price.minor())))
        .texts(products().map(|p| p.map_or("", |p| p.price.currency())))
        .texts(searches.iter().map(String::as_str))
        .texts(variants().map(|v| v.map_or("", |(key, _)| key.size.as_str())))
        .texts(variants().map(|v| v.map_or("", |(key, _)| key.color.as_str())))
        .numbers(variants().map(|v| {
            v.and_then(|(_, stock)| *stock)
                .map_or(-1, model::Units::get)
        }))
}

/// See [`ProductRepository::import`](super::ProductRepository::import).
pub(super) async fn apply(
    database: &Database,
    import: &str,
    (actor, now): (&Actor, DateTime<Utc>),
    limit: u32,
) -> Result<Imported, StorageError> {
    let run = &Run {
        backend: database.backend(),
        import,
        actor,
        now,
    };
    analyze(database, "stock_import_lines").await;
    let imported = database
        .write(|transaction| async move {
            run.lock(&transaction).await?;
            let (errors, total) = run.errors(&transaction, limit).await?;
            let imported = if total == 0 {
                let counts = run.counts(&transaction).await?;
                run.write(&transaction).await?;
                Imported::Done(counts)
            } else {
                Imported::Refused(errors, total)
            };
            let delete = "DELETE FROM stock_import_lines WHERE import_id = $1";
            sql::execute(&*transaction, delete, [import.into()]).await?;
            Ok::<_, StorageError>(imported)
        })
        .await?;
    if let Imported::Done(counts) = &imported
        && counts.lines >= LARGE
    {
        analyze(database, "products, stock_variants, stock_movements").await;
    }
    Ok(imported)
}

/// Tells Postgres how much there is now: what it plans by is from before the import.
async fn analyze(database: &Database, tables: &str) {
    if database.backend() == Backend::Postgres {
        let analyze = format!("ANALYZE {tables}");
        if let Err(error) = database.writer().execute_unprepared(&analyze).await {
            tracing::warn!(%error, tables, "tables were not analyzed for an import");
        }
    }
}

/// One import, inside of its transaction. In every statement `$1` is the import.
struct Run<'a> {
    backend: Backend,
    import: &'a str,
    actor: &'a Actor,
    now: DateTime<Utc>,
}

/// What is wrong with lines, seen together and with what is there.
///
/// Lines are compared by numbering those of each variant. To look for an earlier line for every line took SQLite, and
/// Postgres as long as it has not counted the lines, half the file for each.
const ERRORS: &str = "\
    SELECT n.line, 'size' AS field, 'this variant stands in an earlier line too' AS error FROM (\
      SELECT l.line, ROW_NUMBER() OVER (PARTITION BY l.product_id, l.size, l.color ORDER BY l.line) AS number \
      FROM stock_import_lines l WHERE l.import_id = $1 AND l.size IS NOT NULL) AS n WHERE n.number > 1 \
    UNION ALL \
    SELECT MIN(l.line), 'title', 'is required for a new product' FROM stock_import_lines l WHERE l.import_id = $1 \
      AND NOT EXISTS (SELECT 1 FROM products p WHERE p.id = l.product_id) GROUP BY l.product_id HAVING COUNT(l.title) = 0 \
    UNION ALL \
    SELECT l.line, 'stock', 'is below the ' || v.reserved || ' units that are reserved' FROM stock_import_lines l \
      JOIN stock_variants v ON v.product_id = l.product_id AND v.size = l.size AND v.color = l.color \
      WHERE l.import_id = $1 AND l.stock < v.reserved \
    UNION ALL \
    SELECT MAX(l.line), 'productId', 'a product has at most 500 variants' FROM stock_import_lines l \
      WHERE l.import_id = $1 AND l.size IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stock_variants v \
        WHERE v.product_id = l.product_id AND v.size = l.size AND v.color = l.color) \
      GROUP BY l.product_id HAVING COUNT(*) + (SELECT COUNT(*) FROM stock_variants v WHERE v.product_id = l.product_id) > 500";

impl Run<'_> {
    /// Products first, then variants, each in the order in which everybody locks them.
    async fn lock(&self, transaction: &DatabaseTransaction) -> Result<(), DbErr> {
        let for_update = sql::for_update(self.backend);
        let own = "FROM stock_import_lines l WHERE l.import_id = $1";
        for locked in [
            format!("products v WHERE v.id IN (SELECT l.product_id {own}) ORDER BY v.id"),
            format!(
                "stock_variants v WHERE EXISTS (SELECT 1 {own} AND {SAME_VARIANT}) \
                 ORDER BY v.product_id, v.size, v.color"
            ),
        ] {
            let lock =
                format!("SELECT COUNT(*) FROM (SELECT 1 FROM {locked}{for_update}) AS locked");
            sql::count(transaction, &lock, [self.import.into()]).await?;
        }
        Ok(())
    }

    async fn errors(
        &self,
        transaction: &DatabaseTransaction,
        limit: u32,
    ) -> Result<(Vec<LineError>, u64), DbErr> {
        let count = format!("SELECT COUNT(*) FROM ({ERRORS}) AS errors");
        let total = sql::count(transaction, &count, [self.import.into()]).await?;
        if total == 0 {
            return Ok((Vec::new(), 0));
        }
        let select = format!("SELECT * FROM ({ERRORS}) AS errors ORDER BY line, field LIMIT $2");
        let values = [self.import.into(), i64::from(limit).into()];
        let rows = sql::query(transaction, &select, values).await?;
        let error = |row: &sea_orm::QueryResult| {
            let line: i64 = row.try_get("", "line")?;
            Ok::<_, DbErr>(LineError {
                line: line.unsigned_abs(),
                field: row.try_get("", "field")?,
                error: row.try_get("", "error")?,
            })
        };
        let errors: Result<_, _> = rows.iter().map(error).collect();
        Ok((errors?, total))
    }

    async fn counts(&self, transaction: &DatabaseTransaction) -> Result<ImportCounts, DbErr> {
        let known = "EXISTS (SELECT 1 FROM products p WHERE p.id = l.product_id)";
        let select = format!(
            "SELECT COUNT(*) AS lines, COUNT(DISTINCT CASE WHEN NOT {known} THEN l.product_id END) AS created, \
             COUNT(DISTINCT CASE WHEN {known} THEN l.product_id END) AS updated, \
             COUNT(CASE WHEN l.size IS NOT NULL AND v.size IS NULL THEN 1 END) AS variants, \
             COUNT(CASE WHEN l.stock <> v.stock THEN 1 END) AS stocks \
             FROM stock_import_lines l LEFT JOIN stock_variants v ON {SAME_VARIANT} WHERE l.import_id = $1"
        );
        let rows = sql::query(transaction, &select, [self.import.into()]).await?;
        let Some(row) = rows.first() else {
            return Ok(ImportCounts::default());
        };
        let number = |column| row.try_get::<i64>("", column).map(i64::unsigned_abs);
        Ok(ImportCounts {
            lines: number("lines")?,
            products_created: number("created")?,
            products_updated: number("updated")?,
            variants_created: number("variants")?,
            stocks_changed: number("stocks")?,
        })
    }

    async fn write(&self, transaction: &DatabaseTransaction) -> Result<(), DbErr> {
        let now = Value::from(self.now.timestamp_millis());
        let plain = || vec![self.import.into(), now.clone()];
        sql::execute(transaction, &self.products(), plain()).await?;
        let actor = [self.actor.id.as_str().into(), self.actor.kind.into()];
        let values = plain().into_iter().chain(actor).collect::<Vec<_>>();
        sql::execute(transaction, &ledger(), values).await?;
        sql::execute(transaction, &self.variants(), plain()).await?;
        let told = [
            StockEvent::Updated.as_str().into(),
            rfc3339(self.now).into(),
        ];
        let values = plain().into_iter().chain(told).collect::<Vec<_>>();
        sql::execute(transaction, &self.outbox(), values).await?;
        Ok(())
    }

    /// Of several lines that say what a product is, the first one counts.
    fn products(&self) -> String {
        let touched = sql::touched(self.backend, "products", "$2");
        format!(
            "INSERT INTO products (id, title, description, price_minor, currency, search, created_at, updated_at) \
             SELECT l.product_id, l.title, l.description, l.price_minor, l.currency, l.search, CAST($2 AS BIGINT), \
             CAST($2 AS BIGINT) FROM (SELECT t.*, ROW_NUMBER() OVER (PARTITION BY t.product_id ORDER BY t.line) AS number \
             FROM stock_import_lines t WHERE t.import_id = $1 AND t.title IS NOT NULL) AS l \
             WHERE l.number = 1 ORDER BY l.product_id \
             ON CONFLICT (id) DO UPDATE SET title = excluded.title, description = excluded.description, \
             price_minor = excluded.price_minor, currency = excluded.currency, search = excluded.search, {touched}"
        )
    }

    fn variants(&self) -> String {
        let touched = sql::touched(self.backend, "stock_variants", "$2");
        format!(
            "INSERT INTO stock_variants (product_id, size, color, position, stock, reserved, updated_at) \
             SELECT l.product_id, l.size, l.color, (SELECT COALESCE(MAX(o.position), 0) FROM stock_variants o \
             WHERE o.product_id = l.product_id) + l.line, COALESCE(l.stock, 0), 0, CAST($2 AS BIGINT) {} \
             ORDER BY l.product_id, l.size, l.color \
             ON CONFLICT (product_id, size, color) DO UPDATE SET stock = excluded.stock, {touched}",
            changed()
        )
    }

    fn outbox(&self) -> String {
        let (object, text) = match self.backend {
            Backend::Sqlite => ("json_object", ""),
            Backend::Postgres => ("json_build_object", "::text"),
        };
        format!(
            "{}SELECT 'everybody', $3, {object}('productId', p.id, 'stock', (SELECT COALESCE(SUM(v.stock), 0) \
             FROM stock_variants v WHERE v.product_id = p.id), 'timestamp', CAST($4 AS TEXT)){text}, CAST($2 AS BIGINT) \
             FROM products p WHERE p.id IN (SELECT l.product_id FROM stock_import_lines l WHERE l.import_id = $1) \
             ORDER BY p.id",
            outbox::INSERT
        )
    }
}

/// The lines that make a variant, or change its stock.
fn changed() -> String {
    format!(
        "FROM stock_import_lines l LEFT JOIN stock_variants v ON {SAME_VARIANT} \
         WHERE l.import_id = $1 AND l.size IS NOT NULL AND (v.size IS NULL OR l.stock <> v.stock)"
    )
}

/// What the ledger says of the lines.
fn ledger() -> String {
    let kind = "CASE WHEN v.size IS NULL THEN 'opening' ELSE 'import' END";
    format!(
        "INSERT INTO stock_movements (product_id, size, color, kind, reason, delta, balance_after, actor_id, \
         actor_kind, created_at) SELECT l.product_id, l.size, l.color, {kind}, {kind}, \
         COALESCE(l.stock, 0) - COALESCE(v.stock, 0), COALESCE(l.stock, 0), $3, $4, CAST($2 AS BIGINT) {} ORDER BY l.line",
        changed()
    )
}
