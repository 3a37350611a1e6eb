//! Baskets of which all can be had, judged without waiting for anything.

use std::sync::Arc;

use super::Stock;
use crate::{
    model::{Level, Quantity, VariantKey},
    shown::Shown,
};

/// More lines go the long way, which sorts them.
const FEW: usize = 64;

/// A line as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainLine<'a> {
    /// Of which product.
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
            let variant = variants.iter().position(|variant| {
                variant.size.as_str() == line.size && variant.color.as_str() == line.color
            });
            places.push((product, variant?));
        }
        let mut free = Vec::with_capacity(lines.len());
        let mut news: Vec<(VariantKey, Level)> = Vec::with_capacity(lines.len());
        for place in &places {
            let product = &products[place.0].product;
            let variant = &product.variants[place.1];
            let same = places
                .iter()
                .zip(lines)
                .filter(|(other, _)| *other == place);
            let requested: i64 = same.map(|(_, line)| line.quantity.get()).sum();
            if requested > variant.level.available() {
                return None;
            }
            free.push(variant.level.available());
            news.push((product.key(variant), variant.level));
        }
        self.parts
            .news
            .note(news.iter().map(|(key, level)| (key, *level)));
        Some(free)
    }
}
