use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Query};
use auth::{Scoped, StockWrite};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::Page;

use super::wire::Moment;
use crate::{
    model::{OrderId, ProductId, RecordedMovement},
    repository::MovementFilter,
    service::Stock,
};

/// Which movements.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct MovementsQuery {
    /// Those of one product.
    #[param(value_type = Option<String>)]
    product_id: Option<ProductId>,
    /// Those of one order.
    #[param(value_type = Option<String>)]
    order_id: Option<OrderId>,
}

/// A line of the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Movement)]
pub(super) struct MovementJson {
    id: i64,
    product_id: String,
    size: String,
    color: String,
    /// How many units came, or went.
    delta: i64,
    /// How many there were then.
    balance_after: i64,
    /// `opening`, `order`, `release`, `adjust`, `edit`, `import`, `removal`.
    kind: String,
    /// What somebody who adjusted said; otherwise the kind.
    reason: String,
    order_id: Option<String>,
    reservation_id: Option<String>,
    actor: ActorJson,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MovementActor)]
pub(super) struct ActorJson {
    id: String,
    /// `admin`, `service` or `system`.
    kind: String,
}

impl From<RecordedMovement> for MovementJson {
    fn from(movement: RecordedMovement) -> Self {
        let [product_id, size, color] = movement.variant;
        let (id, kind) = movement.actor;
        Self {
            id: movement.id,
            product_id,
            size,
            color,
            delta: movement.delta,
            balance_after: movement.balance_after,
            kind: movement.kind,
            reason: movement.reason,
            order_id: movement.order_id,
            reservation_id: movement.reservation_id,
            actor: ActorJson { id, kind },
            created_at: Moment(movement.at),
        }
    }
}

/// The ledger, newest first; also of products that are gone.
#[utoipa::path(get, path = "/api/stock/movements", tag = "stock", params(MovementsQuery, PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<MovementJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(stock): State<Stock>,
    _: Scoped<StockWrite>,
    Query(query): Query<MovementsQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<MovementJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let filter = MovementFilter {
        product_id: query.product_id,
        order_id: query.order_id,
    };
    let (items, total) = stock.movements(&filter, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}
