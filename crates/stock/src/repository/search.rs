//! Finding products by what is said of them.

use database::Backend;
use sea_orm::Value;

/// The shortest text that the index of texts knows, in characters.
const INDEXED: usize = 3;

/// What products `p` with all `terms` in their text meet, and the parameters of it, from `$1` on.
pub(super) fn condition(backend: Backend, terms: &[String]) -> (String, Vec<Value>) {
    let (mut conditions, mut values) = (Vec::new(), Vec::<Value>::new());
    let mut add = |condition: &dyn Fn(usize) -> String, value: String| {
        values.push(value.into());
        conditions.push(condition(values.len()));
    };
    match backend {
        Backend::Postgres => {
            for term in terms {
                add(&|n| format!("p.search LIKE ${n}"), pattern(term));
            }
        }
        Backend::Sqlite => {
            let is_long = |term: &&String| term.chars().count() >= INDEXED;
            let phrase = |term: &String| format!("\"{}\"", term.replace('"', "\"\""));
            let phrases: Vec<_> = terms.iter().filter(is_long).map(phrase).collect();
            if !phrases.is_empty() {
                let found =
                    "p.number IN (SELECT rowid FROM product_texts WHERE product_texts MATCH";
                add(&|n| format!("{found} ${n})"), phrases.join(" AND "));
            }
            for term in terms.iter().filter(|term| !is_long(term)) {
                add(&|n| format!("instr(p.search, ${n}) > 0"), term.clone());
            }
        }
    }
    let condition = if conditions.is_empty() {
        "1 = 1".to_owned()
    } else {
        conditions.join(" AND ")
    };
    (condition, values)
}

/// What `LIKE` takes for a text anywhere.
fn pattern(term: &str) -> String {
    let mut pattern = String::with_capacity(term.len() + 2);
    pattern.push('%');
    for c in term.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_mean_something_are_only_themselves() {
        assert_eq!(pattern("50%_\\"), r"%50\%\_\\%");
        let terms = ["a\"b".to_owned(), "xy".to_owned()];
        let (condition, values) = condition(Backend::Sqlite, &terms);
        assert!(condition.contains("MATCH $1") && condition.contains("instr(p.search, $2)"));
        assert_eq!(values, [Value::from("\"a\"\"b\""), Value::from("xy")]);
    }
}
