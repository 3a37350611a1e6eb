//! `get_document`, and what the registers list.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{
    amount::plain,
    books::{Books, doc_type},
    opr::{Asked, Opr, Outcome, flag, texts},
    show::{self, Wanted},
};

/// `get_document`: by `doc_id`, which is called `mk_id` everywhere else; orders also by `buyer_order`.
pub(super) fn get(books: &Books, asked: Asked<'_>) -> Outcome {
    let doc_type = doc_type(asked)?;
    let buyer_order = asked
        .text("buyer_order")
        .filter(|_| doc_type == "sales_order");
    let found = match (asked.text("doc_id"), buyer_order) {
        (Some(id), _) => books.find(&doc_type, &id).ok_or_else(|| {
            Opr::parameter(format!(
                "Cannot find document type {doc_type} with id = {id}"
            ))
        }),
        (None, Some(wanted)) => {
            let mut all = books.of_type(&doc_type);
            let found = all.find(|document| document.buyer_order.as_deref() == Some(&wanted));
            found.ok_or_else(|| {
                Opr::parameter(format!(
                    "Cannot find sales order with buyer_order = {wanted}"
                ))
            })
        }
        (None, None) => {
            let words = format!("Cannot find document type {doc_type} with id = null");
            Err(Opr::parameter(words))
        }
    };
    Ok(show::document(found?, &books.company, Wanted::by(asked)))
}

/// `warehouse_list`.
pub(super) fn warehouses(books: &Books) -> Map<String, Value> {
    let marks = books.company.warehouses.iter().zip(1_600_000_042_u64..);
    let list: Vec<Value> = marks
        .map(|(mark, id)| {
            Value::Object(texts([
                ("mk_id", Some(id.to_string())),
                ("mark", Some(mark.clone())),
                ("name", Some(mark.clone())),
                ("main_warehouse", Some(flag(id == 1_600_000_042))),
                ("active", Some(flag(true))),
                ("warehouse_type", Some("normal".to_owned())),
            ]))
        })
        .collect();
    listed("warehouse_list", list, 0, 1_000)
}

/// `product_list`: no total, only what is in the window.
pub(super) fn products(books: &Books, asked: Asked<'_>) -> Map<String, Value> {
    let (offset, limit) = window(asked);
    let products = books.products().skip(offset).take(limit);
    let list: Vec<Value> = products
        .map(|(id, product)| {
            Value::Object(texts([
                ("mk_id", Some(id.to_string())),
                ("count_code", Some(format!("PA-{id}"))),
                ("code", Some(product.code.clone())),
                ("name", Some(product.name.clone())),
                ("unit", Some(product.unit.clone())),
                ("service", Some(flag(product.service))),
                ("sales", Some(flag(true))),
                ("activated", Some(flag(true))),
                ("weight", (!product.service).then(|| "7,3".to_owned())),
            ]))
        })
        .collect();
    listed("product_list", list, offset, limit)
}

/// `warehouse_stock`: a hundred of everything, some of it reserved by orders.
pub(super) fn stock(books: &Books, asked: Asked<'_>) -> Map<String, Value> {
    let (offset, limit) = window(asked);
    let codes = asked.text("product_code_list");
    let wanted = |code: &str| {
        let codes = codes.as_deref();
        codes.is_none_or(|codes| codes.split(',').any(|wanted| wanted.trim() == code))
    };
    let products = books
        .products()
        .filter(|(_, product)| wanted(&product.code));
    let list: Vec<Value> = products
        .skip(offset)
        .take(limit)
        .map(|(id, product)| {
            let reserved = reserved(books, &product.code);
            Value::Object(texts([
                ("warehouse_id", Some("1600000042".to_owned())),
                ("mk_id", Some(id.to_string())),
                ("count_code", Some(format!("PA-{id}"))),
                ("code", Some(product.code.clone())),
                ("title", Some(product.name.clone())),
                ("amount", Some("100".to_owned())),
                ("reserved_amount", Some(plain(reserved))),
                ("free_amount", Some(plain(Decimal::ONE_HUNDRED - reserved))),
                ("unit", Some(product.unit.clone())),
            ]))
        })
        .collect();
    listed("stock_list", list, offset, limit)
}

fn reserved(books: &Books, code: &str) -> Decimal {
    let orders = books.of_type("sales_order");
    orders
        .flat_map(|order| &order.lines)
        .filter(|line| line.code.as_deref() == Some(code))
        .map(|line| line.amount)
        .sum()
}

fn window(asked: Asked<'_>) -> (usize, usize) {
    let number = |name| asked.text(name).and_then(|text| text.parse().ok());
    let limit = number("limit").filter(|limit| *limit > 0);
    (
        number("offset").unwrap_or(0),
        limit.unwrap_or(1_000).min(1_000),
    )
}

fn listed(name: &str, list: Vec<Value>, offset: usize, limit: usize) -> Map<String, Value> {
    let mut body = texts([
        ("offset", Some(offset.to_string())),
        ("limit", Some(limit.to_string())),
    ]);
    let count = json!(list.len().to_string());
    body.insert(format!("{name}_count"), count);
    body.insert(name.to_owned(), Value::Array(list));
    body
}
