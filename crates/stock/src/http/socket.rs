use api_error::{ApiError, ErrorBody, Json};
use auth::{Scoped, StockWrite};
use axum::extract::State;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Shop, headers::Read, wire::Moment};
use crate::{
    events::{StockEvent, rfc3339},
    model::{Label, ProductId, Units},
    service::Stock,
    shown::Freshness,
};

/// How this node's sockets do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SocketStatus {
    success: bool,
    /// `running`.
    #[schema(value_type = String)]
    status: &'static str,
    /// Clients that are connected to this node and hear of stock.
    connected_clients: usize,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

/// How many clients this node tells of stock.
#[utoipa::path(get, path = "/api/socket", operation_id = "socket_status", tag = "stock",
    responses((status = 200, body = SocketStatus)))]
pub(super) async fn status(State(shop): State<Shop>) -> Read<Json<SocketStatus>> {
    let status = SocketStatus {
        success: true,
        status: "running",
        connected_clients: shop.connected.count(),
        timestamp: Moment(shop.stock.now()),
    };
    Read(Freshness::Recent, Json(status))
}

impl<'de> Deserialize<'de> for StockEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// What is to be told.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct TellRequest {
    /// `STOCK_UPDATED`, `STOCK_REDUCED` or `STOCK_VALIDATED`.
    #[schema(value_type = String)]
    event: StockEvent,
    data: TellData,
}

/// What is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TellData {
    #[schema(value_type = String)]
    product_id: ProductId,
    #[schema(value_type = Option<String>, max_length = 200)]
    size: Option<Label>,
    #[schema(value_type = Option<String>, max_length = 200)]
    color: Option<Label>,
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    stock: Option<Units>,
    after_order: Option<bool>,
}

impl TellData {
    fn payload(self, timestamp: String) -> Map<String, Value> {
        let fields = [
            ("productId", Some(Value::from(self.product_id.as_str()))),
            ("size", self.size.map(|size| size.as_str().into())),
            ("color", self.color.map(|color| color.as_str().into())),
            ("stock", self.stock.map(|stock| stock.get().into())),
            ("timestamp", Some(timestamp.into())),
            ("afterOrder", self.after_order.map(Value::from)),
        ];
        let present = fields.into_iter();
        present
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

/// It is told to the clients of every node.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TellAnswer {
    success: bool,
    #[schema(value_type = String)]
    event: &'static str,
    /// As it is told.
    data: Map<String, Value>,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Moment,
}

/// Tells all who listen to stock, on every node. The stock itself stays as it is.
#[utoipa::path(post, path = "/api/socket", operation_id = "tell_sockets", tag = "stock", request_body = TellRequest,
    security(("bearer" = [])),
    responses((status = 200, body = TellAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn tell(
    State(stock): State<Stock>,
    _: Scoped<StockWrite>,
    Json(request): Json<TellRequest>,
) -> Result<Json<TellAnswer>, ApiError> {
    let now = stock.now();
    let fact = stock
        .tell(request.event, request.data.payload(rfc3339(now)))
        .await?;
    Ok(Json(TellAnswer {
        success: true,
        event: fact.event,
        data: fact.payload,
        timestamp: Moment(now),
    }))
}
