use super::{Units, VariantKey};

/// How many units of a variant there are, and how many of them are held for somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Level {
    stock: i64,
    reserved: i64,
}

/// Why a level cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LevelError {
    /// Less than nothing.
    #[error("there are only {stock} units")]
    BelowZero {
        /// How many there are.
        stock: i64,
    },
    /// Less than what is held.
    #[error("{reserved} units are reserved")]
    BelowReserved {
        /// How many are held.
        reserved: i64,
    },
    /// More than can be counted.
    #[error("there can be at most 1000000000 units")]
    TooMany,
}

/// What somebody who counts does to a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// So many more, or fewer.
    By(i64),
    /// So many.
    To(Units),
}

/// A change of one variant by somebody who counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Of what.
    pub variant: VariantKey,
    /// What.
    pub change: Change,
    /// Why, as they said.
    pub reason: Option<validation::Text<200>>,
}

impl Level {
    /// A level as it is stored.
    pub fn stored(stock: i64, reserved: i64) -> Self {
        Self { stock, reserved }
    }

    /// How many there are.
    pub fn stock(self) -> i64 {
        self.stock
    }

    /// How many of them are held.
    pub fn reserved(self) -> i64 {
        self.reserved
    }

    /// How many may be sold.
    pub fn available(self) -> i64 {
        self.stock - self.reserved
    }

    /// Sells units; `None` where there are too few that nobody holds.
    pub fn take(self, quantity: i64) -> Option<Self> {
        (quantity <= self.available()).then(|| Self {
            stock: self.stock - quantity,
            ..self
        })
    }

    /// Holds units; `None` where there are too few that nobody holds.
    pub fn hold(self, quantity: i64) -> Option<Self> {
        (quantity <= self.available()).then(|| Self {
            reserved: self.reserved + quantity,
            ..self
        })
    }

    /// Ends a hold.
    #[must_use]
    pub fn free(self, quantity: i64) -> Self {
        Self {
            reserved: (self.reserved - quantity).max(0),
            ..self
        }
    }

    /// Takes sold units back.
    #[must_use]
    pub fn give_back(self, quantity: i64) -> Self {
        Self {
            stock: self.stock + quantity,
            ..self
        }
    }

    /// Counts anew.
    pub fn changed(self, change: Change) -> Result<Self, LevelError> {
        let stock = match change {
            Change::By(delta) => self.stock.saturating_add(delta),
            Change::To(units) => units.get(),
        };
        if stock < 0 {
            return Err(LevelError::BelowZero { stock: self.stock });
        }
        if stock < self.reserved {
            let reserved = self.reserved;
            return Err(LevelError::BelowReserved { reserved });
        }
        if stock > Units::MAX {
            return Err(LevelError::TooMany);
        }
        Ok(Self { stock, ..self })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_held_is_not_sold() {
        let level = Level::stored(5, 3);
        assert_eq!(level.take(3), None);
        assert_eq!(level.hold(3), None);
        assert_eq!(level.take(2), Some(Level::stored(3, 3)));
        assert_eq!(level.hold(2), Some(Level::stored(5, 5)));
    }

    #[test]
    fn a_count_goes_neither_below_what_is_held_nor_beyond_the_limit() {
        let level = Level::stored(5, 3);
        let below = LevelError::BelowReserved { reserved: 3 };
        assert_eq!(level.changed(Change::By(-3)), Err(below));
        let below = LevelError::BelowZero { stock: 5 };
        assert_eq!(level.changed(Change::By(-6)), Err(below));
        assert_eq!(
            level.changed(Change::By(i64::MAX)),
            Err(LevelError::TooMany)
        );
        assert_eq!(level.changed(Change::By(-2)), Ok(Level::stored(3, 3)));
        let units = Units::new(9).unwrap();
        assert_eq!(level.changed(Change::To(units)), Ok(Level::stored(9, 3)));
    }

    proptest! {
        #[test]
        fn no_step_leaves_the_bounds(stock in 0_i64..100, held in 0_i64..100, by in -200_i64..200) {
            let level = Level::stored(stock, held.min(stock));
            let quantity = by.abs().max(1);
            let steps = [
                level.take(quantity),
                level.hold(quantity),
                Some(level.free(quantity)),
                Some(level.give_back(quantity)),
                level.changed(Change::By(by)).ok(),
            ];
            for after in steps.into_iter().flatten() {
                prop_assert!(after.stock() >= 0 && (0..=after.stock()).contains(&after.reserved()), "{after:?}");
            }
        }
    }
}
