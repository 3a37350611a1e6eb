//! Documents and snapshots as JSON text in a column.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use validation::{Currency, Text};

use crate::model::{
    Content, Customer, DocumentNumber, Item, Line, LineParts, LineTax, Snapshot, TaxCodes,
};

#[derive(Serialize, Deserialize)]
struct ContentRow {
    document_type: String,
    number: String,
    number_given: bool,
    customer: CustomerRow,
    lines: Vec<LineRow>,
    currency: String,
    document_date: chrono::NaiveDate,
    due_date: Option<chrono::NaiveDate>,
    notes: Option<String>,
    warehouse: Option<String>,
    delivery_type: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct CustomerRow {
    name: String,
    street: String,
    post_code: String,
    city: String,
    country: String,
    tax_number: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    is_company: Option<bool>,
}

/// Decimals are texts, so that none is ever a float.
#[derive(Serialize, Deserialize)]
struct LineRow {
    code: Option<String>,
    name: Option<String>,
    unit: Option<String>,
    quantity: String,
    unit_price: String,
    discount_percent: Option<String>,
    tax_code: Option<String>,
    tax_percent: Option<String>,
}

fn text<const MAX: usize>(text: Option<&Text<MAX>>) -> Option<String> {
    text.map(ToString::to_string)
}

#[expect(
    clippy::option_option,
    reason = "the outer one says whether the row can be read"
)]
fn read<const MAX: usize>(text: Option<&str>) -> Option<Option<Text<MAX>>> {
    text.map(Text::parse_optional)
        .transpose()
        .ok()
        .map(Option::flatten)
}

#[expect(
    clippy::option_option,
    reason = "the outer one says whether the row can be read"
)]
fn decimal(text: Option<String>) -> Option<Option<Decimal>> {
    text.map(|text| Decimal::from_str_exact(&text))
        .transpose()
        .ok()
}

pub(super) fn content_to_json(content: &Content) -> String {
    let customer = &content.customer;
    let row = ContentRow {
        document_type: content.document_type.to_string(),
        number: content.number.as_str().to_owned(),
        number_given: content.number.given().is_some(),
        customer: CustomerRow {
            name: customer.name.to_string(),
            street: customer.street.to_string(),
            post_code: customer.post_code.to_string(),
            city: customer.city.to_string(),
            country: customer.country.to_string(),
            tax_number: text(customer.tax_number.as_ref()),
            email: text(customer.email.as_ref()),
            phone: text(customer.phone.as_ref()),
            is_company: customer.is_company,
        },
        lines: content.lines.iter().map(line_to_row).collect(),
        currency: content.currency.code().to_owned(),
        document_date: content.document_date,
        due_date: content.due_date,
        notes: text(content.notes.as_ref()),
        warehouse: text(content.warehouse.as_ref()),
        delivery_type: text(content.delivery_type.as_ref()),
    };
    serde_json::to_string(&row).unwrap_or_default()
}

fn line_to_row(line: &Line) -> LineRow {
    let parts = line.parts();
    let (code, name) = match &parts.item {
        Item::Article { code, name } => (Some(code.to_string()), text(name.as_ref())),
        Item::Named(name) => (None, Some(name.to_string())),
    };
    let tax = parts.tax.as_ref();
    LineRow {
        code,
        name,
        unit: text(parts.unit.as_ref()),
        quantity: parts.quantity.to_string(),
        unit_price: parts.unit_price.to_string(),
        discount_percent: parts.discount_percent.map(|d| d.to_string()),
        tax_code: tax.and_then(LineTax::code).map(str::to_owned),
        tax_percent: tax.and_then(LineTax::percent).map(|d| d.to_string()),
    }
}

/// `None` where it is no content of a document.
pub(super) fn content_from_json(json: &str) -> Option<Content> {
    let row: ContentRow = serde_json::from_str(json).ok()?;
    let number = Text::parse(&row.number).ok()?;
    let lines = row.lines.into_iter().map(line_from_row);
    Some(Content {
        document_type: row.document_type.parse().ok()?,
        number: if row.number_given {
            DocumentNumber::Given(number)
        } else {
            DocumentNumber::Made(number)
        },
        customer: customer_from_row(&row.customer)?,
        lines: lines.collect::<Option<_>>()?,
        currency: Currency::parse(&row.currency).ok()?,
        document_date: row.document_date,
        due_date: row.due_date,
        notes: read(row.notes.as_deref())?,
        warehouse: read(row.warehouse.as_deref())?,
        delivery_type: read(row.delivery_type.as_deref())?,
    })
}

fn customer_from_row(row: &CustomerRow) -> Option<Customer> {
    Some(Customer {
        name: Text::parse(&row.name).ok()?,
        street: Text::parse(&row.street).ok()?,
        post_code: Text::parse(&row.post_code).ok()?,
        city: Text::parse(&row.city).ok()?,
        country: Text::parse(&row.country).ok()?,
        tax_number: read(row.tax_number.as_deref())?,
        email: read(row.email.as_deref())?,
        phone: read(row.phone.as_deref())?,
        is_company: row.is_company,
    })
}

fn line_from_row(row: LineRow) -> Option<Line> {
    let item = match (read(row.code.as_deref())?, read(row.name.as_deref())?) {
        (Some(code), name) => Item::Article { code, name },
        (None, Some(name)) => Item::Named(name),
        (None, None) => return None,
    };
    let parts = LineParts {
        item,
        unit: read(row.unit.as_deref())?,
        quantity: decimal(Some(row.quantity))??,
        unit_price: decimal(Some(row.unit_price))??,
        discount_percent: decimal(row.discount_percent)?,
        tax: LineTax::new(read(row.tax_code.as_deref())?, decimal(row.tax_percent)?).ok()?,
    };
    Line::new(parts).ok()
}

pub(super) fn snapshot_to_json(snapshot: &Snapshot) -> String {
    serde_json::to_string(&snapshot.0).unwrap_or_default()
}

pub(super) fn snapshot_from_json(json: &str) -> Option<Snapshot> {
    serde_json::from_str(json).ok().map(Snapshot)
}

pub(super) fn tax_codes_to_json(codes: &TaxCodes) -> String {
    let codes: BTreeMap<_, _> = codes
        .iter()
        .map(|(rate, code)| (rate.to_string(), code))
        .collect();
    serde_json::to_string(&codes).unwrap_or_default()
}

pub(super) fn tax_codes_from_json(json: &str) -> Option<TaxCodes> {
    let codes: BTreeMap<String, String> = serde_json::from_str(json).ok()?;
    let codes = codes.into_iter();
    let codes = codes.map(|(rate, code)| Some((Decimal::from_str_exact(&rate).ok()?, code)));
    Some(TaxCodes::new(codes.collect::<Option<Vec<_>>>()?))
}
