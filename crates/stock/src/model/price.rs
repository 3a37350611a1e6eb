use rust_decimal::Decimal;
use validation::{Currency, Money, MoneyError, Text, TextError};

/// What a product costs: an exact amount, and what a shop calls its currency (`USD`, `L.E.`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    money: Money,
    currency: Text<8>,
}

/// Why there is no such price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// The currency is too long, or blank.
    #[error(transparent)]
    Currency(#[from] TextError),
    /// The amount does not fit.
    #[error(transparent)]
    Amount(#[from] MoneyError),
}

impl Price {
    /// The currency where nobody says.
    pub const DEFAULT_CURRENCY: &str = "USD";

    /// Takes an amount in major units.
    pub fn new(amount: Decimal, currency: &str) -> Result<Self, PriceError> {
        let currency = Text::parse(currency)?;
        let money = Money::new(amount, unit(&currency)?)?;
        Ok(Self { money, currency })
    }

    /// A price as it is stored.
    pub fn from_minor(minor: i64, currency: &str) -> Result<Self, PriceError> {
        let currency = Text::parse(currency)?;
        let money = Money::from_minor(minor, unit(&currency)?);
        Ok(Self { money, currency })
    }

    /// The amount in minor units.
    pub fn minor(&self) -> i64 {
        self.money.minor()
    }

    /// The amount in major units.
    pub fn amount(&self) -> Decimal {
        self.money.amount()
    }

    /// What the shop calls the currency.
    pub fn currency(&self) -> &str {
        self.currency.as_str()
    }
}

/// What counts the amount. A name that ISO 4217 does not know has two decimals, as the euro does.
fn unit(currency: &Text<8>) -> Result<Currency, MoneyError> {
    Currency::parse(currency.as_str()).or_else(|_| Currency::parse("EUR"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(amount: &str, currency: &str) -> Result<Price, PriceError> {
        Price::new(amount.parse().unwrap(), currency)
    }

    #[test]
    fn a_shop_may_call_its_currency_as_it_likes() {
        let pounds = price("100.50", "L.E.").unwrap();
        assert_eq!((pounds.minor(), pounds.currency()), (10_050, "L.E."));
        assert_eq!(price("100", "JPY").unwrap().minor(), 100);
        assert_eq!(Price::from_minor(10_050, "L.E.").unwrap(), pounds);
    }

    #[test]
    fn amounts_and_names_have_their_limits() {
        let too_precise = |decimals| PriceError::Amount(MoneyError::TooPrecise(decimals));
        assert_eq!(price("0.001", "L.E."), Err(too_precise(2)));
        assert_eq!(price("0.5", "JPY"), Err(too_precise(0)));
        let below = PriceError::Amount(MoneyError::OutOfRange);
        assert_eq!(price("-1", "USD"), Err(below));
        assert!(matches!(
            price("1", "ninechars"),
            Err(PriceError::Currency(_))
        ));
        assert!(matches!(price("1", " "), Err(PriceError::Currency(_))));
    }
}
