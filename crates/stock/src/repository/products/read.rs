use std::collections::HashMap;

use database::{Backend, StorageError};
use sea_orm::{ConnectionTrait, QueryResult};
use validation::Page;

use crate::{
    model::{Product, ProductId, Times, Variant},
    repository::{
        Window,
        entity::{self, Change, PRODUCT, VARIANT},
        search, sql,
        table::{any, list},
    },
};

/// Products by their ids, in the order of these.
pub(super) async fn find(
    connection: &impl ConnectionTrait,
    backend: Backend,
    ids: &[ProductId],
) -> Result<Vec<Product>, StorageError> {
    let any = any(backend, "p.id", 1);
    let select = format!("SELECT {PRODUCT} FROM products p WHERE {any}");
    let values = [list(backend, ids.iter().map(ProductId::as_str))];
    let rows = sql::query(connection, &select, values).await?;
    let mut products = with_variants(connection, backend, &rows, Lock::None).await?;
    let places: HashMap<&str, usize> = ids.iter().map(ProductId::as_str).zip(0..).collect();
    products.sort_by_key(|product| places.get(product.id.as_str()).copied());
    Ok(products)
}

/// A product as nobody else can change it until the end of the transaction.
pub(super) async fn lock(
    connection: &impl ConnectionTrait,
    backend: Backend,
    id: &ProductId,
) -> Result<Option<Product>, StorageError> {
    let for_update = sql::for_update(backend);
    let select = format!("SELECT {PRODUCT} FROM products p WHERE p.id = $1{for_update}");
    let rows = sql::query(connection, &select, [id.as_str().into()]).await?;
    let products = with_variants(connection, backend, &rows, Lock::Rows).await?;
    Ok(products.into_iter().next())
}

/// See [`ProductRepository::list`](crate::ProductRepository::list).
pub(super) async fn list_found(
    connection: &impl ConnectionTrait,
    backend: Backend,
    terms: &[String],
    page: Page,
) -> Result<Window<Product>, StorageError> {
    let (condition, mut values) = search::condition(backend, terms);
    let count = format!("SELECT COUNT(*) FROM products p WHERE {condition}");
    let total = sql::count(connection, &count, values.clone()).await?;
    let (limit, offset) = (values.len() + 1, values.len() + 2);
    let select = format!(
        "SELECT {PRODUCT} FROM products p WHERE {condition} ORDER BY p.created_at DESC, p.id DESC \
         LIMIT ${limit} OFFSET ${offset}"
    );
    values.push(i64::from(page.size()).into());
    values.push(page.offset().cast_signed().into());
    let rows = sql::query(connection, &select, values).await?;
    let products = with_variants(connection, backend, &rows, Lock::None).await?;
    Ok((products, total))
}

/// See [`ProductRepository::figures`](crate::ProductRepository::figures).
pub(super) async fn figures(connection: &impl ConnectionTrait) -> Result<(u64, u64), StorageError> {
    let all = "SELECT COUNT(*) FROM products";
    let sold_out = "SELECT COUNT(*) FROM products p WHERE NOT EXISTS \
                    (SELECT 1 FROM stock_variants v WHERE v.product_id = p.id AND v.stock > 0)";
    Ok((
        sql::count(connection, all, []).await?,
        sql::count(connection, sold_out, []).await?,
    ))
}

/// See [`ProductRepository::list_after`](crate::ProductRepository::list_after).
pub(super) async fn list_after(
    connection: &impl ConnectionTrait,
    backend: Backend,
    after: Option<&ProductId>,
    limit: u32,
) -> Result<Vec<Product>, StorageError> {
    let select = format!("SELECT {PRODUCT} FROM products p WHERE p.id > $1 ORDER BY p.id LIMIT $2");
    let values = [
        after.map_or("", ProductId::as_str).into(),
        i64::from(limit).into(),
    ];
    let rows = sql::query(connection, &select, values).await?;
    with_variants(connection, backend, &rows, Lock::None).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    None,
    Rows,
}

/// The products of `rows`, in their order.
async fn with_variants(
    connection: &impl ConnectionTrait,
    backend: Backend,
    rows: &[QueryResult],
    lock: Lock,
) -> Result<Vec<Product>, StorageError> {
    let products: Result<Vec<_>, _> = rows.iter().map(entity::product).collect();
    let mut products = products?;
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let any = any(backend, "v.product_id", 1);
    let locks = match lock {
        Lock::None => "",
        Lock::Rows => sql::for_update(backend),
    };
    // In the order in which rows are locked; their places in the product come after.
    let select = format!(
        "SELECT {VARIANT} FROM stock_variants v WHERE {any} ORDER BY v.product_id, v.size, v.color{locks}"
    );
    let ids = products.iter().map(|(product, _)| product.id.as_str());
    let rows = sql::query(connection, &select, [list(backend, ids)]).await?;
    let mut variants: HashMap<String, Vec<(i64, Variant, Change)>> = HashMap::new();
    for row in &rows {
        let (product, variant, change) = entity::variant(row)?;
        let position: i64 = row.try_get("", "position")?;
        variants
            .entry(product)
            .or_default()
            .push((position, variant, change));
    }
    for (product, change) in &mut products {
        let mut own = variants.remove(product.id.as_str()).unwrap_or_default();
        own.sort_by_key(|(position, ..)| *position);
        let changes = own.iter().map(|(_, _, change)| *change);
        product.times = Times::new(changes.chain([*change]));
        product.variants = own.into_iter().map(|(_, variant, _)| variant).collect();
    }
    Ok(products.into_iter().map(|(product, _)| product).collect())
}
