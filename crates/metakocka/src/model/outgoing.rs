use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Content, Item, Line, LineTax};
use crate::erp::{OutgoingCustomer, OutgoingDocument, OutgoingItem, OutgoingLine, Tax};

/// The unit of what has none: pieces, as Metakocka's own articles say it.
const PIECES: &str = "kos";

/// Which code of a company stands for which rate: some refuse a rate of zero and want the code `000`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaxCodes(BTreeMap<Decimal, String>);

impl TaxCodes {
    /// From rates in percent to codes.
    pub fn new(codes: impl IntoIterator<Item = (Decimal, String)>) -> Self {
        let codes = codes.into_iter();
        Self(codes.map(|(rate, code)| (rate.normalize(), code)).collect())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&Decimal, &String)> {
        self.0.iter()
    }

    fn tax(&self, tax: &LineTax) -> Option<Tax> {
        if let Some(code) = tax.code() {
            return Some(Tax::Code(code.to_owned()));
        }
        let rate = tax.percent()?;
        let code = self.0.get(&rate.normalize()).cloned();
        Some(code.map_or(Tax::Percent(rate), Tax::Code))
    }
}

/// Why a document is not sent: the ERP would take it and get it wrong, or cut it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSendable {
    /// The ERP would empty the document and say that all is well.
    #[error("The document has no lines")]
    NoLines,
    /// A line without a tax.
    #[error("Line {0} has no tax: give it a taxCode or a taxPercent")]
    NoTax(usize),
    /// A text that the ERP would cut.
    #[error("{field} has more than the {longest} characters that Metakocka keeps")]
    TooLong {
        /// The field.
        field: &'static str,
        /// How long it may be.
        longest: usize,
    },
    /// The ERP would take its default instead.
    #[error("Metakocka knows no warehouse '{0}'")]
    UnknownWarehouse(String),
}

/// The document as it is sent.
pub fn outgoing(
    content: &Content,
    buyer_order: &str,
    codes: &TaxCodes,
) -> Result<OutgoingDocument, NotSendable> {
    if content.lines.is_empty() {
        return Err(NotSendable::NoLines);
    }
    let lines = content.lines.iter().enumerate();
    let lines = lines.map(|(n, line)| outgoing_line(n, line, codes));
    let text = |text: &Option<validation::Text<200>>| text.as_ref().map(ToString::to_string);
    Ok(OutgoingDocument {
        document_type: content.document_type,
        buyer_order: buyer_order.to_owned(),
        number: content.number.given().map(str::to_owned),
        document_date: content.document_date,
        due_date: content.due_date,
        currency: content.currency.code().to_owned(),
        notes: content.notes.as_ref().map(ToString::to_string),
        status: None,
        warehouse: text(&content.warehouse),
        delivery_type: text(&content.delivery_type),
        customer: outgoing_customer(content)?,
        lines: lines.collect::<Result<_, _>>()?,
    })
}

fn outgoing_customer(content: &Content) -> Result<OutgoingCustomer, NotSendable> {
    let customer = &content.customer;
    for (field, text, longest) in [
        ("customer.name", &customer.name, 100),
        ("customer.street", &customer.street, 150),
        ("customer.postCode", &customer.post_code, 20),
        ("customer.city", &customer.city, 100),
        ("customer.country", &customer.country, 50),
    ] {
        if text.as_str().chars().count() > longest {
            return Err(NotSendable::TooLong { field, longest });
        }
    }
    let text = |text: &Option<validation::Text<200>>| text.as_ref().map(ToString::to_string);
    Ok(OutgoingCustomer {
        name: customer.name.to_string(),
        street: customer.street.to_string(),
        post_code: customer.post_code.to_string(),
        city: customer.city.to_string(),
        country: customer.country.to_string(),
        tax_number: text(&customer.tax_number),
        email: text(&customer.email),
        phone: text(&customer.phone),
        is_company: customer.is_company.unwrap_or(customer.tax_number.is_some()),
    })
}

fn outgoing_line(n: usize, line: &Line, codes: &TaxCodes) -> Result<OutgoingLine, NotSendable> {
    let parts = line.parts();
    let tax = parts.tax.as_ref().and_then(|tax| codes.tax(tax));
    let item = match &parts.item {
        Item::Article { code, .. } => OutgoingItem::Article(code.to_string()),
        Item::Named(name) => OutgoingItem::Named {
            name: name.to_string(),
            unit: parts
                .unit
                .as_ref()
                .map_or_else(|| PIECES.to_owned(), ToString::to_string),
        },
    };
    Ok(OutgoingLine {
        item,
        quantity: parts.quantity,
        unit_price: parts.unit_price,
        discount_percent: parts.discount_percent.filter(|d| !d.is_zero()),
        tax: tax.ok_or(NotSendable::NoTax(n + 1))?,
    })
}
