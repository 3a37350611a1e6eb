//! What is sent. Only texts, and nothing where there is nothing to say: a key that is not known is passed over in
//! silence, so each is written here once.

use rust_decimal::Decimal;
use serde::Serialize;

use super::wire::{write_day, write_number, write_span};
use crate::{
    erp::{
        OutgoingCustomer, OutgoingDocument, OutgoingItem, OutgoingLine, Search, SearchFilter,
        SearchOrder, Tax,
    },
    model::DocumentType,
};

/// A request with who sends it. It has no `Debug`: the key is in it.
#[derive(Serialize)]
pub(super) struct Authorized<'a, T> {
    pub(super) company_id: &'a str,
    pub(super) secret_key: &'a str,
    #[serde(flatten)]
    pub(super) request: T,
}

/// `get_document` by identity, which is called `doc_id` here and `mk_id` everywhere else.
#[derive(Serialize)]
pub(super) struct GetDocument<'a> {
    doc_type: &'static str,
    doc_id: &'a str,
    show_tax_factor: &'static str,
}

impl<'a> GetDocument<'a> {
    pub(super) fn of(document_type: DocumentType, id: &'a str) -> Self {
        Self {
            doc_type: document_type.remote_name(),
            doc_id: id,
            show_tax_factor: "true",
        }
    }
}

/// `get_document` by the customer's number, which only orders can be found by.
#[derive(Serialize)]
pub(super) struct FindOrder<'a> {
    doc_type: &'static str,
    buyer_order: &'a str,
    show_tax_factor: &'static str,
}

impl<'a> FindOrder<'a> {
    pub(super) fn of(buyer_order: &'a str) -> Self {
        Self {
            doc_type: DocumentType::Order.remote_name(),
            buyer_order,
            show_tax_factor: "true",
        }
    }
}

/// `warehouse_list`.
#[derive(Serialize)]
pub(super) struct ListWarehouses {
    offset: &'static str,
    limit: &'static str,
}

impl ListWarehouses {
    /// As many as it gives at once.
    pub(super) fn all() -> Self {
        Self {
            offset: "0",
            limit: "1000",
        }
    }
}

/// `search`.
#[derive(Serialize)]
pub(super) struct SearchDocuments {
    doc_type: &'static str,
    result_type: &'static str,
    offset: String,
    limit: String,
    order_direction: &'static str,
    show_tax_factor: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    query_advance: Vec<Condition>,
}

#[derive(Serialize)]
struct Condition {
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

impl SearchDocuments {
    pub(super) fn of(search: &Search) -> Self {
        Self {
            doc_type: search.document_type.remote_name(),
            result_type: "doc",
            offset: search.offset.to_string(),
            limit: search.limit.clamp(1, Search::MAX).to_string(),
            // Said each time: what it is otherwise differs from type to type.
            order_direction: match search.order {
                SearchOrder::OldestFirst => "asc",
                SearchOrder::NewestFirst => "desc",
            },
            show_tax_factor: "true",
            query_advance: conditions(&search.filter),
        }
    }
}

fn conditions(filter: &SearchFilter) -> Vec<Condition> {
    let condition = |kind, value| Condition { kind, value };
    match filter {
        SearchFilter::All => Vec::new(),
        SearchFilter::BuyerOrder(number) => vec![condition("customer_order", number.clone())],
        SearchFilter::ChangedBetween(from, to) => {
            let (from, to) = write_span(*from, *to);
            vec![
                condition("last_change_from", from),
                condition("last_change_to", to),
            ]
        }
        SearchFilter::DatedBetween(from, to) => vec![
            condition("doc_date_from", write_day(*from)),
            condition("doc_date_to", write_day(*to)),
        ],
    }
}

/// `put_document`: makes a document, or replaces the one with the given identity.
#[derive(Serialize)]
pub(super) struct PutDocument<'a> {
    doc_type: &'static str,
    doc_date: String,
    buyer_order: &'a str,
    currency_code: &'a str,
    partner: Partner<'a>,
    product_list: Vec<Row<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mk_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duo_payment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warehouse: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_type: Option<&'a str>,
}

impl<'a> PutDocument<'a> {
    pub(super) fn of(id: Option<&'a str>, document: &'a OutgoingDocument) -> Self {
        Self {
            doc_type: document.document_type.remote_name(),
            doc_date: write_day(document.document_date),
            buyer_order: &document.buyer_order,
            currency_code: &document.currency,
            partner: Partner::of(&document.customer),
            product_list: document.lines.iter().map(Row::of).collect(),
            mk_id: id,
            count_code: document.number.as_deref(),
            duo_payment: document.due_date.map(write_day),
            notes: document.notes.as_deref(),
            status_code: document.status.as_deref(),
            warehouse: document.warehouse.as_deref(),
            delivery_type: document.delivery_type.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields are named as they are sent"
)]
struct Partner<'a> {
    business_entity: &'static str,
    taxpayer: &'static str,
    /// Their spelling.
    foreign_county: &'static str,
    customer: &'a str,
    street: &'a str,
    post_number: &'a str,
    place: &'a str,
    country: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_id_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_contact: Option<Contact<'a>>,
}

#[derive(Serialize)]
struct Contact<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
}

impl<'a> Partner<'a> {
    fn of(customer: &'a OutgoingCustomer) -> Self {
        let (email, phone) = (customer.email.as_deref(), customer.phone.as_deref());
        let contact = Contact {
            name: &customer.name,
            email,
            phone,
        };
        let home = ["SI", "Slovenia", "Slovenija"];
        let is_foreign = !home
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&customer.country));
        Self {
            business_entity: truth(customer.is_company),
            taxpayer: truth(customer.is_company && customer.tax_number.is_some()),
            foreign_county: truth(is_foreign),
            customer: &customer.name,
            street: &customer.street,
            post_number: &customer.post_code,
            place: &customer.city,
            country: &customer.country,
            tax_id_number: customer.tax_number.as_deref(),
            partner_contact: (email.is_some() || phone.is_some()).then_some(contact),
        }
    }
}

/// A row of a document.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    item: Item<'a>,
    amount: String,
    price: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount: Option<String>,
    #[serde(flatten)]
    tax: RowTax<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Item<'a> {
    Article { code: &'a str },
    Named { name: &'a str, unit: &'a str },
}

#[derive(Serialize)]
#[serde(untagged)]
enum RowTax<'a> {
    Code { tax: &'a str },
    Factor { tax_factor: String },
}

impl<'a> Row<'a> {
    fn of(line: &'a OutgoingLine) -> Self {
        Self {
            item: match &line.item {
                OutgoingItem::Article(code) => Item::Article { code },
                OutgoingItem::Named { name, unit } => Item::Named { name, unit },
            },
            amount: write_number(line.quantity),
            price: write_number(line.unit_price),
            discount: line.discount_percent.map(write_number),
            tax: match &line.tax {
                Tax::Code(code) => RowTax::Code { tax: code },
                Tax::Percent(percent) => RowTax::Factor {
                    tax_factor: write_number(percent / Decimal::ONE_HUNDRED),
                },
            },
        }
    }
}

fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
