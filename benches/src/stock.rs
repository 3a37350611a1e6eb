//! Orders and questions about stock.

mod overload;
mod reads;
mod storefront;
mod writes;

use serde_json::{Value, json};

pub(crate) use self::{
    overload::run as overload,
    reads::run as reads,
    writes::{postgres, sqlite},
};
use crate::{http::Client, node::Node};

/// Variants that a product has at most.
const EACH: usize = 500;

/// Makes `products` of [`EACH`] variants, all with more units than anybody will ask for.
async fn fill(node: &Node, token: &str, products: usize) -> anyhow::Result<()> {
    let mut client = Client::connect(&node.address, token).await?;
    for product in 0..products {
        let colors: Vec<Value> = (0..EACH)
            .map(|color| json!({"color": format!("c{color}"), "stock": 1_000_000_000}))
            .collect();
        let body = json!({"_id": format!("product-{product}"), "title": "Shirt", "price": 100,
            "currency": "L.E.", "sizeVariants": [{"size": "M", "colorVariants": colors}]});
        client.json("POST", "/api/products", &body).await?;
    }
    Ok(())
}
