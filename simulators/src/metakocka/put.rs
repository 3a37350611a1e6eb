//! `put_document`: makes a document, or replaces one as a whole.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{
    amount::{day, local, number},
    books::{Books, doc_type},
    document::{Document, Partner, Payment},
    lines,
    opr::{Asked, Opr, Outcome},
    partners, show,
};

/// Fields of the head that are kept as they come.
const TEXTS: [&str; 16] = [
    "title",
    "pariteta",
    "doc_created_email",
    "commercialist_email",
    "priority",
    "method_of_payment",
    "bank_ref_prefix",
    "bank_ref_number",
    "location_of_service",
    "credit_note_type",
    "credit_note_bill",
    "inquiry_num",
    "notes_header",
    "notes",
    "duo_payment_days",
    "link_to_web_store",
];

/// Fields of the head that are days.
const DAYS: [&str; 6] = [
    "duo_payment",
    "service_from_date",
    "service_to_date",
    "valid_to",
    "finish_date",
    "delivery_deadline",
];

/// What begins a number that is only the prefix of one.
const SELECT: &str = "COUNT_CODE_SELECT#";

pub(super) fn put(books: &mut Books, asked: Asked<'_>, now: DateTime<Utc>) -> Outcome {
    let doc_type = doc_type(asked)?;
    let replaced = replaced(books, asked, &doc_type)?;
    let doc_date = wanted_day(asked)?;
    let partner = asked.object("partner");
    let partner = partner.ok_or_else(|| Opr::parameter("Partner data are missing"))?;
    partners::check(books, partner)?;
    let buyer_order = asked.short("buyer_order", 30)?;
    let count_code = asked.short("count_code", 30)?;
    let mut document = head(books, asked, replaced.as_ref(), now)?;
    document.doc_type = doc_type;
    document.doc_date = doc_date;
    document.buyer_order = buyer_order;
    if let Some(paid) = payments(books, asked)? {
        document.payments = paid;
    }
    document.lines = lines::read_all(books, asked, replaced.as_ref())?;
    // Here everything is known to be right, and what there is not yet is made.
    document.partner = partners::take(books, partner)?;
    if replaced.is_none() {
        refuse_second(books, &document)?;
        document.mk_id = books.new_id();
        document.count_code = numbered(books, &document.doc_type, count_code, now);
    }
    fill_whole_payment(&mut document);
    let answer = show::saved(&document, &books.company);
    let notes = asked.short("document_change_log_notes", 50)?;
    books.keep(document, notes, now);
    Ok(answer)
}

fn replaced(books: &Books, asked: Asked<'_>, doc_type: &str) -> Result<Option<Document>, Opr> {
    let Some(mk_id) = asked.text("mk_id") else {
        return Ok(None);
    };
    let found = books.find(doc_type, &mk_id);
    found.map(|document| Some(document.clone())).ok_or_else(|| {
        let words = format!("Cannot find document type {doc_type} with id = {mk_id}");
        Opr::parameter(words)
    })
}

fn wanted_day(asked: Asked<'_>) -> Result<NaiveDate, Opr> {
    let text = asked.text("doc_date");
    let text = text.ok_or_else(|| Opr::rule("Value is require for doc_date"))?;
    read_day("doc_date", &text)
}

fn read_day(name: &str, text: &str) -> Result<NaiveDate, Opr> {
    day(text).ok_or_else(|| Opr::rule(format!("Not valid date for {name} : {text}")))
}

/// The head without what identifies it.
fn head(
    books: &Books,
    asked: Asked<'_>,
    replaced: Option<&Document>,
    now: DateTime<Utc>,
) -> Result<Document, Opr> {
    let company = &books.company;
    let mut days = BTreeMap::new();
    for name in DAYS {
        if let Some(text) = asked.text(name) {
            days.insert(name.to_owned(), read_day(name, &text)?);
        }
    }
    let texts = TEXTS.into_iter();
    let texts = texts.filter_map(|name| Some((name.to_owned(), asked.text(name)?)));
    let known = |list: &[String], name: &str| asked.text(name).filter(|text| list.contains(text));
    let warehouse = known(&company.warehouses, "warehouse");
    Ok(Document {
        mk_id: replaced.map_or(0, |document| document.mk_id),
        doc_type: String::new(),
        count_code: replaced.map_or_else(String::new, |document| document.count_code.clone()),
        doc_date: NaiveDate::default(),
        buyer_order: None,
        partner: Partner::default(),
        receiver: asked.object("receiver").map(|receiver| receiver.0.clone()),
        lines: Vec::new(),
        profit_center: profit_center(books, asked)?,
        status: status(books, asked)?,
        discount_percent: discount(asked, "discount_percent")?,
        discount_value: discount(asked, "discount_value")?,
        currency: currency(asked)?,
        // An unknown mark is the default's, an unknown way of delivery none, and nobody is told.
        warehouse: warehouse.unwrap_or_else(|| first(&company.warehouses)),
        delivery_type: known(&company.delivery_types, "delivery_type"),
        texts: texts.collect(),
        days,
        payments: replaced.map_or_else(Vec::new, |document| document.payments.clone()),
        log: replaced.map_or_else(Vec::new, |document| document.log.clone()),
        created: replaced.map_or_else(|| local(now), |document| document.created),
        changed: local(now),
        in_searches_from: now,
    })
}

fn first(list: &[String]) -> String {
    list.first().cloned().unwrap_or_default()
}

fn profit_center(books: &Books, asked: Asked<'_>) -> Result<String, Opr> {
    let known = &books.company.profit_centers;
    match asked.text("profit_center") {
        Some(name) if !known.contains(&name) => {
            Err(Opr::rule(format!("Profit center '{name}' doesn't exist.")))
        }
        Some(name) => Ok(name),
        None => Ok(first(known)),
    }
}

/// The key of a status, which must be in the register.
pub(super) fn status(books: &Books, asked: Asked<'_>) -> Result<Option<String>, Opr> {
    let Some(key) = asked.text("status_code") else {
        return Ok(None);
    };
    let known = books.company.statuses.iter().map(|(key, _)| key.clone());
    let known: Vec<String> = known.collect();
    if known.contains(&key) {
        return Ok(Some(key));
    }
    Err(Opr::not_one_of("status_code", &key, &known))
}

/// An amount or percentage off the whole.
pub(super) fn discount(asked: Asked<'_>, name: &str) -> Result<Decimal, Opr> {
    let Some(text) = asked.text(name) else {
        return Ok(Decimal::ZERO);
    };
    number(&text).ok_or_else(|| Opr::rule(format!("Not valid number for {name}")))
}

fn currency(asked: Asked<'_>) -> Result<String, Opr> {
    let code = asked
        .text("currency_code")
        .unwrap_or_else(|| "EUR".to_owned());
    let is_code = code.len() == 3 && code.chars().all(|letter| letter.is_ascii_uppercase());
    if !is_code {
        return Err(Opr::rule(format!("Currency '{code}' doesn't exist.")));
    }
    Ok(code)
}

/// The payments sent; `None` where those that there are stay.
fn payments(books: &Books, asked: Asked<'_>) -> Result<Option<Vec<Payment>>, Opr> {
    let sent = asked.list("mark_paid").unwrap_or_default();
    if sent.is_empty() {
        return Ok(None);
    }
    let mut payments = Vec::new();
    for each in sent {
        payments.push(payment(books, each)?);
    }
    // One entry over nothing takes them all away.
    if payments.len() == 1 && payments[0].amount.is_zero() {
        payments.clear();
    }
    Ok(Some(payments))
}

/// What stands for the whole document until its total is known.
const WHOLE: Decimal = Decimal::MIN;

fn payment(books: &Books, asked: Asked<'_>) -> Result<Payment, Opr> {
    let payment_type = payment_type(books, asked)?;
    let date = asked.wanted("date")?;
    let amount = match asked.text("amount") {
        Some(text) => number(&text).ok_or_else(|| Opr::rule("Not valid number for amount"))?,
        None => WHOLE,
    };
    Ok(Payment {
        payment_type,
        date: read_day("date", &date)?,
        amount,
        notes: asked.short("notes", 100)?,
    })
}

/// How it was paid, which must be in the register and need no fiscal one.
pub(super) fn payment_type(books: &Books, asked: Asked<'_>) -> Result<String, Opr> {
    let company = &books.company;
    let name = asked.wanted("payment_type")?;
    if !company.payment_types.contains(&name) {
        let known = &company.payment_types;
        return Err(Opr::not_one_of("payment_type", &name, known));
    }
    if company.fiscal_payment_types.contains(&name) {
        return Err(Opr::rule(format!(
            "Cash register for payment type '{name}' is not set."
        )));
    }
    Ok(name)
}

fn fill_whole_payment(document: &mut Document) {
    let all = document.sums(false).all;
    for payment in &mut document.payments {
        if payment.amount == WHOLE {
            payment.amount = all;
        }
    }
}

/// With the company's setting, a second document with this customer's number is refused. Its partner was made.
fn refuse_second(books: &Books, document: &Document) -> Result<(), Opr> {
    if !books.company.settings.unique_buyer_order || document.buyer_order.is_none() {
        return Ok(());
    }
    let others = books.of_type(&document.doc_type);
    let others: Vec<Value> = others
        .filter(|other| other.buyer_order == document.buyer_order)
        .map(|other| json!({"count_code": other.count_code, "mk_id": other.mk_id.to_string()}))
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let words = "Documents with some buyer order already exist";
    let mut opr = Opr::rule(words);
    opr.more.insert("opr_code_app".to_owned(), json!("7"));
    opr.more.insert("opr_desc_app".to_owned(), json!(words));
    let partner = json!({"mk_id": document.partner.mk_id.to_string()});
    opr.more.insert("partner".to_owned(), partner);
    opr.more
        .insert("duplicate_doc_list".to_owned(), json!(others));
    Err(opr)
}

/// The number sent, unless another document has it: then the company's own next one, and nobody is told.
fn numbered(books: &mut Books, doc_type: &str, sent: Option<String>, now: DateTime<Utc>) -> String {
    let year = Books::year(now);
    match sent {
        Some(sent) => match sent.strip_prefix(SELECT) {
            Some(prefix) => books.new_number(doc_type, Some(prefix), year),
            None if books.has_number(doc_type, &sent) => books.new_number(doc_type, None, year),
            None => sent,
        },
        None => books.new_number(doc_type, None, year),
    }
}
