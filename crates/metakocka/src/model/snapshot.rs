use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Content, Difference, Item, LineTax};
use crate::erp::RemoteDocument;

/// A document as texts, field by field: what is compared over time, and shown side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot(pub BTreeMap<String, String>);

impl Snapshot {
    fn put(&mut self, field: impl Into<String>, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.0.insert(field.into(), value.to_string());
        }
    }

    /// Ours.
    pub fn of_content(content: &Content) -> Self {
        let mut all = Self::default();
        let customer = &content.customer;
        all.put("documentNumber", Some(content.number.as_str()));
        all.put("documentDate", Some(content.document_date));
        all.put("dueDate", content.due_date);
        all.put("currency", Some(content.currency.code()));
        all.put("notes", content.notes.as_ref());
        all.put("warehouse", content.warehouse.as_ref());
        all.put("deliveryType", content.delivery_type.as_ref());
        all.put("customer.name", Some(&customer.name));
        all.put("customer.street", Some(&customer.street));
        all.put("customer.postCode", Some(&customer.post_code));
        all.put("customer.city", Some(&customer.city));
        all.put("customer.country", Some(&customer.country));
        all.put("customer.taxNumber", customer.tax_number.as_ref());
        all.put("customer.email", customer.email.as_ref());
        all.put("customer.phone", customer.phone.as_ref());
        all.put("customer.isCompany", customer.is_company);
        for (n, line) in content.lines.iter().enumerate() {
            let line = line.parts();
            let field = |name: &str| format!("lines[{n}].{name}");
            let (code, name) = match &line.item {
                Item::Article { code, name } => (Some(code), name.as_ref()),
                Item::Named(name) => (None, Some(name)),
            };
            all.put(field("code"), code);
            all.put(field("name"), name);
            all.put(field("unit"), line.unit.as_ref());
            all.put(field("quantity"), Some(line.quantity.normalize()));
            all.put(field("unitPrice"), Some(line.unit_price.normalize()));
            let discount = line.discount_percent.filter(|discount| !discount.is_zero());
            all.put(field("discountPercent"), discount.map(|d| d.normalize()));
            let tax = line.tax.as_ref();
            all.put(field("taxCode"), tax.and_then(LineTax::code));
            let rate = tax.and_then(LineTax::rate);
            all.put(field("taxPercent"), rate.map(|rate| rate.normalize()));
        }
        all
    }

    /// Theirs.
    pub fn of_remote(remote: &RemoteDocument) -> Self {
        let mut all = Self::default();
        let customer = &remote.customer;
        all.put("documentNumber", remote.number.as_ref());
        all.put("documentDate", Some(remote.document_date));
        all.put("dueDate", remote.due_date);
        all.put("currency", remote.currency.as_ref());
        all.put("notes", remote.notes.as_ref());
        all.put("status", remote.status.as_ref());
        all.put("warehouse", remote.warehouse.as_ref());
        all.put("deliveryType", remote.delivery_type.as_ref());
        all.put("customer.name", customer.name.as_ref());
        all.put("customer.street", customer.street.as_ref());
        all.put("customer.postCode", customer.post_code.as_ref());
        all.put("customer.city", customer.city.as_ref());
        let country = customer.country_code.as_ref().or(customer.country.as_ref());
        all.put("customer.country", country);
        all.put("customer.taxNumber", customer.tax_number.as_ref());
        all.put("customer.email", customer.email.as_ref());
        all.put("customer.phone", customer.phone.as_ref());
        all.put("customer.isCompany", customer.is_company);
        for (n, line) in remote.lines.iter().enumerate() {
            let field = |name: &str| format!("lines[{n}].{name}");
            all.put(field("code"), line.code.as_ref());
            all.put(field("name"), line.name.as_ref());
            all.put(field("unit"), line.unit.as_ref());
            all.put(field("quantity"), Some(line.quantity.normalize()));
            all.put(field("unitPrice"), Some(line.unit_price.normalize()));
            let discount = line.discount_percent.filter(|discount| !discount.is_zero());
            all.put(field("discountPercent"), discount.map(|d| d.normalize()));
            all.put(field("taxCode"), line.tax_code.as_ref());
            let rate = line.tax_percent.map(|rate: Decimal| rate.normalize());
            all.put(field("taxPercent"), rate);
        }
        all
    }

    /// The fields in which the two differ, ours first.
    pub fn side_by_side(&self, theirs: &Self) -> Vec<Difference> {
        let mut fields: Vec<_> = self.0.keys().chain(theirs.0.keys()).collect();
        fields.sort();
        fields.dedup();
        fields
            .into_iter()
            .filter(|field| self.0.get(*field) != theirs.0.get(*field))
            .map(|field| Difference {
                field: field.clone(),
                crm: self.0.get(field).cloned(),
                metakocka: theirs.0.get(field).cloned(),
            })
            .collect()
    }
}
