//! Documents as they come. What is missing is absent, what nobody knows is passed over.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use super::wire::{OneOrMany, Text, day, moment, number};
use crate::{
    erp::{RemoteCustomer, RemoteDocument, RemoteLine, Unreadable},
    model::DocumentType,
};

/// What names a document, read before anything else so that the rest may be wrong.
#[derive(Deserialize, Default)]
struct Name {
    #[serde(default)]
    mk_id: Text,
    #[serde(default)]
    count_code: Text,
}

#[derive(Deserialize)]
struct WireDocument {
    #[serde(default)]
    doc_type: Text,
    #[serde(default)]
    opr_code: Text,
    #[serde(default)]
    opr_desc: Text,
    #[serde(default)]
    doc_date: Text,
    #[serde(default)]
    duo_payment: Text,
    #[serde(default)]
    buyer_order: Text,
    #[serde(default)]
    currency_code: Text,
    #[serde(default)]
    notes: Text,
    #[serde(default)]
    status_code: Text,
    #[serde(default)]
    status_desc: Text,
    #[serde(default)]
    warehouse: Text,
    #[serde(default)]
    delivery_type: Text,
    #[serde(default)]
    partner: OneOrMany<WirePartner>,
    #[serde(default)]
    product_list: OneOrMany<WireLine>,
    #[serde(default)]
    sum_all: Text,
    #[serde(default)]
    created_ts: Text,
}

#[derive(Deserialize, Default)]
struct WirePartner {
    #[serde(default)]
    business_entity: Text,
    #[serde(default)]
    customer: Text,
    #[serde(default)]
    street: Text,
    #[serde(default)]
    street_number: Text,
    #[serde(default)]
    post_number: Text,
    #[serde(default)]
    place: Text,
    #[serde(default)]
    country: Text,
    #[serde(default)]
    country_iso_2: Text,
    #[serde(default)]
    tax_id_number: Text,
    #[serde(default)]
    partner_contact: OneOrMany<WireContact>,
}

#[derive(Deserialize, Default)]
struct WireContact {
    #[serde(default)]
    email: Text,
    #[serde(default)]
    phone: Text,
    #[serde(default)]
    gsm: Text,
}

#[derive(Deserialize)]
struct WireLine {
    #[serde(default)]
    code: Text,
    #[serde(default)]
    name: Text,
    #[serde(default)]
    name_desc: Text,
    #[serde(default)]
    doc_desc: Text,
    #[serde(default)]
    unit: Text,
    #[serde(default)]
    amount: Text,
    #[serde(default)]
    price: Text,
    #[serde(default)]
    price_with_tax: Text,
    #[serde(default)]
    discount: Text,
    #[serde(default)]
    tax: Text,
    #[serde(default)]
    tax_factor: Text,
}

/// Reads a document that should be of `document_type`.
pub(super) fn read(
    value: Value,
    document_type: DocumentType,
) -> Result<RemoteDocument, Unreadable> {
    let name = Name::deserialize(&value).unwrap_or_default();
    let id = name.mk_id.0.clone().unwrap_or_default();
    let number = name.count_code.0.clone();
    whole(value, document_type, name).map_err(|reason| Unreadable { id, number, reason })
}

fn whole(value: Value, document_type: DocumentType, name: Name) -> Result<RemoteDocument, String> {
    let wire: WireDocument = serde_json::from_value(value).map_err(|error| error.to_string())?;
    if let Some(code) = wire.opr_code.as_deref().filter(|code| *code != "0") {
        let words = wire.opr_desc.0.unwrap_or_default();
        return Err(format!("code {code}: {words}"));
    }
    let kind = wire.doc_type.as_deref();
    if let Some(other) = kind.filter(|kind| *kind != document_type.remote_name()) {
        return Err(format!("it is a {other}"));
    }
    let id = name.mk_id.0.ok_or("it has no mk_id")?;
    let date = wire.doc_date.as_deref().ok_or("it has no doc_date")?;
    let lines = wire.product_list.0.iter().map(line);
    Ok(RemoteDocument {
        id,
        number: name.count_code.0,
        document_type,
        buyer_order: wire.buyer_order.0,
        document_date: day(date).ok_or_else(|| not_a("day", "doc_date", date))?,
        due_date: match wire.duo_payment.as_deref() {
            Some(text) => Some(day(text).ok_or_else(|| not_a("day", "duo_payment", text))?),
            None => None,
        },
        currency: wire.currency_code.0,
        notes: wire.notes.0,
        // The code in answers is a label in the user's language; what is sent as code is called its description.
        status: wire.status_desc.0.or(wire.status_code.0),
        warehouse: wire.warehouse.0,
        delivery_type: wire.delivery_type.0,
        customer: wire
            .partner
            .0
            .into_iter()
            .next()
            .map(customer)
            .unwrap_or_default(),
        lines: lines.collect::<Result<_, _>>()?,
        total: decimal("sum_all", &wire.sum_all)?,
        created_at: wire.created_ts.as_deref().and_then(moment),
    })
}

fn customer(wire: WirePartner) -> RemoteCustomer {
    let contact = wire
        .partner_contact
        .0
        .into_iter()
        .next()
        .unwrap_or_default();
    let street = match (wire.street.0, wire.street_number.0) {
        (Some(street), Some(number)) => Some(format!("{street} {number}")),
        (street, number) => street.or(number),
    };
    RemoteCustomer {
        name: wire.customer.0,
        street,
        post_code: wire.post_number.0,
        city: wire.place.0,
        country: wire.country.0,
        country_code: wire.country_iso_2.0,
        tax_number: wire.tax_id_number.0,
        email: contact.email.0,
        phone: contact.phone.0.or(contact.gsm.0),
        is_company: wire.business_entity.as_deref().map(|truth| truth == "true"),
    }
}

fn line(wire: &WireLine) -> Result<RemoteLine, String> {
    let factor = decimal("tax_factor", &wire.tax_factor)?;
    if let Some(odd) = factor.filter(|factor| factor.is_sign_negative() || *factor > Decimal::TEN) {
        return Err(not_a("rate", "tax_factor", &odd.to_string()));
    }
    let text = || wire.name_desc.0.clone().or_else(|| wire.doc_desc.0.clone());
    Ok(RemoteLine {
        code: wire.code.0.clone(),
        name: wire.name.0.clone().or_else(text),
        unit: wire.unit.0.clone(),
        // A row of free text has neither amount nor price.
        quantity: decimal("amount", &wire.amount)?.unwrap_or_default(),
        unit_price: net_price(wire, factor)?,
        discount_percent: discount(wire.discount.as_deref())?,
        tax_code: wire.tax.0.clone(),
        tax_percent: factor.map(|factor| (factor * Decimal::ONE_HUNDRED).normalize()),
    })
}

fn net_price(wire: &WireLine, factor: Option<Decimal>) -> Result<Decimal, String> {
    if let Some(net) = decimal("price", &wire.price)? {
        return Ok(net);
    }
    match (decimal("price_with_tax", &wire.price_with_tax)?, factor) {
        (None, _) => Ok(Decimal::ZERO),
        (Some(gross), Some(factor)) => {
            let net = gross.checked_div(Decimal::ONE + factor);
            let net = net.map(|net| net.round_dp(4).normalize());
            net.ok_or_else(|| "a line has no net price".to_owned())
        }
        (Some(_), None) => Err("a line has no net price".to_owned()),
    }
}

/// Several discounts, one after the other, as the one that they make together.
fn discount(text: Option<&str>) -> Result<Option<Decimal>, String> {
    let Some(text) = text else {
        return Ok(None);
    };
    let mut left = Decimal::ONE;
    for part in text.split(';') {
        let percent = number(part.trim()).ok_or_else(|| not_a("number", "discount", text))?;
        if percent.abs() > Decimal::ONE_HUNDRED {
            return Err(not_a("percentage", "discount", text));
        }
        left *= Decimal::ONE - percent / Decimal::ONE_HUNDRED;
    }
    let percent = (Decimal::ONE - left) * Decimal::ONE_HUNDRED;
    Ok(Some(percent.normalize()).filter(|percent| !percent.is_zero()))
}

fn decimal(name: &str, text: &Text) -> Result<Option<Decimal>, String> {
    let Some(text) = text.as_deref() else {
        return Ok(None);
    };
    number(text)
        .map(Some)
        .ok_or_else(|| not_a("number", name, text))
}

fn not_a(kind: &str, name: &str, text: &str) -> String {
    format!("{name} is no {kind}: {text}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_order(mut fields: Value) -> Result<RemoteDocument, Unreadable> {
        let all = fields.as_object_mut().unwrap();
        all.insert("mk_id".to_owned(), json!("4000"));
        all.entry("doc_date").or_insert(json!("2026-01-05+02:00"));
        read(fields, DocumentType::Order)
    }

    #[test]
    fn what_is_absent_is_nothing() {
        let order = read_order(json!({})).unwrap();
        assert_eq!((order.total, order.lines.len()), (None, 0));
        assert_eq!(order.customer, RemoteCustomer::default());
    }

    #[test]
    fn odd_values_are_read_all_the_same() {
        let order = read_order(json!({
            "doc_date": "05.01.2026",
            "status_code": "Odpremljen",
            "status_desc": "shipped",
            "sum_all": "1.895,01",
            "never_heard_of": {"a": 1},
            "partner": {"street": "Trg", "street_number": 1, "partner_contact": [{"gsm": "040"}]},
            "product_list": {"code": "A", "amount": 2, "price_with_tax": "12,2", "tax_factor": "0.22", "discount": "22;23"},
        }));
        let order = order.unwrap();
        assert_eq!(order.status.as_deref(), Some("shipped"));
        assert_eq!(order.total, Some(Decimal::new(189_501, 2)));
        assert_eq!(order.customer.street.as_deref(), Some("Trg 1"));
        assert_eq!(order.customer.phone.as_deref(), Some("040"));
        let line = &order.lines[0];
        assert_eq!(
            (line.quantity, line.unit_price),
            (Decimal::TWO, Decimal::TEN)
        );
        assert_eq!(line.discount_percent, Some(Decimal::new(3_994, 2)));
        assert_eq!(line.tax_percent, Some(Decimal::from(22)));
    }

    #[test]
    fn a_row_of_free_text_is_a_line_without_a_price() {
        let order = read_order(json!({"product_list": [{"doc_desc": "Thank you"}]})).unwrap();
        let line = &order.lines[0];
        assert_eq!(line.name.as_deref(), Some("Thank you"));
        assert_eq!(
            (line.quantity, line.unit_price),
            (Decimal::ZERO, Decimal::ZERO)
        );
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_reason() {
        let reason = |fields| read_order(fields).unwrap_err().reason;
        assert_eq!(
            reason(json!({"sum_all": "much"})),
            "sum_all is no number: much"
        );
        assert_eq!(
            reason(json!({"doc_date": "5.1."})),
            "doc_date is no day: 5.1."
        );
        assert_eq!(
            reason(json!({"doc_type": "sales_offer"})),
            "it is a sales_offer"
        );
        let gross = json!({"product_list": [{"price_with_tax": "1"}]});
        assert_eq!(reason(gross), "a line has no net price");
        assert_eq!(read_order(json!({"doc_date": ""})).unwrap_err().id, "4000");
    }
}
