use std::fmt;

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Takes a code of ISO 4217, in capitals.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or(MoneyError::UnknownCurrency)
    }

    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals an amount has at most; none for currencies without a minor unit (gold, test codes).
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Why an amount or a currency is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a code of ISO 4217.
    #[error("must be a currency code of ISO 4217, such as USD")]
    UnknownCurrency,
    /// Neither a number nor a decimal text.
    #[error("must be a number or a decimal text, such as 24.8 or \"24.80\"")]
    NotANumber,
    /// More decimals than the currency has.
    #[error("must have at most {0} decimals in this currency")]
    TooPrecise(u32),
    /// Below zero, or a trillion and more.
    #[error("must be from 0 to below 1000000000000")]
    OutOfRange,
}

/// An exact, non-negative amount in a currency: a whole number of its minor units, below 10^12 major units.
///
/// The bound keeps every amount within the fifteen digits that a JSON number carries exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    const LIMIT: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0);

    /// An amount in major units (`24.8`), exact.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        if (amount.is_sign_negative() && !amount.is_zero()) || amount >= Self::LIMIT {
            return Err(MoneyError::OutOfRange);
        }
        let scaled = amount * Decimal::from(10_u64.pow(currency.decimals()));
        if !scaled.fract().is_zero() {
            return Err(MoneyError::TooPrecise(currency.decimals()));
        }
        let minor = scaled.to_i64().ok_or(MoneyError::OutOfRange)?;
        Ok(Self { minor, currency })
    }

    /// An amount in minor units (2480 for 24.80), as it is stored.
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads a decimal text such as `24.80`.
    pub fn parse_amount(text: &str) -> Result<Decimal, MoneyError> {
        let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
        if text.is_empty() || text.len() > 40 || !text.chars().all(plain) {
            return Err(MoneyError::NotANumber);
        }
        Decimal::from_str_exact(text).map_err(|_| MoneyError::NotANumber)
    }

    /// The number of minor units.
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in major units.
    pub fn amount(self) -> Decimal {
        Decimal::new(self.minor, self.currency.decimals())
    }

    /// The amount as it stands in JSON: `999`, `24.8`.
    pub fn amount_json(self) -> AmountJson {
        AmountJson(self.amount())
    }
}

/// A decimal that serializes as the shortest exact JSON number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmountJson(Decimal);

impl From<Decimal> for AmountJson {
    fn from(amount: Decimal) -> Self {
        Self(amount)
    }
}

impl Serialize for AmountJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let normal = self.0.normalize();
        match normal.to_i64() {
            Some(whole) if normal.scale() == 0 => serializer.serialize_i64(whole),
            // Fifteen digits at most: the nearest double prints as the same decimal.
            _ => serializer.serialize_f64(normal.to_f64().unwrap_or_default()),
        }
    }
}

/// An amount as a client may write it: a JSON number or a decimal text. The currency says later how precise it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(pub Decimal);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountVisitor)
    }
}

struct AmountVisitor;

impl de::Visitor<'_> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a decimal text")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Amount, E> {
        Ok(Amount(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Amount, E> {
        Ok(Amount(value.into()))
    }

    /// The shortest text of a double is the decimal that the client wrote, up to fifteen digits.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Amount, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Amount, E> {
        Money::parse_amount(value).map(Amount).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(text: &str, code: &str) -> Result<Money, MoneyError> {
        Money::new(Money::parse_amount(text)?, Currency::parse(code)?)
    }

    fn json(money: Money) -> String {
        serde_json::to_string(&money.amount_json()).unwrap()
    }

    #[test]
    fn amounts_print_as_the_contract_shows_them() {
        assert_eq!(json(money("999", "USD").unwrap()), "999");
        assert_eq!(json(money("24.80", "USD").unwrap()), "24.8");
        assert_eq!(json(money("0.1", "EUR").unwrap()), "0.1");
        assert_eq!(
            json(money("999999999999.99", "USD").unwrap()),
            "999999999999.99"
        );
    }

    #[test]
    fn decimals_follow_the_currency() {
        assert_eq!(money("1.005", "USD"), Err(MoneyError::TooPrecise(2)));
        assert_eq!(money("0.5", "JPY"), Err(MoneyError::TooPrecise(0)));
        assert_eq!(money("1.005", "KWD").unwrap().minor(), 1005);
        assert_eq!(money("1.500", "USD").unwrap().minor(), 150);
    }

    #[test]
    fn amounts_out_of_range_are_refused() {
        assert_eq!(money("-0.01", "USD"), Err(MoneyError::OutOfRange));
        assert_eq!(money("1000000000000", "USD"), Err(MoneyError::OutOfRange));
        for text in [
            "1e3",
            "",
            "NaN",
            "1,5",
            "0x10",
            "1000000000000000000000000000000",
        ] {
            assert_eq!(
                Money::parse_amount(text),
                Err(MoneyError::NotANumber),
                "{text}"
            );
        }
        assert_eq!(money("1", "XYZ1"), Err(MoneyError::UnknownCurrency));
        assert_eq!(money("1", "usd"), Err(MoneyError::UnknownCurrency));
    }

    proptest! {
        #[test]
        fn every_amount_survives_json(minor in 0_i64..99_999_999_999_999) {
            let usd = Currency::parse("USD").unwrap();
            let before = Money::from_minor(minor, usd);
            let number: serde_json::Number = serde_json::from_str(&json(before)).unwrap();
            let after = Money::new(Money::parse_amount(&number.to_string()).unwrap(), usd).unwrap();
            prop_assert_eq!(before, after);
        }

        #[test]
        fn no_text_breaks_the_parser(text in "\\PC{0,60}") {
            let _ = Money::parse_amount(&text);
        }
    }
}
