use chrono::NaiveDate;
use rust_decimal::Decimal;
use validation::{Currency, Text};

use super::{DocumentType, Line};

/// What both sides keep of a sales document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What it is.
    pub document_type: DocumentType,
    /// Its number.
    pub number: DocumentNumber,
    /// Who buys.
    pub customer: Customer,
    /// What is sold.
    pub lines: Vec<Line>,
    /// In which currency.
    pub currency: Currency,
    /// Its date.
    pub document_date: NaiveDate,
    /// When it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// Free text.
    pub notes: Option<Text<4000>>,
    /// The mark of a warehouse in the ERP.
    pub warehouse: Option<Text<200>>,
    /// How it is delivered, by the ERP's register.
    pub delivery_type: Option<Text<200>>,
}

impl Content {
    /// The gross total: each line rounded half-up to the decimals of the currency.
    pub fn total(&self) -> Decimal {
        let decimals = self.currency.decimals();
        self.lines
            .iter()
            .map(|line| line.gross(decimals))
            .fold(Decimal::ZERO, Decimal::saturating_add)
    }
}

/// The number of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentNumber {
    /// A person gave it, so the ERP has to keep it.
    Given(Text<30>),
    /// Made here; the ERP numbers by itself.
    Made(Text<30>),
}

impl DocumentNumber {
    /// The number.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Given(text) | Self::Made(text) => text.as_str(),
        }
    }

    /// The number that the ERP has to keep.
    pub fn given(&self) -> Option<&str> {
        match self {
            Self::Given(text) => Some(text.as_str()),
            Self::Made(_) => None,
        }
    }
}

/// Who buys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Name.
    pub name: Text<200>,
    /// Street and number.
    pub street: Text<200>,
    /// Post code.
    pub post_code: Text<200>,
    /// City.
    pub city: Text<200>,
    /// ISO 3166 alpha-2, or a name.
    pub country: Text<200>,
    /// Tax number.
    pub tax_number: Option<Text<200>>,
    /// E-mail.
    pub email: Option<Text<200>>,
    /// Phone.
    pub phone: Option<Text<200>>,
    /// Whether it is a company and not a person.
    pub is_company: Option<bool>,
}
