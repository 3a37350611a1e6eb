//! What comes back. The body decides before the status does: refusals come with 200.

use std::{error::Error as _, io};

use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Fields,
    wire::{OneOrMany, Text},
};
use crate::erp::{ErpAccess, ErpError, RemoteRef, Saved};

/// The largest answer that is read, in bytes. A hundred whole documents are a tenth of that.
const LARGEST: usize = 16 * 1024 * 1024;

/// The longest words of an answer that are kept, in characters.
const LONGEST_WORDS: usize = 500;

/// The shortest key that is looked for in answers. A shorter one would be found in any word.
const SHORTEST_SECRET: usize = 4;

/// The key, to keep it out of what is told of an answer: nobody knows what a server repeats.
pub(super) struct Secret(SecretString);

impl Secret {
    pub(super) fn new(access: &ErpAccess) -> Self {
        Self(access.secret_key.clone())
    }

    /// A text without the key, and not too long.
    pub(super) fn hide(&self, text: &str) -> String {
        let key = self.0.expose_secret();
        let text = if key.len() < SHORTEST_SECRET {
            text.to_owned()
        } else {
            text.replace(key, "…")
        };
        text.chars().take(LONGEST_WORDS).collect()
    }
}

/// An answer that says that all is well.
#[derive(Debug)]
pub(super) struct Reply(Fields);

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    opr_code: Text,
    #[serde(default)]
    opr_desc: Text,
    #[serde(default)]
    opr_desc_app: Text,
    #[serde(default)]
    duplicate_doc_list: OneOrMany<Named>,
}

/// A document that is named.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    mk_id: Text,
    #[serde(default)]
    count_code: Text,
}

#[derive(Deserialize)]
struct Hits {
    #[serde(default)]
    result_all_records: Text,
    #[serde(default)]
    result_count: Text,
    result: Option<OneOrMany<Value>>,
}

#[derive(Deserialize)]
struct Warehouses {
    warehouse_list: OneOrMany<Warehouse>,
}

#[derive(Deserialize)]
struct Warehouse {
    #[serde(default)]
    mark: Text,
    #[serde(default)]
    active: Text,
}

impl Reply {
    /// Takes an answer apart.
    pub(super) fn of(status: StatusCode, body: &[u8], secret: &Secret) -> Result<Self, ErpError> {
        let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
            return Err(no_json(status));
        };
        let refusal: Refusal = serde_json::from_value(Value::Object(fields.clone()))
            .map_err(|_| unclear("its answer is no answer of Metakocka"))?;
        // Some answers have no code when all is well; then what was asked for must be in them.
        match refusal.opr_code.as_deref() {
            None | Some("0") if status.is_success() => Ok(Self(fields)),
            None | Some("0") => Err(no_json(status)),
            Some(code) => Err(refused(code.to_owned(), refusal, secret)),
        }
    }

    pub(super) fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    fn read<T: for<'de> Deserialize<'de>>(&self) -> Option<T> {
        serde_json::from_value(Value::Object(self.0.clone())).ok()
    }

    /// Which document was saved.
    pub(super) fn saved(&self) -> Option<Saved> {
        let named: Named = self.read()?;
        Some(Saved {
            id: named.mk_id.0?,
            number: named.count_code.0,
        })
    }

    /// The documents of a window as they came, and how many there are in all, where that is said.
    pub(super) fn hits(self) -> Option<(Vec<Value>, Option<u32>)> {
        let hits: Hits = serde_json::from_value(self.into_value()).ok()?;
        let number = |text: &Text| text.as_deref().and_then(|text| text.parse().ok());
        let (total, count) = (number(&hits.result_all_records), number(&hits.result_count));
        match hits.result {
            Some(rows) => Some((rows.0, total)),
            // Without hits there is no list, but it is said that there are none in this window.
            None if count == Some(0) || (count.is_none() && total == Some(0)) => {
                Some((Vec::new(), total))
            }
            None => None,
        }
    }

    /// The marks of the warehouses in use.
    pub(super) fn warehouses(&self) -> Option<Vec<String>> {
        let list: Warehouses = self.read()?;
        let active = list.warehouse_list.0.into_iter();
        let active = active.filter(|warehouse| warehouse.active.as_deref() != Some("false"));
        Some(active.filter_map(|warehouse| warehouse.mark.0).collect())
    }
}

fn refused(code: String, refusal: Refusal, secret: &Secret) -> ErpError {
    let words = refusal.opr_desc_app.0.or(refusal.opr_desc.0);
    let words = secret.hide(&words.unwrap_or_else(|| format!("code {code}")));
    match code.as_str() {
        // 4001 and 4002: the fiscal registers are not set up, and the bill is not kept.
        "2" | "6" | "8" | "4001" | "4002" => {
            let named = refusal.duplicate_doc_list.0.into_iter();
            let duplicates = named.filter_map(|document| {
                Some(RemoteRef {
                    id: document.mk_id.0?,
                    number: document.count_code.0,
                })
            });
            ErpError::Refused {
                code,
                words,
                duplicates: duplicates.collect(),
            }
        }
        "3" | "4" => ErpError::Credentials { code, words },
        "5" => ErpError::Quota { words },
        _ => ErpError::Unclear {
            code: Some(secret.hide(&code)),
            reason: words,
        },
    }
}

/// An answer from something in front of Metakocka: a proxy, a web server, a page of maintenance.
fn no_json(status: StatusCode) -> ErpError {
    if status == StatusCode::TOO_MANY_REQUESTS {
        let words = "status 429".to_owned();
        return ErpError::Quota { words };
    }
    let hint = match status.as_u16() {
        300..=399 => "; redirects are not followed",
        404 | 405 => "; the base URL leads to no Metakocka",
        _ => "",
    };
    unclear(&format!(
        "status {} and no answer of Metakocka{hint}",
        status.as_u16()
    ))
}

/// What came back tells nothing.
pub(super) fn unclear(reason: &str) -> ErpError {
    ErpError::Unclear {
        code: None,
        reason: reason.to_owned(),
    }
}

/// Whether it says in so many words that there is no such document.
///
/// The code alone does not: it is also that of a request which is not understood, and what a request without an id is
/// told differs only in its last word.
pub(super) fn says_there_is_none(error: &ErpError) -> bool {
    let ErpError::Refused { code, words, .. } = error else {
        return false;
    };
    let words = words.to_lowercase();
    let is_about_it =
        words.contains("cannot find document") || words.contains("cannot find sales order");
    code == "2" && is_about_it && !words.trim_end().ends_with("= null")
}

/// Reads a body, though not without limit.
pub(super) async fn read(mut answer: Response) -> Result<Vec<u8>, ErpError> {
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST => {
                return Err(unclear("its answer is too large"));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) if error.is_timeout() => return Err(ErpError::TimedOut),
            Err(_) => return Err(unclear("its answer broke off")),
        }
    }
}

/// Why a call brought no answer. Only what failed before anything was sent is known to have done nothing.
pub(super) fn failed(error: &reqwest::Error) -> ErpError {
    let unreachable = |reason: &str| ErpError::Unreachable {
        reason: reason.to_owned(),
    };
    if outbound::is_forbidden(error) {
        return unreachable("its address may not be called");
    }
    // Before the time: a connection that does not come about in time was never there.
    if error.is_connect() {
        return unreachable(&no_connection(error));
    }
    if error.is_builder() {
        return unreachable("its address is none");
    }
    if error.is_timeout() {
        return ErpError::TimedOut;
    }
    unclear("the connection was closed without an answer")
}

/// Why no connection came about, without the address.
fn no_connection(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no connection within the time limit".to_owned();
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return match error.kind() {
                io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
                io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
                _ => "no connection".to_owned(),
            };
        }
        cause = error.source();
    }
    "no connection".to_owned()
}
