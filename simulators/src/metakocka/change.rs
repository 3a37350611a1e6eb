//! What happens to documents after they were made: `update_document` and its smaller sisters.

use chrono::{DateTime, Utc};
use serde_json::Map;

use super::{
    amount::{day, number},
    books::{Books, doc_type},
    document::{Document, Payment},
    lines,
    opr::{Asked, Opr, Outcome},
    put::{discount, payment_type, status},
};

/// Texts of an order that can be changed alone.
const TEXTS: [&str; 2] = ["notes_header", "notes"];

/// `update_document`: some fields of an order, or the status of a bill.
pub(super) fn update(books: &mut Books, asked: Asked<'_>, now: DateTime<Utc>) -> Outcome {
    let doc_type = doc_type(asked)?;
    let present = identified(books, asked, &doc_type)?;
    let mut document = present.clone();
    if asked.0.contains_key("status_code") {
        document.status = status(books, asked)?;
    }
    match doc_type.as_str() {
        "sales_order" => change_order(books, asked, &mut document)?,
        "sales_offer" => return Err(Opr::parameter("Unknown document type : sales_offer")),
        // Of a bill nothing else can be changed, and what else is sent is passed over.
        _ => {}
    }
    if document != present {
        let notes = asked.short("document_change_log_notes", 50)?;
        books.keep(document, notes, now);
    }
    Ok(Map::new())
}

fn change_order(books: &mut Books, asked: Asked<'_>, document: &mut Document) -> Result<(), Opr> {
    if asked.text("tracking_code").is_some() {
        let words = "No invoice for given sales order. Tracking code cannot be add.";
        return Err(Opr::rule(words));
    }
    for name in TEXTS {
        if let Some(text) = asked.text(name) {
            document.texts.insert(name.to_owned(), text);
        }
    }
    let cleared = asked.0.get("clear").and_then(|clear| clear.as_array());
    for name in cleared
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str())
    {
        document.texts.remove(name);
    }
    if asked.text("discount_value").is_some() {
        document.discount_value = discount(asked, "discount_value")?;
    }
    let company = &books.company;
    let known = |list: &[String], name: &str| asked.text(name).filter(|text| list.contains(text));
    if let Some(warehouse) = known(&company.warehouses, "warehouse") {
        document.warehouse = warehouse;
    }
    if let Some(delivery) = known(&company.delivery_types, "delivery_type") {
        document.delivery_type = Some(delivery);
    }
    if let Some(number) = asked.short("count_code_new", 30)? {
        document.count_code = number;
    }
    change_lines(books, asked, document)
}

fn change_lines(books: &mut Books, asked: Asked<'_>, document: &mut Document) -> Result<(), Opr> {
    let mut rows = asked.list("product_list").unwrap_or_default();
    rows.extend(asked.list("product_add").unwrap_or_default());
    for row in rows {
        let Some(row_id) = row.text("mk_row_id") else {
            document.lines.push(lines::read(books, row)?);
            continue;
        };
        let is_it = |line: &super::document::Line| line.row_id.to_string() == row_id;
        let Some(place) = document.lines.iter().position(is_it) else {
            return Err(Opr::parameter(format!(
                "Cannot find row with id = {row_id}"
            )));
        };
        if row.flag("mark_delete") {
            document.lines.remove(place);
            continue;
        }
        let line = &mut document.lines[place];
        let read = |name: &str| row.text(name).and_then(|text| number(&text));
        if let Some(amount) = read("amount") {
            line.amount = amount;
        }
        if let Some(price) = read("price_with_tax") {
            (line.price, line.gross) = (price, true);
        } else if let Some(price) = read("price") {
            (line.price, line.gross) = (price, false);
        }
    }
    for row in asked.list("product_remove").unwrap_or_default() {
        let (code, row_id) = (row.text("code"), row.text("mk_row_id"));
        document.lines.retain(|line| {
            let is_code = code.is_some() && line.code == code;
            !(is_code || row_id.as_deref() == Some(line.row_id.to_string().as_str()))
        });
    }
    Ok(())
}

/// The document that a call names by `mk_id`, an order also by `buyer_order`, a bill by `count_code`.
fn identified(books: &Books, asked: Asked<'_>, doc_type: &str) -> Result<Document, Opr> {
    let mk_id = asked.text("mk_id");
    let found = match &mk_id {
        Some(mk_id) => books.find(doc_type, mk_id),
        None if doc_type == "sales_order" => {
            let wanted = Some(asked.wanted("buyer_order")?);
            let mut all = books.of_type(doc_type);
            all.find(|document| document.buyer_order == wanted)
        }
        None => {
            let wanted = asked.wanted("count_code")?;
            let mut all = books.of_type(doc_type);
            all.find(|document| document.count_code == wanted)
        }
    };
    found.cloned().ok_or_else(|| {
        let mk_id = mk_id.as_deref().unwrap_or("null");
        let words = format!("Cannot find document type {doc_type} with id = {mk_id}");
        Opr::parameter(words)
    })
}

/// `change_document_status`: of orders.
pub(super) fn change_status(books: &mut Books, asked: Asked<'_>, now: DateTime<Utc>) -> Outcome {
    let doc_type = asked.wanted("doc_type")?;
    if doc_type != "sales_order" {
        let words = format!("Unknown document type : {doc_type}");
        return Err(Opr::parameter(words));
    }
    asked.wanted("status_code")?;
    let mut document = identified(books, asked, &doc_type)?;
    document.status = status(books, asked)?;
    books.keep(document, None, now);
    Ok(Map::new())
}

/// `delete_document`: wants identity and type, and only orders can be deleted.
pub(super) fn delete(books: &mut Books, asked: Asked<'_>) -> Outcome {
    let mk_id = asked.text("mk_id");
    let mk_id = mk_id.ok_or_else(|| Opr::parameter("Paramether mk_id must be set"))?;
    let Some(doc_type) = asked.text("doc_type") else {
        return Err(Opr::new(1, "Internal server error."));
    };
    if doc_type != "sales_order" {
        let words = format!("Unknown document type : {doc_type}");
        return Err(Opr::parameter(words));
    }
    let found = books.find(&doc_type, &mk_id).map(|document| document.mk_id);
    let Some(found) = found else {
        let words = format!("Cannot find document type {doc_type} with id = {mk_id}");
        return Err(Opr::parameter(words));
    };
    books.documents.remove(&found);
    Ok(Map::new())
}

/// `put_transaction`: one more payment, however often it is sent.
pub(super) fn pay(books: &mut Books, asked: Asked<'_>, now: DateTime<Utc>) -> Outcome {
    let doc_type = doc_type(asked)?;
    let mut document = identified(books, asked, &doc_type)?;
    let payment_type = payment_type(books, asked)?;
    let date = asked.wanted("date")?;
    let price = asked.wanted("price")?;
    let date = day(&date).ok_or_else(|| Opr::rule(format!("Not valid date for date : {date}")))?;
    document.payments.push(Payment {
        payment_type,
        date,
        amount: number(&price).ok_or_else(|| Opr::rule("Not valid number for price"))?,
        notes: asked.short("notes", 100)?,
    });
    books.keep(document, None, now);
    Ok(Map::new())
}
