use metakocka::{
    OutgoingDocument, OutgoingItem, OutgoingLine, RemoteCustomer, RemoteDocument, RemoteLine, Tax,
};
use rust_decimal::Decimal;

fn saved_line(line: &OutgoingLine) -> RemoteLine {
    let text = |text: &str| Some(text.to_owned());
    let (code, name) = match &line.item {
        OutgoingItem::Article(code) => (text(code), Some(format!("Article {code}"))),
        OutgoingItem::Named { name, .. } => (None, text(name)),
    };
    let (tax_code, tax_percent) = match &line.tax {
        Tax::Code(code) => (text(code), metakocka::known_rate(code)),
        Tax::Percent(rate) => (text("EX9"), Some(*rate)),
    };
    RemoteLine {
        code,
        name,
        unit: text("kos"),
        quantity: line.quantity,
        unit_price: line.unit_price,
        discount_percent: line.discount_percent,
        tax_code,
        tax_percent,
    }
}

/// The document that is saved for what was sent.
pub(super) fn saved(id: String, number: String, sent: &OutgoingDocument) -> RemoteDocument {
    let customer = &sent.customer;
    let text = |text: &str| Some(text.to_owned());
    let lines: Vec<_> = sent.lines.iter().map(saved_line).collect();
    let gross = |line: &RemoteLine| {
        let rate = line.tax_percent.unwrap_or_default();
        line.quantity * line.unit_price * (Decimal::ONE_HUNDRED + rate) / Decimal::ONE_HUNDRED
    };
    RemoteDocument {
        id,
        number: Some(number),
        document_type: sent.document_type,
        buyer_order: Some(sent.buyer_order.clone()),
        document_date: sent.document_date,
        due_date: sent.due_date,
        currency: Some(sent.currency.clone()),
        notes: sent.notes.clone(),
        status: text("new_order"),
        warehouse: text(match sent.warehouse.as_deref() {
            Some("second") => "second",
            _ => "main",
        }),
        delivery_type: sent
            .delivery_type
            .clone()
            .filter(|delivery| delivery == "post"),
        customer: RemoteCustomer {
            name: text(&customer.name),
            street: text(&customer.street),
            post_code: text(&customer.post_code),
            city: text(&customer.city),
            country: text("Slovenia"),
            country_code: text("SI"),
            tax_number: customer.tax_number.clone(),
            email: None,
            phone: None,
            is_company: Some(customer.is_company),
        },
        total: Some(lines.iter().map(gross).sum::<Decimal>().round_dp(2)),
        lines,
        created_at: None,
    }
}
