use rust_decimal::{Decimal, RoundingStrategy};
use validation::Text;

/// Decimals of a quantity and of the price of one.
const FINE: u32 = 6;
/// Units in a line, at most.
const MOST_UNITS: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);
/// The price of one is below.
const PRICE_LIMIT: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0);

/// What a line sells: an article with a code, or something with only a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An article. Its name is only for people: the ERP has its own.
    Article {
        /// Its code.
        code: Text<200>,
        /// What it is called here.
        name: Option<Text<200>>,
    },
    /// Something without a code.
    Named(Text<200>),
}

/// The tax of a line: a code of the company, a rate in percent, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineTax {
    code: Option<Text<20>>,
    percent: Option<Decimal>,
}

impl LineTax {
    /// A tax; `None` where nothing is said of it.
    pub fn new(
        code: Option<Text<20>>,
        percent: Option<Decimal>,
    ) -> Result<Option<Self>, LineError> {
        if percent.is_some_and(|percent| !is_percentage(percent)) {
            return Err(LineError::TaxPercent);
        }
        let is_given = code.is_some() || percent.is_some();
        Ok(is_given.then_some(Self { code, percent }))
    }

    /// The code.
    pub fn code(&self) -> Option<&str> {
        self.code.as_ref().map(Text::as_str)
    }

    /// The rate in percent as it was given.
    pub fn percent(&self) -> Option<Decimal> {
        self.percent
    }

    /// The rate in percent, where it is given or the code tells it.
    pub fn rate(&self) -> Option<Decimal> {
        self.percent.or_else(|| known_rate(self.code()?))
    }
}

/// The rate in percent of a code that means the same for every company: `220` is 22, `095` is 9.5; `EX4` is 22
/// wherever it was seen.
pub fn known_rate(code: &str) -> Option<Decimal> {
    if code.eq_ignore_ascii_case("EX4") {
        return Some(Decimal::from(22));
    }
    let is_plain = code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit());
    let tenths: i64 = is_plain.then(|| code.parse().ok())??;
    Some(Decimal::new(tenths, 1).normalize())
}

/// A line of a sales document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line(LineParts);

/// What a line is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineParts {
    /// What is sold.
    pub item: Item,
    /// In what: pieces, kilograms, hours.
    pub unit: Option<Text<200>>,
    /// How many, above 0.
    pub quantity: Decimal,
    /// The net price of one. Below zero only where the ERP says so: a voucher, say.
    pub unit_price: Decimal,
    /// Percent off.
    pub discount_percent: Option<Decimal>,
    /// Its tax. A line without one is kept and is not sent.
    pub tax: Option<LineTax>,
}

/// Why there is no such line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Neither code nor name.
    #[error("or name is required")]
    Item,
    /// Not a quantity.
    #[error("must be above 0, at most 1000000, with at most 6 decimals")]
    Quantity,
    /// Not a price.
    #[error("must be from 0 to below 1000000000000, with at most 6 decimals and 15 digits")]
    UnitPrice,
    /// Not a percentage.
    #[error("must be from 0 to 100, with at most 4 decimals")]
    Discount,
    /// Not a percentage.
    #[error("must be from 0 to 100, with at most 4 decimals")]
    TaxPercent,
}

impl LineError {
    /// The field of a line that is at fault.
    pub fn field(self) -> &'static str {
        match self {
            Self::Item => "code",
            Self::Quantity => "quantity",
            Self::UnitPrice => "unitPrice",
            Self::Discount => "discountPercent",
            Self::TaxPercent => "taxPercent",
        }
    }
}

fn is_percentage(value: Decimal) -> bool {
    value >= Decimal::ZERO && value <= Decimal::ONE_HUNDRED && value.normalize().scale() <= 4
}

impl Line {
    /// A line, if its numbers can be meant.
    pub fn new(parts: LineParts) -> Result<Self, LineError> {
        // Fifteen digits are what a JSON number carries exactly.
        let is_fine = |value: Decimal| {
            let value = value.normalize();
            value.scale() <= FINE && value.mantissa().unsigned_abs() < 1_000_000_000_000_000
        };
        let LineParts {
            quantity,
            unit_price,
            discount_percent,
            ..
        } = &parts;
        if *quantity <= Decimal::ZERO || *quantity > MOST_UNITS || !is_fine(*quantity) {
            return Err(LineError::Quantity);
        }
        if unit_price.abs() >= PRICE_LIMIT || !is_fine(*unit_price) {
            return Err(LineError::UnitPrice);
        }
        if discount_percent.is_some_and(|discount| !is_percentage(discount)) {
            return Err(LineError::Discount);
        }
        Ok(Self(parts))
    }

    /// What it is made of.
    pub fn parts(&self) -> &LineParts {
        &self.0
    }

    /// What it costs with tax, rounded half-up to `decimals`. Without a known rate: without tax.
    pub fn gross(&self, decimals: u32) -> Decimal {
        let hundred = Decimal::ONE_HUNDRED;
        let parts = &self.0;
        let discount = parts.discount_percent.unwrap_or_default();
        let rate = parts
            .tax
            .as_ref()
            .and_then(LineTax::rate)
            .unwrap_or_default();
        let factor = (hundred - discount) / hundred * ((hundred + rate) / hundred);
        let gross = parts
            .quantity
            .checked_mul(parts.unit_price)
            .and_then(|net| net.checked_mul(factor));
        gross
            .unwrap_or_default()
            .round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(quantity: &str, price: &str, discount: Option<&str>, rate: &str) -> Line {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        let parts = LineParts {
            item: Item::Named(Text::parse("Work").unwrap()),
            unit: None,
            quantity: number(quantity),
            unit_price: number(price),
            discount_percent: discount.map(number),
            tax: LineTax::new(None, Some(number(rate))).unwrap(),
        };
        Line::new(parts).unwrap()
    }

    #[test]
    fn a_line_is_rounded_half_up_to_cents() {
        let gross = |q, p, d, r| line(q, p, d, r).gross(2).to_string();
        assert_eq!(gross("2", "10", None, "22"), "24.40");
        assert_eq!(gross("1", "0.125", None, "0"), "0.13");
        assert_eq!(gross("1", "10", Some("10"), "22"), "10.98");
        assert_eq!(gross("3", "0.3333", None, "9.5"), "1.09");
    }

    #[test]
    fn codes_that_mean_the_same_for_everybody_tell_their_rate() {
        let rate = |code| known_rate(code).map(|rate| rate.to_string());
        assert_eq!(rate("220").as_deref(), Some("22"));
        assert_eq!(rate("095").as_deref(), Some("9.5"));
        assert_eq!(rate("000").as_deref(), Some("0"));
        assert_eq!(rate("EX4").as_deref(), Some("22"));
        assert_eq!(rate("EX7"), None);
    }

    #[test]
    fn numbers_that_cannot_be_meant_are_refused() {
        let parts = line("1", "1", None, "0").0;
        let with = |change: fn(&mut LineParts)| {
            let mut parts = parts.clone();
            change(&mut parts);
            Line::new(parts).unwrap_err()
        };
        assert_eq!(with(|p| p.quantity = Decimal::ZERO), LineError::Quantity);
        assert_eq!(
            with(|p| p.quantity = Decimal::from(1_000_001)),
            LineError::Quantity
        );
        assert_eq!(
            with(|p| p.unit_price = Decimal::new(1, 7)),
            LineError::UnitPrice
        );
        assert_eq!(
            with(|p| p.discount_percent = Some(Decimal::from(101))),
            LineError::Discount
        );
        assert!(LineTax::new(None, Some(Decimal::NEGATIVE_ONE)).is_err());
    }

    proptest! {
        #[test]
        fn no_line_breaks_the_arithmetic(q in 1_i64..1_000_000_000_000, p in 0_i64..999_999_999_999_999, d in 0_i64..1_000_000) {
            let parts = LineParts { item: Item::Named(Text::parse("x").unwrap()), unit: None, quantity: Decimal::new(q, 6),
                unit_price: Decimal::new(p, 6), discount_percent: Some(Decimal::new(d, 4)), tax: None };
            let gross = Line::new(parts).unwrap().gross(2);
            prop_assert!(gross >= Decimal::ZERO && gross.scale() <= 2);
        }
    }
}
