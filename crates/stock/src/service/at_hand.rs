//! Baskets of which all can be had, judged without waiting for anything.

use std::sync::Arc;

use serde::Deserialize;

use super::Stock;
use crate::{
    model::{Product, Quantity},
    shown::Shown,
};

/// More lines go the long way, which sorts them.
const FEW: usize = 64;

/// A line that leaves nothing out, in which nothing is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct PlainLine<'a> {
    /// Of which product.
    #[serde(rename = "productId")]
    pub product: &'a str,
    /// In which size.
    pub size: &'a str,
    /// In which color.
    pub color: &'a str,
    /// How many.
    pub quantity: Quantity,
}

impl Stock {
    /// How many units are free for each line, where all of them can be served and their products lie ready, and tells of
    /// them; `None` says nothing.
    pub fn validate_at_hand(&self, lines: &[PlainLine<'_>]) -> Option<Vec<i64>> {
        if lines.is_empty() || lines.len() > FEW {
            return None;
        }
        let mut products: Vec<Arc<Shown>> = Vec::new();
        let mut places = Vec::with_capacity(lines.len());
        for line in lines {
            let is_known = |shown: &Arc<Shown>| shown.product.id.as_str() == line.product;
            let product = if let Some(known) = products.iter().rposition(is_known) {
                known
            } else {
                products.push(self.parts.shown.at_hand(line.product)?);
                products.len() - 1
            };
            let variants = &products[product].product.variants;
            // A product has fewer sizes than colors, so a color tells more.
            let variant = variants.iter().position(|variant| {
                variant.color.as_str() == line.color && variant.size.as_str() == line.size
            });
            places.push((product, variant?));
        }
        let variant = |(product, variant): (usize, usize)| {
            let product: &Product = &products[product].product;
            (product, &product.variants[variant])
        };
        let mut free = Vec::with_capacity(lines.len());
        for place in &places {
            let same = places.iter().zip(lines);
            let same = same.filter(|(other, _)| *other == place);
            let requested: i64 = same.map(|(_, line)| line.quantity.get()).sum();
            let available = variant(*place).1.level.available();
            if requested > available {
                return None;
            }
            free.push(available);
        }
        let news = places.iter().map(|place| {
            let (product, variant) = variant(*place);
            (product.parts(variant), variant.level)
        });
        self.parts.news.note(news);
        Some(free)
    }
}
