use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::{Scoped, StockWrite};
use axum::{extract::State, http::StatusCode};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::{Amount, Page, Text, Violations};

use super::{
    headers::Read,
    wire::{FreshnessQuery, Moment, ProductJson, nullable},
};
use crate::{
    model::{
        Adjustment, Change, Label, Price, PriceError, ProductDraft, ProductEdit, ProductId, Units,
        VariantDraft, VariantEdit, VariantKey,
    },
    service::Stock,
    shown::Freshness,
};

/// Which products.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ProductsQuery {
    /// Words in title, id or description, in any case; all of them must be there.
    #[param(value_type = Option<String>, max_length = 200)]
    q: Option<String>,
}

/// Products, newest first.
#[utoipa::path(get, path = "/api/products", operation_id = "list_products", tag = "products", params(ProductsQuery, PageQuery),
    responses((status = 200, body = Listing<ProductJson>), (status = 400, body = ErrorBody)))]
pub(super) async fn list(
    State(stock): State<Stock>,
    Query(query): Query<ProductsQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Read<Json<Listing<ProductJson>>>, ApiError> {
    let page = Page::try_from(page)?;
    let text = query.q.as_deref().map(Text::<200>::parse_optional);
    let text = text
        .transpose()
        .map_err(|error| Violations::one("q", error))?;
    let text = text.flatten();
    let (items, total) = stock.list(text.as_ref().map(Text::as_str), page).await?;
    Ok(Read(
        Freshness::Recent,
        Json(Listing::new(items, page, total)),
    ))
}

/// A size of a product, with its colors.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SizeRequest {
    #[schema(value_type = String, max_length = 200)]
    size: Label,
    color_variants: Vec<ColorRequest>,
}

/// A color.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ColorRequest {
    #[schema(value_type = String, max_length = 200)]
    color: Label,
    /// Left out: as many as there are, none of a new one.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    stock: Option<Units>,
}

fn variants(sizes: Vec<SizeRequest>) -> Vec<VariantEdit> {
    let of_size = |SizeRequest {
                       size,
                       color_variants,
                   }| {
        let variant = move |color: ColorRequest| VariantEdit {
            size: Label::clone(&size),
            color: color.color,
            stock: color.stock,
        };
        color_variants.into_iter().map(variant)
    };
    sizes.into_iter().flat_map(of_size).collect()
}

fn price(amount: Decimal, currency: &str) -> Result<Price, Violations> {
    Price::new(amount, currency).map_err(|error| {
        let field = match error {
            PriceError::Currency(_) => "currency",
            PriceError::Amount(_) => "price",
        };
        Violations::one(field, error)
    })
}

/// A new product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateProduct {
    /// A given id; otherwise one is made.
    #[serde(rename = "_id")]
    #[schema(value_type = Option<String>)]
    id: Option<ProductId>,
    #[schema(value_type = String, max_length = 200)]
    title: Text<200>,
    #[schema(value_type = Option<String>, max_length = 4000)]
    description: Option<String>,
    /// A number or a decimal text; 0 where it is left out.
    #[schema(value_type = Option<f64>)]
    price: Option<Amount>,
    /// ISO 4217, or what the shop calls it, up to 8 characters; USD where it is left out.
    #[schema(max_length = 8)]
    currency: Option<String>,
    size_variants: Option<Vec<SizeRequest>>,
}

fn description(text: Option<&str>) -> Result<Option<Text<4000>>, Violations> {
    let text = text.map(Text::parse_optional).transpose();
    text.map(Option::flatten)
        .map_err(|error| Violations::one("description", error))
}

impl CreateProduct {
    fn into_draft(self) -> Result<ProductDraft, Violations> {
        let amount = self.price.map_or(Decimal::ZERO, |amount| amount.0);
        let currency = self.currency.as_deref().unwrap_or(Price::DEFAULT_CURRENCY);
        let variants = variants(self.size_variants.unwrap_or_default()).into_iter();
        let variants = variants.map(|variant| VariantDraft {
            size: variant.size,
            color: variant.color,
            stock: variant.stock.unwrap_or_default(),
        });
        Ok(ProductDraft {
            id: self.id,
            title: self.title,
            description: description(self.description.as_deref())?,
            price: price(amount, currency)?,
            variants: variants.collect(),
        })
    }
}

/// Makes a product. The first line in the ledger of each variant is its `opening`.
#[utoipa::path(post, path = "/api/products", operation_id = "create_product", tag = "products", request_body = CreateProduct,
    security(("bearer" = [])),
    responses((status = 201, body = ProductJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn create(
    State(stock): State<Stock>,
    writer: Scoped<StockWrite>,
    Json(request): Json<CreateProduct>,
) -> Result<(StatusCode, Json<ProductJson>), ApiError> {
    let draft = request.into_draft()?;
    let product = stock.create(draft, &writer.caller().actor()).await?;
    Ok((StatusCode::CREATED, Json(product.into())))
}

/// A product.
#[utoipa::path(get, path = "/api/products/{id}", operation_id = "find_product", tag = "products",
    params(("id" = String, Path), FreshnessQuery),
    responses((status = 200, body = ProductJson), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn find(
    State(stock): State<Stock>,
    Path(id): Path<ProductId>,
    Query(query): Query<FreshnessQuery>,
) -> Result<Read<Json<ProductJson>>, ApiError> {
    let freshness = query.freshness();
    let shown = stock.find(&id, freshness).await?;
    Ok(Read(freshness, Json(ProductJson::from(&shown.product))))
}

/// What is to change; what is left out stays.
#[expect(clippy::option_option, reason = "null and left out are two things")]
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EditProduct {
    #[schema(value_type = Option<String>, max_length = 200)]
    title: Option<Text<200>>,
    /// Null removes it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 4000)]
    description: Option<Option<String>>,
    #[schema(value_type = Option<f64>)]
    price: Option<Amount>,
    #[schema(max_length = 8)]
    currency: Option<String>,
    /// All variants: those that are not named are removed.
    size_variants: Option<Vec<SizeRequest>>,
}

impl EditProduct {
    async fn into_edit(self, stock: &Stock, id: &ProductId) -> Result<ProductEdit, ApiError> {
        let price = match (self.price, self.currency) {
            (None, None) => None,
            (Some(amount), Some(currency)) => Some(price(amount.0, &currency)?),
            (amount, currency) => {
                let known = stock.find(id, Freshness::Exact).await?;
                let known = &known.product.price;
                let amount = amount.map_or_else(|| known.amount(), |amount| amount.0);
                let currency = currency.as_deref().unwrap_or(known.currency());
                Some(price(amount, currency)?)
            }
        };
        Ok(ProductEdit {
            title: self.title,
            description: self
                .description
                .map(|text| description(text.as_deref()))
                .transpose()?,
            price,
            variants: self.size_variants.map(variants),
        })
    }
}

/// Edits a product. A stock that changes is a movement in the ledger; a variant that is held cannot be removed.
#[utoipa::path(put, path = "/api/products/{id}", operation_id = "edit_product", tag = "products", params(("id" = String, Path)),
    request_body = EditProduct, security(("bearer" = [])),
    responses((status = 200, body = ProductJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn edit(
    State(stock): State<Stock>,
    writer: Scoped<StockWrite>,
    Path(id): Path<ProductId>,
    Json(request): Json<EditProduct>,
) -> Result<Json<ProductJson>, ApiError> {
    let edit = request.into_edit(&stock, &id).await?;
    let product = stock.edit(&id, &edit, &writer.caller().actor()).await?;
    Ok(Json(product.into()))
}

/// It is gone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductDeleted)]
pub(super) struct Deleted {
    success: bool,
}

/// Deletes a product of which nobody holds anything. Its ledger stays.
#[utoipa::path(delete, path = "/api/products/{id}", operation_id = "delete_product", tag = "products",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = Deleted), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn delete(
    State(stock): State<Stock>,
    writer: Scoped<StockWrite>,
    Path(id): Path<ProductId>,
) -> Result<Json<Deleted>, ApiError> {
    stock.delete(&id, &writer.caller().actor()).await?;
    Ok(Json(Deleted { success: true }))
}

/// A count of one variant: `delta` or `set`.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct AdjustRequest {
    #[schema(value_type = String, max_length = 200)]
    size: Label,
    #[schema(value_type = String, max_length = 200)]
    color: Label,
    /// How many more, or fewer.
    #[schema(minimum = -1_000_000_000, maximum = 1_000_000_000)]
    delta: Option<i64>,
    /// How many there are.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    set: Option<Units>,
    /// Why; it stands in the ledger.
    #[schema(value_type = Option<String>, max_length = 200)]
    reason: Option<String>,
}

impl AdjustRequest {
    fn into_adjustment(self, product: ProductId) -> Result<Adjustment, Violations> {
        let change = match (self.delta, self.set) {
            (Some(delta), None) if delta.unsigned_abs() <= Units::MAX.unsigned_abs() => {
                Change::By(delta)
            }
            (Some(_), None) => {
                let error = "must be a whole number from -1000000000 to 1000000000";
                return Err(Violations::one("delta", error));
            }
            (None, Some(units)) => Change::To(units),
            _ => return Err(Violations::one("delta", "or set is required, and not both")),
        };
        let reason = self.reason.as_deref().map(Text::parse_optional).transpose();
        let reason = reason.map_err(|error| Violations::one("reason", error))?;
        Ok(Adjustment {
            variant: VariantKey {
                product,
                size: self.size,
                color: self.color,
            },
            change,
            reason: reason.flatten(),
        })
    }
}

/// A variant as it is counted now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AdjustAnswer {
    success: bool,
    product_id: String,
    size: String,
    color: String,
    stock: i64,
    reserved: i64,
    available: i64,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

/// Counts a variant anew: neither below zero nor below what is held.
#[utoipa::path(post, path = "/api/products/{id}/stock/adjust", tag = "products", params(("id" = String, Path)),
    request_body = AdjustRequest, security(("bearer" = [])),
    responses((status = 200, body = AdjustAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn adjust(
    State(stock): State<Stock>,
    writer: Scoped<StockWrite>,
    Path(id): Path<ProductId>,
    Json(request): Json<AdjustRequest>,
) -> Result<Json<AdjustAnswer>, ApiError> {
    let adjustment = request.into_adjustment(id)?;
    let level = stock.adjust(&adjustment, &writer.caller().actor()).await?;
    let VariantKey {
        product,
        size,
        color,
    } = adjustment.variant;
    Ok(Json(AdjustAnswer {
        success: true,
        product_id: product.to_string(),
        size: size.to_string(),
        color: color.to_string(),
        stock: level.stock(),
        reserved: level.reserved(),
        available: level.available(),
        timestamp: Moment(stock.now()),
    }))
}
