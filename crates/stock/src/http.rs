mod at_hand;
mod csv;
mod error;
mod export;
mod headers;
mod import;
mod movements;
mod orders;
mod products;
mod shown;
mod socket;
mod sync;
mod validate;
mod verify;
mod wire;

use std::sync::Arc;

use axum::{extract::FromRef, middleware};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use self::{at_hand::AtHand, headers::stamp_refusal};
use crate::{connected::ConnectedClients, service::Stock};

/// What the routes need.
#[derive(Clone)]
struct Shop {
    stock: Stock,
    connected: Arc<dyn ConnectedClients>,
}

impl FromRef<Shop> for Stock {
    fn from_ref(shop: &Shop) -> Self {
        shop.stock.clone()
    }
}

/// Everything under `/api/products` and `/api/stock`, and `/api/socket`.
pub fn router(stock: Stock, connected: Arc<dyn ConnectedClients>) -> OpenApiRouter {
    let clock = stock.clone();
    OpenApiRouter::new()
        .routes(routes!(products::list, products::create))
        .routes(routes!(products::find, products::edit, products::delete))
        .routes(routes!(products::adjust))
        .routes(routes!(shown::show))
        .routes(routes!(validate::validate))
        .routes(routes!(orders::reduce))
        .routes(routes!(orders::reserve))
        .routes(routes!(orders::release))
        .routes(routes!(sync::list, sync::touch))
        .routes(routes!(movements::list))
        .routes(routes!(verify::verify))
        .routes(routes!(export::export))
        .routes(routes!(import::import))
        .routes(routes!(socket::status, socket::tell))
        .layer(middleware::from_fn_with_state(clock, headers::stamp))
        .with_state(Shop { stock, connected })
}
