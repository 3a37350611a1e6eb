use std::collections::HashSet;

use serde_json::{Value, json};
use validation::{Id, Violations};

use super::{Answer, object};
use crate::socket::session::Session;

/// How many products a client may name.
const MOST: usize = 1_000;

/// Marks the id of a product, whose kind belongs to another domain.
enum Product {}

/// Limits a client to some products; to none at all is to all again.
pub(super) fn subscribe(session: &Session, given: &Value) -> Answer {
    let given = given.as_array();
    let given = given.ok_or_else(|| Violations::one("productIds", "must be a list of ids"))?;
    if given.len() > MOST {
        let error = format!("must have at most {MOST} ids");
        return Err(Violations::one("productIds", error).into());
    }
    let mut products = HashSet::with_capacity(given.len());
    for (n, id) in given.iter().enumerate() {
        let parsed = id.as_str().map(Id::<Product>::parse);
        let Some(Ok(id)) = parsed else {
            let field = format!("productIds[{n}]");
            return Err(Violations::one(field, validation_of_ids()).into());
        };
        products.insert(id.as_str().to_owned());
    }
    let count = products.len();
    session.state().products = (count > 0).then_some(products);
    Ok(object(json!({"count": count})))
}

fn validation_of_ids() -> &'static str {
    "must be 1 to 128 of A-Z, a-z, 0-9, '_', '-', '.' and ':'"
}
