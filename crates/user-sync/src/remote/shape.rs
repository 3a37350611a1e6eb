use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash as _, Hasher as _},
};

use serde::Deserialize;
use serde_json::Value;

use super::{
    Cause, RemoteError,
    fields::{Field, Fields, Listed},
    row::{self, Row},
};

/// How many keys a message names at most, and how long each may be.
const KEYS: usize = 20;
const KEY_LENGTH: usize = 40;

/// Where a token may stand, in the order in which it is looked for.
const TOKENS: [&[&str]; 6] = [
    &["access_token"],
    &["token"],
    &["object", "access_token"],
    &["object", "token"],
    &["data", "access_token"],
    &["data", "token"],
];
/// Where the users may stand.
const LISTS: [&str; 3] = ["object", "data", "users"];

/// A page of users as it came.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    pub(super) total: Option<u64>,
    /// Where the users stood.
    pub(super) users_at: &'static str,
}

/// The token of a sign-in, and where it stood.
pub(super) fn token(body: &[u8]) -> Result<(String, String), RemoteError> {
    let value: Value =
        serde_json::from_slice(body).map_err(|_| RemoteError::Login(Cause::NotJson))?;
    let found = TOKENS.iter().find_map(|path| {
        let place = path
            .iter()
            .try_fold(&value, |value, key| value.get(key))?
            .as_str()?;
        let is_clean = !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_graphic());
        is_clean.then(|| (place.to_owned(), path.join(".")))
    });
    found.ok_or_else(|| RemoteError::Format {
        what: "Access token",
        keys: keys(&value),
    })
}

/// A page that is an object.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Envelope<'a> {
    #[serde(borrow)]
    object: Listed<'a>,
    #[serde(borrow)]
    data: Listed<'a>,
    #[serde(borrow)]
    users: Listed<'a>,
    #[serde(borrow)]
    total: Field<'a>,
}

/// The users of a page, and how many there are in all.
pub(super) fn page(body: &[u8]) -> Result<Page, RemoteError> {
    let not_json = |_| RemoteError::Fetch(Cause::NotJson);
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let (found, total) = match first {
        Some(b'[') => {
            let rows = serde_json::from_slice(body).map_err(not_json)?;
            (Some(("array", rows)), None)
        }
        Some(b'{') => {
            let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(not_json)?;
            let lists = [envelope.object, envelope.data, envelope.users];
            let mut lists = LISTS.into_iter().zip(lists);
            let found = lists.find_map(|(key, list)| Some((key, list.0?)));
            (found, envelope.total.natural())
        }
        _ => (None, None),
    };
    let Some((users_at, fields)) = found else {
        return Err(RemoteError::Format {
            what: "Users",
            keys: keys(&serde_json::from_slice(body).map_err(not_json)?),
        });
    };
    Ok(Page {
        rows: rows(&fields, (body, users_at))?,
        total,
        users_at,
    })
}

fn rows(fields: &[Fields<'_>], (body, users_at): (&[u8], &str)) -> Result<Vec<Row>, RemoteError> {
    let read = fields.iter().map(row::read);
    let mut rows: Vec<Row> = read.collect();
    // Rows without an id are known again by all that they say, which takes another look at the page.
    if rows.iter().any(|row| row.mark.is_none()) {
        let not_json = |_| RemoteError::Fetch(Cause::NotJson);
        let page: Value = serde_json::from_slice(body).map_err(not_json)?;
        let list = page.get(users_at).unwrap_or(&page);
        let texts = list.as_array().into_iter().flatten();
        for (row, value) in rows.iter_mut().zip(texts) {
            let mut hash = DefaultHasher::new();
            value.to_string().hash(&mut hash);
            row.mark.get_or_insert(hash.finish());
        }
    }
    Ok(rows)
}

/// The keys of an object, for whoever finds out what its server says.
fn keys(value: &Value) -> String {
    let Value::Object(fields) = value else {
        return "none".to_owned();
    };
    let short = |key: &String| {
        key.chars()
            .filter(|c| !c.is_control())
            .take(KEY_LENGTH)
            .collect::<String>()
    };
    let names: Vec<_> = fields.keys().take(KEYS).map(short).collect();
    if names.is_empty() {
        return "none".to_owned();
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn token_in(value: &Value) -> Result<String, String> {
        token(value.to_string().as_bytes())
            .map(|(token, _)| token)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_token_is_found_wherever_servers_put_it() {
        for value in [
            json!({"access_token": "t"}),
            json!({"token": "t"}),
            json!({"object": {"access_token": "t"}, "status": "success"}),
            json!({"object": {"token": "t"}}),
            json!({"data": {"access_token": "t"}}),
            json!({"data": {"token": "t"}, "token": null}),
        ] {
            assert_eq!(token_in(&value), Ok("t".to_owned()), "{value}");
        }
    }

    #[test]
    fn without_a_token_the_keys_are_named() {
        let message = "Invalid response format: Access token not found in response. Available keys: object, status";
        let value = json!({"object": {"key": "t"}, "status": "success"});
        assert_eq!(token_in(&value), Err(message.to_owned()));
    }

    #[test]
    fn users_are_found_wherever_servers_put_them() {
        for value in [
            json!({"object": [1], "total": 3}),
            json!({"data": [1], "total": "3"}),
            json!({"users": [1], "object": {}, "total": 3}),
        ] {
            let page = page(value.to_string().as_bytes()).unwrap();
            assert_eq!((page.rows.len(), page.total), (1, Some(3)), "{value}");
        }
        assert_eq!(page(b"[1, 2]").unwrap().rows.len(), 2);
        let error = page(br#"{"items": [], "total": 0}"#).unwrap_err();
        let message =
            "Invalid response format: Users not found in response. Available keys: items, total";
        assert_eq!(error.to_string(), message);
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = token(&bytes);
            let _ = page(&bytes);
        }
    }
}
