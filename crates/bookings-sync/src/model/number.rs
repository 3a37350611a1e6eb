use std::fmt;

use rand::RngExt;

/// The number that people say on the phone: `BK123456`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BookingNumber(String);

impl BookingNumber {
    /// Draws a number. Nobody counts them, so nobody waits for the counter or learns how many there are.
    ///
    /// A number that is taken is drawn again: six digits at first, nine where six seem to be used up.
    pub fn draw(attempt: u32) -> Self {
        let number = match attempt {
            0..=5 => rand::rng().random_range(100_000..1_000_000),
            _ => rand::rng().random_range(100_000_000..1_000_000_000_u64),
        };
        Self(format!("BK{number}"))
    }

    /// A number as it was stored.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BookingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_in_the_contract() {
        assert_eq!(BookingNumber::draw(0).as_str().len(), "BK123456".len());
        assert_eq!(BookingNumber::draw(6).as_str().len(), "BK123456789".len());
        assert!(BookingNumber::draw(0).as_str().starts_with("BK"));
    }
}
