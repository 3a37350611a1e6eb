//! Partners: made by documents and by `add_partner`, found by `get_partner`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    books::Books,
    document::Partner,
    opr::{Asked, Opr, Outcome, texts},
};

/// What is kept of a partner, and how long it may be.
const FIELDS: [(&str, usize); 11] = [
    ("customer", 100),
    ("street", 150),
    ("street_number", 20),
    ("post_number", 20),
    ("place", 100),
    ("province", 50),
    ("country", 50),
    ("tax_id_number", 50),
    ("business_entity", 5),
    ("taxpayer", 5),
    ("foreign_county", 5),
];

const CONTACT: [&str; 5] = ["name", "phone", "fax", "gsm", "email"];

/// Whether a document's partner can be taken. Makes nothing yet.
pub(super) fn check(books: &Books, asked: Asked<'_>) -> Result<(), Opr> {
    for (name, most) in FIELDS {
        asked.short(name, most)?;
    }
    if known(books, asked)?.is_some() {
        return Ok(());
    }
    if asked.text("customer").is_none() || asked.text("street").is_none() {
        let words =
            "Partner must have mk_address_id or customer and street for address identification.";
        return Err(Opr::parameter(words));
    }
    Ok(())
}

/// A document's partner: the one that is named, or a new one, even if the same person is there already.
pub(super) fn take(books: &mut Books, asked: Asked<'_>) -> Result<Partner, Opr> {
    if let Some(partner) = known(books, asked)? {
        return Ok(partner);
    }
    let fields = FIELDS.into_iter();
    let fields = fields.filter_map(|(name, _)| Some((name.to_owned(), asked.text(name)?)));
    let partner = Partner {
        mk_id: books.new_id(),
        mk_address_id: books.new_id(),
        count_code: asked
            .text("count_code")
            .unwrap_or_else(|| (1_000 + books.partners.len()).to_string()),
        texts: fields.collect(),
        contact: asked
            .object("partner_contact")
            .map(contact)
            .unwrap_or_default(),
    };
    books.partners.insert(partner.mk_id, partner.clone());
    Ok(partner)
}

fn contact(asked: Asked<'_>) -> BTreeMap<String, String> {
    let fields = CONTACT.into_iter();
    let fields = fields.filter_map(|name| Some((name.to_owned(), asked.text(name)?)));
    fields.collect()
}

/// The partner whose identities, or whose number, are given.
fn known(books: &Books, asked: Asked<'_>) -> Result<Option<Partner>, Opr> {
    let Some(mk_id) = asked.text("mk_id") else {
        let number = asked.text("count_code");
        let mut all = books.partners.values();
        let same = all.find(|partner| Some(&partner.count_code) == number.as_ref());
        return Ok(same.cloned());
    };
    if asked.text("mk_address_id").is_none() {
        return Ok(None);
    }
    let found = mk_id
        .parse()
        .ok()
        .and_then(|id: u64| books.partners.get(&id));
    found
        .map(|partner| Some(partner.clone()))
        .ok_or_else(|| Opr::parameter("No partner with such properties."))
}

/// `get_partner`: by one field, and loosely. Its answer has no `opr_code`.
pub(super) fn get(books: &Books, asked: Asked<'_>) -> Outcome {
    let all = books.partners.values();
    let found: Vec<Value> = all
        .filter(|partner| matches(partner, asked))
        .map(listed)
        .collect();
    if found.is_empty() {
        return Err(Opr::parameter("No partner with such properties."));
    }
    let mut body = Map::new();
    let count = json!(found.len().to_string());
    body.insert("partner_list_count".to_owned(), count);
    body.insert("partner_list".to_owned(), json!(found));
    Ok(body)
}

fn matches(partner: &Partner, asked: Asked<'_>) -> bool {
    let loosely = |have: Option<&String>, wanted: &str| {
        let have = have.map(|text| text.to_lowercase()).unwrap_or_default();
        have.contains(&wanted.to_lowercase())
    };
    if let Some(id) = asked.text("partner_id") {
        return partner.mk_id.to_string() == id;
    }
    if let Some(email) = asked.text("partner_email") {
        return loosely(partner.contact.get("email"), &email);
    }
    if let Some(phone) = asked.text("partner_phone_number") {
        return loosely(partner.contact.get("phone"), &phone);
    }
    if let Some(number) = asked.text("partner_tax_number") {
        return loosely(partner.texts.get("tax_id_number"), &number);
    }
    // An empty name finds everybody.
    let name = asked.text("partner_name").unwrap_or_default();
    asked.0.contains_key("partner_name") && loosely(partner.texts.get("customer"), &name)
}

fn listed(partner: &Partner) -> Value {
    let text = |name: &str| partner.texts.get(name).cloned();
    let address = texts([
        ("mk_id", Some(partner.mk_address_id.to_string())),
        ("address_type", Some("Račun".to_owned())),
        ("street", text("street")),
        ("post_number", text("post_number")),
        ("city", text("place")),
        ("country", text("country")),
    ]);
    let mut body = texts([
        ("mk_id", Some(partner.mk_id.to_string())),
        ("count_code", Some(partner.count_code.clone())),
        ("customer", text("customer")),
        ("business_entity", text("business_entity")),
        ("taxpayer", text("taxpayer")),
        ("tax_id_number", text("tax_id_number")),
    ]);
    let addresses = json!([address]);
    body.insert("partner_delivery_address_list".to_owned(), addresses);
    if !partner.contact.is_empty() {
        let contacts = json!([partner.contact]);
        body.insert("partner_contact_list".to_owned(), contacts);
    }
    Value::Object(body)
}

/// `add_partner`. Its answer has no `opr_code`.
pub(super) fn add(books: &mut Books, asked: Asked<'_>) -> Outcome {
    let Some(sent) = asked.object("partner") else {
        return Err(Opr::parameter("Partner data are missing"));
    };
    check(books, sent)?;
    let partner = take(books, sent)?;
    let street = partner.texts.get("street").cloned().unwrap_or_default();
    let address = json!([{"mk_id": partner.mk_address_id.to_string(), "street": street}]);
    let mut body = texts([("mk_id", Some(partner.mk_id.to_string()))]);
    body.insert("mk_address_id_list".to_owned(), address);
    Ok(body)
}
