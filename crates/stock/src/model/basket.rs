use super::{Quantity, VariantKey};

/// So many units of one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of what.
    pub variant: VariantKey,
    /// How many.
    pub quantity: Quantity,
}

/// What an order or a hold is about: 1 to 500 lines, in the order of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basket {
    lines: Vec<Line>,
    totals: Vec<(VariantKey, i64)>,
    /// Where in `totals` the variant of each line is.
    places: Vec<usize>,
}

/// Why lines are no basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BasketError {
    /// Nothing in it.
    #[error("must not be empty")]
    Empty,
    /// Too much in it.
    #[error("must have at most 500 lines")]
    TooMany,
}

impl Basket {
    /// The most lines in one call.
    pub const MAX_LINES: usize = 500;

    /// Whether so many lines may be in one call.
    pub fn check_size(lines: usize) -> Result<(), BasketError> {
        match lines {
            0 => Err(BasketError::Empty),
            _ if lines > Self::MAX_LINES => Err(BasketError::TooMany),
            _ => Ok(()),
        }
    }

    /// Takes the lines of a call.
    pub fn new(lines: Vec<Line>) -> Result<Self, BasketError> {
        Self::check_size(lines.len())?;
        let (totals, places) = add_up(&lines);
        Ok(Self {
            lines,
            totals,
            places,
        })
    }

    /// The lines of the call.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Each variant once, with what all its lines add up to, in the order in which rows are locked.
    pub fn totals(&self) -> &[(VariantKey, i64)] {
        &self.totals
    }

    /// For each line the place of its variant in [`totals`](Self::totals).
    pub(super) fn places(&self) -> &[usize] {
        &self.places
    }
}

/// Lines added up by variant, sorted: equal for two calls that ask for the same.
pub(super) fn totals(lines: &[Line]) -> Vec<(VariantKey, i64)> {
    add_up(lines).0
}

/// The totals, and for each line its place among them.
fn add_up(lines: &[Line]) -> (Vec<(VariantKey, i64)>, Vec<usize>) {
    let mut sorted: Vec<usize> = (0..lines.len()).collect();
    sorted.sort_unstable_by(|a, b| lines[*a].variant.cmp(&lines[*b].variant));
    let mut totals: Vec<(VariantKey, i64)> = Vec::with_capacity(lines.len());
    let mut places = vec![0; lines.len()];
    for n in sorted {
        let Line { variant, quantity } = &lines[n];
        match totals.last_mut() {
            Some((last, total)) if last == variant => *total += quantity.get(),
            _ => totals.push((variant.clone(), quantity.get())),
        }
        places[n] = totals.len() - 1;
    }
    (totals, places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{line, variant};

    #[test]
    fn lines_for_one_variant_add_up_in_any_order() {
        let one = Basket::new(vec![line("B", 1), line("A", 2), line("B", 3)]).unwrap();
        let other = Basket::new(vec![line("A", 2), line("B", 4)]).unwrap();
        assert_eq!(one.totals(), other.totals());
        assert_eq!(one.totals(), [(variant("A"), 2), (variant("B"), 4)]);
        assert_eq!(one.places(), [1, 0, 1]);
    }

    #[test]
    fn a_basket_has_one_to_five_hundred_lines() {
        assert_eq!(Basket::new(Vec::new()), Err(BasketError::Empty));
        assert!(Basket::new(vec![line("A", 1); 500]).is_ok());
        assert_eq!(
            Basket::new(vec![line("A", 1); 501]),
            Err(BasketError::TooMany)
        );
    }
}
