//! Documents as they are sent: texts everywhere, nothing that is empty.

use serde_json::{Map, Value, json};

use super::{
    amount::{padded, plain, slovenian, write_day, write_moment, write_slovenian_day},
    company::Company,
    document::{Document, Line, Partner, Payment},
    opr::{Asked, flag, texts},
};

/// What a caller wants to see besides.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own in the request"
)]
pub(super) struct Wanted {
    payments: bool,
    tax_factor: bool,
    line_ids: bool,
    info: bool,
}

impl Wanted {
    /// The document alone.
    pub(super) fn nothing() -> Self {
        Self {
            payments: false,
            tax_factor: false,
            line_ids: false,
            info: false,
        }
    }

    pub(super) fn by(asked: Asked<'_>) -> Self {
        Self {
            payments: asked.flag("show_payment_detail"),
            tax_factor: asked.flag("show_tax_factor"),
            line_ids: asked.flag("show_product_detail"),
            info: asked.flag("return_document_info"),
        }
    }
}

/// A whole document.
pub(super) fn document(
    document: &Document,
    company: &Company,
    wanted: Wanted,
) -> Map<String, Value> {
    let mut body = head(document, company);
    for (name, text) in &document.texts {
        body.insert(name.clone(), json!(text));
    }
    for (name, day) in &document.days {
        body.insert(name.clone(), json!(write_day(*day)));
    }
    body.insert("partner".to_owned(), partner(&document.partner));
    if let Some(receiver) = &document.receiver {
        body.insert("receiver".to_owned(), json!(receiver));
    }
    sums(&mut body, document, company);
    let lines = document
        .lines
        .iter()
        .map(|each| line(each, wanted))
        .collect();
    put_list(&mut body, "product_list", lines, company);
    if wanted.payments {
        let payments = document.payments.iter().map(payment).collect();
        put_list(&mut body, "mark_paid", payments, company);
    }
    if wanted.info {
        body.insert("document_info".to_owned(), info(document));
    }
    body
}

fn head(document: &Document, company: &Company) -> Map<String, Value> {
    let label = document.status.as_ref().and_then(|key| {
        let known = company.statuses.iter().find(|(known, _)| known == key);
        known.map(|(_, label)| label.clone())
    });
    // Keys that no document speaks of come and go.
    let odd = document.mk_id % 2 == 1;
    texts([
        ("mk_id", Some(document.mk_id.to_string())),
        ("doc_type", Some(document.doc_type.clone())),
        ("opr_code", Some("0".to_owned())),
        ("count_code", Some(document.count_code.clone())),
        ("doc_date", Some(write_day(document.doc_date))),
        ("currency_code", Some(document.currency.clone())),
        ("status_code", label),
        ("status_desc", document.status.clone()),
        ("buyer_order", document.buyer_order.clone()),
        ("warehouse", Some(document.warehouse.clone())),
        ("delivery_type", document.delivery_type.clone()),
        ("profit_center", Some(document.profit_center.clone())),
        ("profit_center_desc", Some(document.profit_center.clone())),
        ("created_ts", Some(write_moment(document.created))),
        (
            "last_change_ts",
            odd.then(|| write_moment(document.changed)),
        ),
        (
            "fulfillment_user",
            odd.then(|| "skladisce@podjetje.si".to_owned()),
        ),
    ])
}

fn sums(body: &mut Map<String, Value>, document: &Document, company: &Company) {
    if document.lines.is_empty() {
        return;
    }
    let sums = document.sums(company.settings.rounds_lines);
    let mut put = |name: String, text: String| body.insert(name, Value::String(text));
    put("sum_basic".to_owned(), plain(sums.basic));
    for (code, tax) in &sums.taxes {
        put(format!("sum_tax_{code}"), plain(*tax));
    }
    put("sum_all".to_owned(), plain(sums.all));
    if !document.discount_value.is_zero() {
        put("sum_discount".to_owned(), plain(document.discount_value));
    }
    let paid = document.paid();
    if !paid.is_zero() {
        put("sum_paid".to_owned(), plain(paid));
    }
    let last = document.payments.iter().map(|payment| payment.date).max();
    if let Some(last) = last.filter(|_| paid >= sums.all) {
        put("sum_full_paid_when".to_owned(), write_slovenian_day(last));
    }
}

fn line(line: &Line, wanted: Wanted) -> Value {
    let (net, gross) = line.prices();
    let percents: Vec<String> = line.discounts.iter().map(|each| plain(*each)).collect();
    let is_text = line.product.is_none();
    let unless_text = |text: String| (!is_text).then_some(text);
    let mut body = texts([
        (
            "mk_row_id",
            wanted.line_ids.then(|| line.row_id.to_string()),
        ),
        ("mk_id", line.product.as_ref().map(|(id, _)| id.to_string())),
        (
            "count_code",
            line.product.as_ref().map(|(_, code)| code.clone()),
        ),
        ("code", line.code.clone()),
        ("name", unless_text(line.name.clone())),
        ("unit", unless_text(line.unit.clone())),
        ("amount", unless_text(plain(line.amount))),
        ("price", unless_text(plain(net))),
        ("price_with_tax", unless_text(plain(gross))),
        (
            "discount",
            (!percents.is_empty()).then(|| percents.join(";")),
        ),
        ("tax", unless_text(line.tax.clone())),
        ("tax_factor", wanted.tax_factor.then(|| plain(line.rate))),
        (
            "tax_desc",
            wanted
                .tax_factor
                .then(|| plain(line.rate * rust_decimal::Decimal::ONE_HUNDRED)),
        ),
    ]);
    for (name, text) in &line.texts {
        body.insert(name.clone(), json!(text));
    }
    Value::Object(body)
}

fn payment(payment: &Payment) -> Value {
    Value::Object(texts([
        ("payment_type", Some(payment.payment_type.clone())),
        ("date", Some(write_slovenian_day(payment.date))),
        ("amount", Some(slovenian(payment.amount))),
        ("notes", payment.notes.clone()),
    ]))
}

fn info(document: &Document) -> Value {
    let entries = document.log.iter().map(|entry| {
        Value::Object(texts([
            ("user_email", Some("api@podjetje.si".to_owned())),
            ("operation_type", Some(entry.operation.to_owned())),
            ("notes", entry.notes.clone()),
            ("operation_time", Some(write_moment(entry.at))),
        ]))
    });
    entries.collect()
}

/// A partner as documents hold them.
pub(super) fn partner(partner: &Partner) -> Value {
    let mut body = texts([
        ("mk_id", Some(partner.mk_id.to_string())),
        ("mk_address_id", Some(partner.mk_address_id.to_string())),
        ("count_code", Some(partner.count_code.clone())),
        ("useCustomerAsContact", Some(flag(false))),
    ]);
    for (name, text) in &partner.texts {
        body.insert(name.clone(), json!(text));
    }
    if partner.texts.get("country").map(String::as_str) == Some("Slovenia") {
        body.insert("country_iso_2".to_owned(), json!("SI"));
    }
    if !partner.contact.is_empty() {
        body.insert("partner_contact".to_owned(), json!(partner.contact));
    }
    Value::Object(body)
}

/// Puts a list into an answer: nothing where it is empty, perhaps the bare element where there is one.
pub(super) fn put_list(
    body: &mut Map<String, Value>,
    name: &str,
    mut list: Vec<Value>,
    company: &Company,
) {
    let value = match list.len() {
        0 => return,
        1 if company.settings.single_as_object => list.swap_remove(0),
        _ => Value::Array(list),
    };
    body.insert(name.to_owned(), value);
}

/// What a put answers with.
pub(super) fn saved(document: &Document, company: &Company) -> Map<String, Value> {
    let short = (document.doc_type == "sales_order").then(|| "PR_SO".to_owned());
    let total = document.sums(company.settings.rounds_lines).all;
    let mut body = texts([
        ("document_type_short", short),
        ("mk_id", Some(document.mk_id.to_string())),
        ("count_code", Some(document.count_code.clone())),
        ("total_price", Some(padded(total))),
    ]);
    let partner = json!({"mk_id": document.partner.mk_id.to_string()});
    body.insert("partner".to_owned(), partner);
    body
}
