use validation::{Currency, Text};

use super::{Content, Customer, DocumentNumber, Item, Line, LineError, LineParts, LineTax};
use crate::erp::{RemoteCustomer, RemoteDocument, RemoteLine};

/// Why a document of the ERP cannot be kept here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// A field that we need is missing.
    #[error("it has no {0}")]
    Missing(&'static str),
    /// A field does not fit.
    #[error("its {0} cannot be kept here")]
    Unfit(&'static str),
    /// A line does not fit.
    #[error("{1} of its line {0} {2}")]
    Line(usize, &'static str, LineError),
}

/// The ERP's document as ours; what it does not show of ours stays as it is in `ours`.
pub fn content_of(remote: &RemoteDocument, ours: Option<&Content>) -> Result<Content, MergeError> {
    let number = remote.number.as_deref().unwrap_or(&remote.id);
    let number = Text::parse(number).map_err(|_| MergeError::Unfit("number"))?;
    let number = match ours.map(|ours| &ours.number) {
        Some(DocumentNumber::Made(made)) => DocumentNumber::Made(made.clone()),
        _ => DocumentNumber::Given(number),
    };
    let currency = remote.currency.as_deref().unwrap_or("EUR");
    let lines = remote.lines.iter().enumerate();
    let lines = lines.map(|(n, line)| {
        let known = ours.and_then(|ours| ours.lines.get(n));
        line_of(n, line, known)
    });
    Ok(Content {
        document_type: remote.document_type,
        number,
        customer: customer_of(&remote.customer, ours.map(|ours| &ours.customer))?,
        lines: lines
            .filter_map(Result::transpose)
            .collect::<Result<_, _>>()?,
        currency: Currency::parse(currency).map_err(|_| MergeError::Unfit("currency"))?,
        document_date: remote.document_date,
        due_date: remote.due_date.or(ours.and_then(|ours| ours.due_date)),
        notes: optional(remote.notes.as_deref(), "notes")?,
        warehouse: optional(remote.warehouse.as_deref(), "warehouse")?,
        delivery_type: optional(remote.delivery_type.as_deref(), "deliveryType")?,
    })
}

fn optional<const MAX: usize>(
    text: Option<&str>,
    field: &'static str,
) -> Result<Option<Text<MAX>>, MergeError> {
    text.map(Text::parse_optional)
        .transpose()
        .map(Option::flatten)
        .map_err(|_| MergeError::Unfit(field))
}

fn customer_of(remote: &RemoteCustomer, ours: Option<&Customer>) -> Result<Customer, MergeError> {
    // A partner may have no address: a dash says so, for ours must have one.
    let needed = |text: Option<&str>, field| {
        let text = text.filter(|text| !text.trim().is_empty()).unwrap_or("-");
        Text::parse(text).map_err(|_| MergeError::Unfit(field))
    };
    let name = remote.name.as_deref();
    let country = remote.country_code.as_deref().or(remote.country.as_deref());
    // A name of ours that says the same stays.
    let same = ours.map(|ours| &ours.country).filter(|ours| {
        remote
            .country
            .as_deref()
            .is_some_and(|name| name.eq_ignore_ascii_case(ours.as_str()))
    });
    let country = match same {
        Some(ours) => ours.clone(),
        None => needed(country, "customer.country")?,
    };
    Ok(Customer {
        name: needed(
            Some(name.ok_or(MergeError::Missing("customer"))?),
            "customer.name",
        )?,
        street: needed(remote.street.as_deref(), "customer.street")?,
        post_code: needed(remote.post_code.as_deref(), "customer.postCode")?,
        city: needed(remote.city.as_deref(), "customer.city")?,
        country,
        tax_number: optional(remote.tax_number.as_deref(), "customer.taxNumber")?
            .or_else(|| ours.and_then(|ours| ours.tax_number.clone())),
        email: optional(remote.email.as_deref(), "customer.email")?
            .or_else(|| ours.and_then(|ours| ours.email.clone())),
        phone: optional(remote.phone.as_deref(), "customer.phone")?
            .or_else(|| ours.and_then(|ours| ours.phone.clone())),
        is_company: remote
            .is_company
            .or_else(|| ours.and_then(|ours| ours.is_company)),
    })
}

/// `None` for a row that only holds a text between the lines.
fn line_of(n: usize, remote: &RemoteLine, ours: Option<&Line>) -> Result<Option<Line>, MergeError> {
    if remote.code.is_none() && remote.quantity.is_zero() {
        return Ok(None);
    }
    let fail = |error: LineError| MergeError::Line(n + 1, error.field(), error);
    let name = optional(remote.name.as_deref(), "lines")?;
    let code = optional(remote.code.as_deref(), "lines")?;
    let was_named = ours.is_some_and(
        |ours| matches!(&ours.parts().item, Item::Named(text) if Some(text) == name.as_ref()),
    );
    let item = match (code, name) {
        (Some(code), name) if !was_named => Item::Article { code, name },
        (_, Some(name)) => Item::Named(name),
        (_, None) => return Err(fail(LineError::Item)),
    };
    // A code that stands for the rate we gave is no other tax.
    let given = ours.and_then(|ours| ours.parts().tax.as_ref());
    let given = given.filter(|tax| {
        tax.code().is_none() && tax.rate().is_some() && tax.rate() == remote.tax_percent
    });
    let tax = match given {
        Some(tax) => Some(tax.clone()),
        None => LineTax::new(
            optional(remote.tax_code.as_deref(), "lines")?,
            remote.tax_percent,
        )
        .map_err(fail)?,
    };
    Line::new(LineParts {
        item,
        unit: optional(remote.unit.as_deref(), "lines")?,
        quantity: remote.quantity,
        unit_price: remote.unit_price,
        discount_percent: remote.discount_percent,
        tax,
    })
    .map(Some)
    .map_err(fail)
}
