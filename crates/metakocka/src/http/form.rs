//! Sales documents as they stand in requests, and how they become types.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use utoipa::ToSchema;
use validation::{Amount, Currency, Text, Violations};

use crate::model::{Content, Customer, DocumentType, Item, Line, LineParts, LineTax};

/// Lines of a document, at most.
const MOST_LINES: usize = 500;
/// Totals are below.
const TOTAL_LIMIT: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0);

/// Who buys.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomerForm {
    #[schema(max_length = 200)]
    name: Option<String>,
    #[schema(max_length = 200)]
    street: Option<String>,
    #[schema(max_length = 200)]
    post_code: Option<String>,
    #[schema(max_length = 200)]
    city: Option<String>,
    /// ISO 3166 alpha-2, or a name.
    #[schema(max_length = 200)]
    country: Option<String>,
    #[schema(max_length = 200)]
    tax_number: Option<String>,
    #[schema(max_length = 200)]
    email: Option<String>,
    #[schema(max_length = 200)]
    phone: Option<String>,
    is_company: Option<bool>,
}

/// A line: `code` or `name`, and `taxCode` or `taxPercent`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LineForm {
    /// An article that Metakocka knows.
    #[schema(max_length = 200)]
    code: Option<String>,
    #[schema(max_length = 200)]
    name: Option<String>,
    #[schema(max_length = 200)]
    unit: Option<String>,
    /// Above 0, at most 1,000,000.
    #[schema(value_type = f64)]
    quantity: Option<Amount>,
    /// Net.
    #[schema(value_type = f64)]
    unit_price: Option<Amount>,
    /// 0 to 100.
    #[schema(value_type = Option<f64>)]
    discount_percent: Option<Amount>,
    /// A code of the company, such as `EX4` or `220`.
    #[schema(max_length = 20)]
    tax_code: Option<String>,
    /// 0 to 100.
    #[schema(value_type = Option<f64>)]
    tax_percent: Option<Amount>,
}

fn optional<const MAX: usize>(
    violations: &mut Violations,
    field: &str,
    text: Option<&str>,
) -> Option<Text<MAX>> {
    let parsed = text.map(Text::parse_optional).transpose();
    violations.check(field, parsed).flatten().flatten()
}

pub(super) fn customer(violations: &mut Violations, form: &CustomerForm) -> Option<Customer> {
    let mut needed = |field: &str, text: &Option<String>| {
        let field = format!("customer.{field}");
        violations.require(&field, text.as_deref(), Text::parse)
    };
    let name = needed("name", &form.name);
    let street = needed("street", &form.street);
    let post_code = needed("postCode", &form.post_code);
    let city = needed("city", &form.city);
    let country = needed("country", &form.country);
    let tax_number = optional(violations, "customer.taxNumber", form.tax_number.as_deref());
    let email = optional(violations, "customer.email", form.email.as_deref());
    let phone = optional(violations, "customer.phone", form.phone.as_deref());
    Some(Customer {
        name: name?,
        street: street?,
        post_code: post_code?,
        city: city?,
        country: country?,
        tax_number,
        email,
        phone,
        is_company: form.is_company,
    })
}

fn line(violations: &mut Violations, n: usize, form: &LineForm) -> Option<Line> {
    let name_of = |field: &str| format!("lines[{n}].{field}");
    let code = optional(violations, &name_of("code"), form.code.as_deref());
    let name = optional(violations, &name_of("name"), form.name.as_deref());
    let unit = optional(violations, &name_of("unit"), form.unit.as_deref());
    let tax_code = optional(violations, &name_of("taxCode"), form.tax_code.as_deref());
    let number = |amount: &Option<Amount>| amount.map(|amount| amount.0);
    let whole = Ok::<_, validation::MoneyError>;
    let quantity = violations.require(&name_of("quantity"), number(&form.quantity), whole);
    let unit_price = violations.require(&name_of("unitPrice"), number(&form.unit_price), whole);
    let tax = LineTax::new(tax_code, number(&form.tax_percent));
    let tax = violations.check(&name_of("taxPercent"), tax)?;
    let item = match (code, name) {
        (Some(code), name) => Item::Article { code, name },
        (None, Some(name)) => Item::Named(name),
        (None, None) => {
            violations.add(name_of("code"), "or name is required");
            return None;
        }
    };
    let (quantity, unit_price) = (quantity?, unit_price?);
    // Below zero only Metakocka itself puts them.
    if unit_price < Decimal::ZERO {
        violations.add(name_of("unitPrice"), crate::model::LineError::UnitPrice);
        return None;
    }
    let line = Line::new(LineParts {
        item,
        unit,
        quantity,
        unit_price,
        discount_percent: number(&form.discount_percent),
        tax,
    });
    line.map_err(|error| violations.add(name_of(error.field()), error))
        .ok()
}

pub(super) fn lines(violations: &mut Violations, forms: &[LineForm]) -> Option<Vec<Line>> {
    if forms.len() > MOST_LINES {
        violations.add("lines", format!("must be at most {MOST_LINES}"));
        return None;
    }
    let lines = forms.iter().enumerate();
    let lines: Vec<_> = lines.map(|(n, form)| line(violations, n, form)).collect();
    lines.into_iter().collect()
}

/// `YYYY-MM-DD`.
pub(super) fn day(violations: &mut Violations, field: &str, text: &str) -> Option<NaiveDate> {
    let parsed: Option<NaiveDate> = (text.len() == 10).then(|| text.parse().ok()).flatten();
    if parsed.is_none() {
        violations.add(field, "must be a date such as 2026-08-25");
    }
    parsed
}

pub(super) fn document_type(violations: &mut Violations, text: &str) -> Option<DocumentType> {
    violations.check("documentType", text.parse())
}

pub(super) fn currency(violations: &mut Violations, code: &str) -> Option<Currency> {
    violations.check("currency", Currency::parse(code))
}

pub(super) fn text<const MAX: usize>(
    violations: &mut Violations,
    field: &str,
    text: Option<&str>,
) -> Option<Text<MAX>> {
    optional(violations, field, text)
}

/// A total that a JSON number carries exactly, and a due date that is not before the document's.
pub(super) fn whole(content: &Content) -> Result<(), Violations> {
    if content.total() >= TOTAL_LIMIT {
        let error = "must come to less than 1000000000000";
        return Err(Violations::one("lines", error));
    }
    Ok(())
}
