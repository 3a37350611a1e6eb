use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::amount::round;

/// A document as the company has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its identity; later documents have higher ones.
    pub mk_id: u64,
    /// `sales_order`, `sales_bill_domestic`, …
    pub doc_type: String,
    /// Its number.
    pub count_code: String,
    /// Its day.
    pub doc_date: NaiveDate,
    /// The customer's number for it.
    pub buyer_order: Option<String>,
    /// Who buys.
    pub partner: Partner,
    /// Who gets it, as it was sent.
    pub receiver: Option<Map<String, Value>>,
    /// What is sold.
    pub lines: Vec<Line>,
    /// Percent off the whole.
    pub discount_percent: Decimal,
    /// An amount off the whole: of the gross total where prices are gross, else of the net one.
    pub discount_value: Decimal,
    /// ISO 4217.
    pub currency: String,
    /// The key of its status.
    pub status: Option<String>,
    /// Its profit centre.
    pub profit_center: String,
    /// The mark of its warehouse.
    pub warehouse: String,
    /// Its way of delivery.
    pub delivery_type: Option<String>,
    /// Further fields of the head, by their names: `title`, `notes`, …
    pub texts: BTreeMap<String, String>,
    /// Further days of the head, by their names: `duo_payment`, `valid_to`, …
    pub days: BTreeMap<String, NaiveDate>,
    /// What was paid.
    pub payments: Vec<Payment>,
    /// What was done to it.
    pub log: Vec<Logged>,
    /// In local time.
    pub created: NaiveDateTime,
    /// In local time.
    pub changed: NaiveDateTime,
    pub(super) in_searches_from: DateTime<Utc>,
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its own identity, which `show_product_detail` shows.
    pub row_id: u64,
    /// Whose `mk_id` and `count_code` they are; a line of free text has none.
    pub product: Option<(u64, String)>,
    /// The product's code.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// `kos`, …
    pub unit: String,
    /// How much.
    pub amount: Decimal,
    /// Of one, as it was sent.
    pub price: Decimal,
    /// Whether the tax is in the price.
    pub gross: bool,
    /// Percents, one after the other.
    pub discounts: Vec<Decimal>,
    /// The tax's code.
    pub tax: String,
    /// The tax's rate: 0.22.
    pub rate: Decimal,
    /// `name_desc`, `doc_desc`.
    pub texts: BTreeMap<String, String>,
}

/// Somebody who buys. The same person may be there many times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Partner {
    /// Their identity.
    pub mk_id: u64,
    /// Their address's identity.
    pub mk_address_id: u64,
    /// Their number.
    pub count_code: String,
    /// What was sent about them, by its names: `customer`, `street`, …
    pub texts: BTreeMap<String, String>,
    /// `partner_contact`, by its names: `email`, `phone`, …
    pub contact: BTreeMap<String, String>,
}

/// A payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    /// How it was paid.
    pub payment_type: String,
    /// When.
    pub date: NaiveDate,
    /// How much.
    pub amount: Decimal,
    /// What was noted.
    pub notes: Option<String>,
}

/// Something that was done to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// `NEW`, `CHANGE`.
    pub operation: &'static str,
    /// `document_change_log_notes`.
    pub notes: Option<String>,
    /// In local time.
    pub at: NaiveDateTime,
}

/// What a document comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Without tax.
    pub basic: Decimal,
    /// The tax of each code.
    pub taxes: BTreeMap<String, Decimal>,
    /// With tax.
    pub all: Decimal,
}

/// The lines of one tax.
#[derive(Default)]
struct Part {
    rate: Decimal,
    net: Decimal,
    gross: Decimal,
}

impl Line {
    /// The whole line in the kind of its price, before rounding.
    fn value(&self) -> Decimal {
        let left = self.discounts.iter().fold(Decimal::ONE, |left, percent| {
            left * (Decimal::ONE - percent / Decimal::ONE_HUNDRED)
        });
        self.amount * self.price * left
    }

    /// Of one, without tax and with it.
    pub(super) fn prices(&self) -> (Decimal, Decimal) {
        let with = Decimal::ONE + self.rate;
        if self.gross {
            ((self.price / with).round_dp(4), self.price)
        } else {
            (self.price, (self.price * with).round_dp(4))
        }
    }
}

impl Document {
    /// What it comes to. Where every price is gross the gross total is what counts, else the net one.
    pub fn sums(&self, rounds_lines: bool) -> Sums {
        let is_gross = !self.lines.is_empty() && self.lines.iter().all(|line| line.gross);
        let mut parts: BTreeMap<&str, Part> = BTreeMap::new();
        for line in &self.lines {
            let part = parts.entry(&line.tax).or_default();
            part.rate = line.rate;
            let with = Decimal::ONE + line.rate;
            let cents = |number| if rounds_lines { round(number) } else { number };
            let value = line.value();
            if line.gross {
                part.gross += cents(value);
                part.net += cents(value / with);
            } else {
                part.net += cents(value);
                part.gross += cents(value * with);
            }
        }
        let left = self.left_after_discounts(&parts, is_gross);
        let mut sums = Sums::default();
        for (code, part) in parts {
            let (basic, tax) = if is_gross || rounds_lines {
                let (gross, net) = (round(part.gross * left), round(part.net * left));
                (net, gross - net)
            } else {
                let net = round(part.net * left);
                (net, round(part.net * left * part.rate))
            };
            sums.basic += basic;
            sums.all += basic + tax;
            sums.taxes.insert(code.to_lowercase(), tax);
        }
        sums
    }

    /// The share of the lines that remains.
    fn left_after_discounts(&self, parts: &BTreeMap<&str, Part>, is_gross: bool) -> Decimal {
        let percent = Decimal::ONE - self.discount_percent / Decimal::ONE_HUNDRED;
        let whole: Decimal = parts
            .values()
            .map(|part| if is_gross { part.gross } else { part.net })
            .sum();
        let whole = whole * percent;
        if whole.is_zero() {
            return percent;
        }
        percent * (Decimal::ONE - self.discount_value / whole)
    }

    /// What was paid in all.
    pub fn paid(&self) -> Decimal {
        self.payments.iter().map(|payment| payment.amount).sum()
    }
}
