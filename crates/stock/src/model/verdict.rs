use std::collections::HashSet;

use super::{Basket, Label, Level, ProductId, VariantKey};

/// Why a line cannot be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no such product.
    ProductNotFound,
    /// The product has no such size.
    SizeNotFound,
    /// The size has no such color.
    ColorNotFound,
    /// Too few units are left.
    InsufficientStock,
    /// The line does not say of what, or how many.
    MissingFields,
}

impl Problem {
    /// For a program.
    pub fn code(self) -> &'static str {
        match self {
            Self::ProductNotFound => "product_not_found",
            Self::SizeNotFound => "size_not_found",
            Self::ColorNotFound => "color_not_found",
            Self::InsufficientStock => "insufficient_stock",
            Self::MissingFields => "missing_fields",
        }
    }

    /// For a person.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::ProductNotFound => "Product not found",
            Self::SizeNotFound => "Size variant not found",
            Self::ColorNotFound => "Color variant not found",
            Self::InsufficientStock => "Insufficient stock",
            Self::MissingFields => "Missing required fields",
        }
    }
}

/// A line that cannot be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineFault {
    /// Its place in the basket, from 0.
    pub line: usize,
    /// Why.
    pub problem: Problem,
    /// How many units are left.
    pub available: i64,
    /// How many units the lines of its variant add up to.
    pub requested: i64,
}

/// What is known of a variant that a line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is there.
    Known(Level),
    /// It is not, and this much of it is wrong.
    Unknown(Problem),
}

impl Verdict {
    /// What is missing of a variant that was not found.
    pub fn missing(
        key: &VariantKey,
        products: &HashSet<ProductId>,
        sizes: &HashSet<(ProductId, Label)>,
    ) -> Self {
        Self::Unknown(if !products.contains(&key.product) {
            Problem::ProductNotFound
        } else if sizes.contains(&(key.product.clone(), key.size.clone())) {
            Problem::ColorNotFound
        } else {
            Problem::SizeNotFound
        })
    }
}

/// What is to be said to each line of `basket` from what `look_up` knows.
pub fn judge(
    basket: &Basket,
    look_up: impl Fn(&VariantKey) -> Verdict,
) -> impl Iterator<Item = Result<Level, LineFault>> {
    let totals = basket.totals().iter();
    let totals: Vec<_> = totals.map(|(key, total)| (look_up(key), *total)).collect();
    let lines = basket.places().iter().enumerate();
    lines.map(move |(line, place)| {
        let (verdict, requested) = totals[*place];
        let (problem, available) = match verdict {
            Verdict::Known(level) if requested <= level.available() => return Ok(level),
            Verdict::Known(level) => (Problem::InsufficientStock, level.available()),
            Verdict::Unknown(problem) => (problem, 0),
        };
        Err(LineFault {
            line,
            problem,
            available,
            requested,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{basket, line};

    #[test]
    fn every_line_of_a_variant_that_is_asked_too_often_is_at_fault() {
        let basket = basket([line("A", 3), line("B", 1), line("A", 3)]);
        let judged = judge(&basket, |_| Verdict::Known(Level::stored(6, 1)));
        let judged: Vec<_> = judged.collect();
        let fault = |line| LineFault {
            line,
            problem: Problem::InsufficientStock,
            available: 5,
            requested: 6,
        };
        let served = Ok(Level::stored(6, 1));
        assert_eq!(judged, [Err(fault(0)), served, Err(fault(2))]);
    }

    #[test]
    fn what_is_missing_is_named_from_the_outside_in() {
        let key = crate::testing::variant("A");
        let (mut products, mut sizes) = (HashSet::new(), HashSet::new());
        let verdict = |products: &_, sizes: &_| Verdict::missing(&key, products, sizes);
        let unknown = Verdict::Unknown(Problem::ProductNotFound);
        assert_eq!(verdict(&products, &sizes), unknown);
        products.insert(key.product.clone());
        let unknown = Verdict::Unknown(Problem::SizeNotFound);
        assert_eq!(verdict(&products, &sizes), unknown);
        sizes.insert((key.product.clone(), key.size.clone()));
        let unknown = Verdict::Unknown(Problem::ColorNotFound);
        assert_eq!(verdict(&products, &sizes), unknown);
    }
}
