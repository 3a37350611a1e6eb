use rust_decimal::Decimal;

use super::{Content, Customer, Item, Line, LineTax, known_rate};
use crate::erp::{RemoteCustomer, RemoteDocument, RemoteLine};

/// A field that is one thing here and another there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its name, as it stands in a document's JSON.
    pub field: String,
    /// What we have.
    pub crm: Option<String>,
    /// What Metakocka has.
    pub metakocka: Option<String>,
}

/// Gathers differences.
struct Found(Vec<Difference>);

impl Found {
    fn add(&mut self, field: impl Into<String>, ours: Option<String>, theirs: Option<String>) {
        self.0.push(Difference {
            field: field.into(),
            crm: ours,
            metakocka: theirs,
        });
    }

    /// Texts, which the ERP may trim or break otherwise.
    fn text(&mut self, field: &str, ours: Option<&str>, theirs: Option<&str>) {
        let plain = |text: Option<&str>| {
            let words: Vec<_> = text.unwrap_or_default().split_whitespace().collect();
            words.join(" ")
        };
        if plain(ours) != plain(theirs) {
            self.add(field, ours.map(str::to_owned), theirs.map(str::to_owned));
        }
    }

    /// A text that the ERP does not always show.
    fn shown(&mut self, field: &str, ours: Option<&str>, theirs: Option<&str>) {
        if theirs.is_some() {
            self.text(field, ours, theirs);
        }
    }

    fn number(&mut self, field: String, ours: Decimal, theirs: Decimal) {
        if ours != theirs {
            let text = |number: Decimal| Some(number.normalize().to_string());
            self.add(field, text(ours), text(theirs));
        }
    }
}

/// Where the ERP has something else than was sent: it replaces a warehouse, a way of delivery or a number that it does
/// not like without a word.
pub fn differences(content: &Content, remote: &RemoteDocument) -> Vec<Difference> {
    let mut found = Found(Vec::new());
    if let Some(number) = content.number.given() {
        found.text("documentNumber", Some(number), remote.number.as_deref());
    }
    let day = |day: chrono::NaiveDate| day.to_string();
    if content.document_date != remote.document_date {
        let (ours, theirs) = (day(content.document_date), day(remote.document_date));
        found.add("documentDate", Some(ours), Some(theirs));
    }
    if content.due_date != remote.due_date && content.due_date.is_some() {
        found.add(
            "dueDate",
            content.due_date.map(day),
            remote.due_date.map(day),
        );
    }
    found.shown(
        "currency",
        Some(content.currency.code()),
        remote.currency.as_deref(),
    );
    let text = |text: &Option<validation::Text<200>>| text.as_ref().map(ToString::to_string);
    let notes = content.notes.as_ref().map(validation::Text::as_str);
    found.text("notes", notes, remote.notes.as_deref());
    // Where we say nothing, the company's defaults are right.
    if let Some(ours) = text(&content.warehouse) {
        found.text("warehouse", Some(&ours), remote.warehouse.as_deref());
    }
    if let Some(ours) = text(&content.delivery_type) {
        found.text("deliveryType", Some(&ours), remote.delivery_type.as_deref());
    }
    customers(&mut found, &content.customer, &remote.customer);
    if content.lines.len() == remote.lines.len() {
        let pairs = content.lines.iter().zip(&remote.lines);
        for (n, (ours, theirs)) in pairs.enumerate() {
            lines(&mut found, n, ours, theirs);
        }
    } else {
        let count = |count: usize| Some(format!("{count} lines"));
        found.add(
            "lines",
            count(content.lines.len()),
            count(remote.lines.len()),
        );
    }
    found.0
}

fn customers(found: &mut Found, ours: &Customer, theirs: &RemoteCustomer) {
    found.text(
        "customer.name",
        Some(ours.name.as_str()),
        theirs.name.as_deref(),
    );
    found.text(
        "customer.street",
        Some(ours.street.as_str()),
        theirs.street.as_deref(),
    );
    found.text(
        "customer.postCode",
        Some(ours.post_code.as_str()),
        theirs.post_code.as_deref(),
    );
    found.text(
        "customer.city",
        Some(ours.city.as_str()),
        theirs.city.as_deref(),
    );
    let is_ours = |country: &String| country.eq_ignore_ascii_case(ours.country.as_str());
    let mut countries = theirs.country_code.iter().chain(&theirs.country);
    // A name of ours is not held against a code of theirs.
    let can_tell = theirs.country_code.is_some() && ours.country.as_str().len() == 2
        || theirs.country.is_some() && ours.country.as_str().len() > 2;
    if can_tell && !countries.any(is_ours) {
        let theirs = theirs.country_code.clone().or(theirs.country.clone());
        found.add("customer.country", Some(ours.country.to_string()), theirs);
    }
    let text = |text: &Option<validation::Text<200>>| text.as_ref().map(ToString::to_string);
    let (tax_number, email, phone) = (text(&ours.tax_number), text(&ours.email), text(&ours.phone));
    found.shown(
        "customer.taxNumber",
        tax_number.as_deref(),
        theirs.tax_number.as_deref(),
    );
    found.shown("customer.email", email.as_deref(), theirs.email.as_deref());
    found.shown("customer.phone", phone.as_deref(), theirs.phone.as_deref());
}

fn lines(found: &mut Found, n: usize, ours: &Line, theirs: &RemoteLine) {
    let field = |name: &str| format!("lines[{n}].{name}");
    let ours = ours.parts();
    match &ours.item {
        Item::Article { code, .. } => {
            found.text(&field("code"), Some(code.as_str()), theirs.code.as_deref());
        }
        // It may have become an article with a code of the ERP's own.
        Item::Named(name) => {
            found.text(&field("name"), Some(name.as_str()), theirs.name.as_deref());
        }
    }
    found.number(field("quantity"), ours.quantity, theirs.quantity);
    found.number(field("unitPrice"), ours.unit_price, theirs.unit_price);
    found.number(
        field("discountPercent"),
        ours.discount_percent.unwrap_or_default(),
        theirs.discount_percent.unwrap_or_default(),
    );
    taxes(found, &field("tax"), ours.tax.as_ref(), theirs);
}

/// A tax is the same by its code or by its rate: the ERP answers with a code also where a rate was sent.
fn taxes(found: &mut Found, field: &str, ours: Option<&LineTax>, theirs: &RemoteLine) {
    let Some(ours) = ours else {
        return;
    };
    if ours.code().is_some() && ours.code() == theirs.tax_code.as_deref() {
        return;
    }
    let their_rate = theirs
        .tax_percent
        .or_else(|| known_rate(theirs.tax_code.as_deref()?));
    let (Some(rate), Some(their_rate)) = (ours.rate(), their_rate) else {
        // A rate that cannot be told is not held against anybody; a code is.
        if ours.code().is_some() {
            let code = ours.code().map(str::to_owned);
            found.add(field, code, theirs.tax_code.clone());
        }
        return;
    };
    found.number(field.to_owned(), rate, their_rate);
}
