//! `search`: one type at a time, at most 100 hits, by identity.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{
    amount::{day, moment},
    books::{Books, doc_type},
    document::Document,
    opr::{Asked, Opr, Outcome, texts},
    show::{self, Wanted, put_list},
};

/// Hits in one answer, whatever is asked for.
const MOST: usize = 100;

/// A condition that a document meets or not.
type Condition = Box<dyn Fn(&Document) -> bool>;

pub(super) fn search(books: &Books, asked: Asked<'_>, now: DateTime<Utc>) -> Outcome {
    let doc_type = doc_type(asked)?;
    let mut conditions = Vec::new();
    for each in asked.list("query_advance").unwrap_or_default() {
        let (kind, value) = (each.wanted("type")?, each.wanted("value")?);
        conditions.push(condition(books, &doc_type, &kind, value)?);
    }
    if let Some(query) = asked.text("query") {
        let finds_buyer_order = books.company.settings.query_finds_buyer_order;
        conditions.push(Box::new(move |document| {
            is_like(document, &query, finds_buyer_order)
        }));
    }
    let mut hits: Vec<&Document> = books
        .of_type(&doc_type)
        .filter(|document| document.in_searches_from <= now)
        .filter(|document| conditions.iter().all(|condition| condition(document)))
        .collect();
    if descends(asked, &doc_type) {
        hits.reverse();
    }
    Ok(answer(books, asked, &hits))
}

/// The default is ascending for orders. For the others nobody says, and it is not.
fn descends(asked: Asked<'_>, doc_type: &str) -> bool {
    match asked.text("order_direction").as_deref() {
        Some("desc") => true,
        Some("asc") => false,
        _ => doc_type != "sales_order",
    }
}

fn answer(books: &Books, asked: Asked<'_>, hits: &[&Document]) -> Map<String, Value> {
    let number = |name| asked.text(name).and_then(|text| text.parse::<usize>().ok());
    let offset = number("offset").unwrap_or(0);
    let limit = number("limit").filter(|limit| *limit > 0);
    let limit = limit.unwrap_or(MOST).min(MOST);
    let is_whole = asked.text("result_type").as_deref() == Some("doc");
    let wanted = Wanted::by(asked);
    let window = hits.iter().skip(offset).take(limit);
    let rows: Vec<Value> = window
        .map(|document| {
            Value::Object(if is_whole {
                show::document(document, &books.company, wanted)
            } else {
                texts([
                    ("mk_id", Some(document.mk_id.to_string())),
                    ("opr_code", Some("0".to_owned())),
                    ("count_code", Some(document.count_code.clone())),
                ])
            })
        })
        .collect();
    let mut body = texts([
        ("result_all_records", Some(hits.len().to_string())),
        ("result_count", Some(rows.len().to_string())),
        ("offset", Some(offset.to_string())),
        ("limit", Some(limit.to_string())),
    ]);
    put_list(&mut body, "result", rows, &books.company);
    body
}

/// The box above the list in the user interface: parts of words, any case.
fn is_like(document: &Document, query: &str, finds_buyer_order: bool) -> bool {
    let query = query.to_lowercase();
    let found =
        |text: Option<&String>| text.is_some_and(|text| text.to_lowercase().contains(&query));
    found(Some(&document.count_code))
        || found(document.texts.get("title"))
        || found(document.partner.texts.get("customer"))
        || (finds_buyer_order && found(document.buyer_order.as_ref()))
}

fn condition(books: &Books, doc_type: &str, kind: &str, value: String) -> Result<Condition, Opr> {
    let is_order = doc_type == "sales_order";
    let is_known = match kind {
        "doc_date_from" | "doc_date_to" => doc_type != "sales_offer",
        "last_change_from" | "last_change_to" | "delivery_type" => is_order,
        "customer_order" => is_order || !books.company.settings.only_orders_by_buyer_order,
        "payment_status" => doc_type.starts_with("sales_bill"),
        _ => KINDS.contains(&kind),
    };
    if !is_known {
        return Err(Opr::rule("cannot get beQueryParam"));
    }
    let refused = || Opr::rule(format!("Cannot find value {value} for condition {kind}"));
    Ok(match kind {
        "doc_date_from" | "doc_date_to" => {
            let limit = day(&value).ok_or_else(refused)?;
            let is_from = kind.ends_with("from");
            Box::new(move |document| {
                let date = document.doc_date;
                if is_from {
                    date >= limit
                } else {
                    date <= limit
                }
            })
        }
        "last_change_from" | "last_change_to" => {
            let limit = moment(&value).ok_or_else(refused)?;
            let is_from = kind.ends_with("from");
            Box::new(move |document| {
                let changed = document.changed;
                if is_from {
                    changed >= limit
                } else {
                    changed <= limit
                }
            })
        }
        "payment_status" => {
            let (wanted, rounds) = (value == "true", books.company.settings.rounds_lines);
            Box::new(move |document| (document.paid() >= document.sums(rounds).all) == wanted)
        }
        _ => plain_condition(kind, value),
    })
}

/// Conditions that compare texts.
const KINDS: [&str; 9] = [
    "status_list",
    "status_id_list",
    "partner_tax_num",
    "partner_mk_id",
    "partner_code",
    "partner_query",
    "partner_country",
    "profit_center",
    "product_code_list",
];

fn plain_condition(kind: &str, value: String) -> Condition {
    let partner = |name: &'static str| {
        let value = value.clone();
        Box::new(move |document: &Document| document.partner.texts.get(name) == Some(&value))
    };
    let is_one_of = |list: &str, text: &str| list.split(',').any(|one| one.trim() == text);
    match kind {
        // It finds parts too: what is found has to be compared.
        "customer_order" => Box::new(move |document| {
            let number = document.buyer_order.as_ref();
            number.is_some_and(|number| number.contains(&value))
        }),
        "delivery_type" => {
            Box::new(move |document| document.delivery_type.as_ref() == Some(&value))
        }
        "status_list" => Box::new(move |document| {
            let status = document.status.as_deref();
            status.is_some_and(|status| is_one_of(&value, status))
        }),
        "status_id_list" => Box::new(|document| document.status.is_none()),
        "partner_tax_num" => partner("tax_id_number"),
        "partner_country" => partner("country"),
        "partner_mk_id" => Box::new(move |document| document.partner.mk_id.to_string() == value),
        "partner_code" => Box::new(move |document| document.partner.count_code == value),
        "partner_query" => Box::new(move |document| {
            let customer = document.partner.texts.get("customer");
            customer.is_some_and(|name| name.to_lowercase().contains(&value.to_lowercase()))
        }),
        "profit_center" => Box::new(move |document| document.profit_center == value),
        _ => Box::new(move |document| {
            let mut codes = document
                .lines
                .iter()
                .filter_map(|line| line.code.as_deref());
            codes.any(|code| is_one_of(&value, code))
        }),
    }
}

/// `search_query_advance_discovery`. Its answer has no `opr_code`.
pub(super) fn discover(asked: Asked<'_>) -> Outcome {
    let doc_type = doc_type(asked)?;
    let kinds = KINDS
        .iter()
        .map(|kind| json!({"type": kind, "label": kind, "value_desc": ""}));
    let mut body = Map::new();
    body.insert(doc_type, kinds.collect());
    Ok(body)
}
